import { createServer, type AddressInfo, type Socket } from 'node:net';
import { generate, parser, type IPublishPacket, type Packet } from 'mqtt-packet';

interface Waiting extends Pick<IPublishPacket, 'topic' | 'payload' | 'qos'> {
  wasSent: boolean;
}

/** What the subscriber's session is to the broker, on whichever connection. */
interface Delivery {
  readonly waiting: Waiting[];
  connections: number;
  reused: number;
  nextId: number;
  /** The packet id of the first message of QoS 2, whose PUBREL is still to come. */
  owed: number | undefined;
  write: (packet: Packet) => void;
  cut: () => void;
  /** What was sent and is not over. */
  open: { readonly id: number; readonly message: Waiting } | undefined;
}

export interface ReusingBroker {
  readonly endpoint: string;
  /** CONNECTs of the subscriber. */
  readonly connects: () => number;
  /** How often a packet id was given away that was in use. */
  readonly reused: () => number;
}

/**
 * A broker for one publisher and one subscriber that does what a node of NATS does with a session from another one: on the subscriber's second connection it
 * gives a new message of QoS 1 the packet id of a QoS 2 message whose PUBREC it has and whose PUBREL it has not sent yet. Delivers one at a time.
 */
export async function withReusingBroker<T>(work: (broker: ReusingBroker) => Promise<T>): Promise<T> {
  const sockets = new Set<Socket>();
  const nothing = (): void => undefined;
  const delivery: Delivery = {
    ...{ waiting: [], connections: 0, reused: 0, nextId: 1, owed: undefined },
    ...{ write: nothing, cut: nothing, open: undefined },
  };
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    serve(socket, delivery);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return await work({ endpoint, connects: () => delivery.connections, reused: () => delivery.reused });
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

function serve(socket: Socket, delivery: Delivery): void {
  const settings: { protocolVersion?: number } = {};
  const packets = parser(settings);
  let isSubscriber = false;
  const write = (packet: Packet): void => void socket.write(generate(packet, settings));
  const answer = (cmd: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', messageId: number): void =>
    write({ cmd, messageId });
  packets.on('error', () => socket.destroy());
  packets.on('packet', (packet) => {
    const id = packet.messageId ?? 0;
    switch (packet.cmd) {
      case 'connect':
        settings.protocolVersion = packet.protocolVersion ?? 4;
        isSubscriber = packet.clientId.endsWith('sub');
        if (isSubscriber) begin(delivery, write, () => socket.end());
        write({
          cmd: 'connack',
          returnCode: 0,
          reasonCode: 0,
          sessionPresent: isSubscriber && delivery.connections > 1,
        });
        return deliver(delivery);
      case 'subscribe':
        return write({ cmd: 'suback', messageId: id, granted: [2] });
      case 'unsubscribe':
        return write({ cmd: 'unsuback', messageId: id, granted: [0] });
      case 'pingreq':
        return write({ cmd: 'pingresp' });
      case 'publish':
        answer(packet.qos === 2 ? 'pubrec' : 'puback', id);
        delivery.waiting.push({ topic: packet.topic, payload: packet.payload, qos: packet.qos, wasSent: false });
        return deliver(delivery);
      case 'pubrel':
        return answer('pubcomp', id);
      case 'pubrec':
        if (delivery.connections > 1) return answer('pubrel', id);
        delivery.owed = id;
        taken(delivery);
        return delivery.cut();
      case 'puback':
      case 'pubcomp':
        return over(delivery, id);
      default:
        return undefined;
    }
  });
  socket.on('data', (data) => packets.parse(data));
  socket.on('close', () => {
    if (delivery.write !== write) return;
    delivery.write = () => undefined;
    delivery.open = undefined;
  });
}

function begin(delivery: Delivery, write: Delivery['write'], cut: () => void): void {
  delivery.connections++;
  // After a connection that the client ended, again.
  delivery.nextId = delivery.owed ?? delivery.nextId;
  Object.assign(delivery, { write, cut, open: undefined });
}

function taken(delivery: Delivery): void {
  delivery.waiting.splice(
    delivery.waiting.findIndex((each) => each === delivery.open?.message),
    1,
  );
  delivery.open = undefined;
}

function over(delivery: Delivery, id: number): void {
  if (delivery.open?.id !== id) return;
  taken(delivery);
  if (delivery.owed === id) {
    delivery.owed = undefined;
    delivery.write({ cmd: 'pubrel', messageId: id });
  }
  deliver(delivery);
}

function deliver(delivery: Delivery): void {
  const { waiting, owed, connections } = delivery;
  const message = waiting.find(({ qos }) => owed === undefined || qos === 1);
  if (message === undefined || delivery.open !== undefined || connections === 0) return;
  const id = delivery.nextId++;
  delivery.open = { id, message };
  if (id === owed) delivery.reused++;
  const { topic, payload, qos, wasSent } = message;
  delivery.write({ cmd: 'publish', topic, payload, qos, messageId: id, dup: wasSent, retain: false });
  message.wasSent = true;
}
