import { connect } from 'node:net';
import { once } from 'node:events';
import { generate, parser, type Packet } from 'mqtt-packet';

/** With whose client id, and where, somebody connects who has no part in the test. */
export interface Stranger {
  readonly endpoint: string;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  readonly version: 4 | 5;
}

/** Connects with somebody's client id and a clean session, and holds it until the broker gives it back to its owner. False if it never had it. */
export async function takeId({ endpoint, clientId, username, password, version }: Stranger): Promise<boolean> {
  const [host = '', port = ''] = endpoint.split(':');
  const socket = connect({ host, port: Number(port), noDelay: true });
  const packets = parser({ protocolVersion: version });
  socket.on('data', (data) => packets.parse(data)).on('error', () => undefined);
  const closed = once(socket, 'close');
  const login = username === undefined ? {} : { username, password: Buffer.from(password ?? '') };
  const hello = {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: version,
    clean: true,
    clientId,
    keepalive: 60,
  } as const;
  socket.write(generate({ ...hello, ...login }, { protocolVersion: version }));
  const [answer] = (await Promise.race([once(packets, 'packet'), closed.then(() => [undefined])])) as [
    Packet | undefined,
  ];
  await closed;
  return answer?.cmd === 'connack' && ((answer.reasonCode ?? answer.returnCode) || 0) === 0;
}

/** Publishes under a client id of its own, each with QoS 1; resolves when the broker has acknowledged all. */
export async function publishAll(
  { endpoint, clientId, username, password, version }: Stranger,
  topic: string,
  payloads: readonly string[],
): Promise<void> {
  const [host = '', port = ''] = endpoint.split(':');
  const socket = connect({ host, port: Number(port), noDelay: true });
  const packets = parser({ protocolVersion: version });
  socket.on('data', (data) => packets.parse(data));
  const send = (packet: Packet): void => void socket.write(generate(packet, { protocolVersion: version }));
  const login = username === undefined ? {} : { username, password: Buffer.from(password ?? '') };
  const acknowledged = new Set<number | undefined>();
  const done = new Promise<void>((resolve, reject) => {
    socket.once('error', reject).once('close', () => reject(new Error(`${clientId}: the broker hung up`)));
    packets.on('packet', (packet) => {
      if (packet.cmd === 'connack') {
        payloads.forEach((payload, i) =>
          send({ cmd: 'publish', topic, payload, qos: 1, messageId: i + 1, dup: false, retain: false }),
        );
      }
      if (packet.cmd === 'puback') acknowledged.add(packet.messageId);
      if (acknowledged.size === payloads.length) resolve();
    });
  });
  send({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: version,
    clean: true,
    clientId,
    keepalive: 60,
    ...login,
  });
  try {
    await done;
  } finally {
    socket.destroy();
  }
}
