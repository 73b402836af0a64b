import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { parser, type Packet } from 'mqtt-packet';
import { monotonicUs } from '../src/host/os/clock.js';

/** One packet as it went by, on one connection of one client. */
export interface Tapped {
  readonly from: 'client' | 'broker';
  readonly clientId: string;
  /** From 1, for each client id, whichever tap it came through. */
  readonly connection: number;
  readonly endpoint: string;
  readonly us: number;
  readonly packet: Packet;
}

export interface Wiretap {
  readonly endpoints: readonly string[];
  /** Every packet, in the order in which it went by. */
  readonly packets: readonly Tapped[];
  /** Ends all connections that there are now, and lets new ones in. */
  readonly cutAll: () => void;
  readonly close: () => void;
}

/** Ends the connection on which this packet went by. What was passed on before is read by both sides. */
export type CutAfter = (tapped: Tapped, packets: readonly Tapped[]) => boolean;

/** Proxies before one broker that read along, until they are closed. */
export async function tapInto(brokerPort: number, count: number, cutAfter: CutAfter = () => false): Promise<Wiretap> {
  const packets: Tapped[] = [];
  const connections = new Map<string, number>();
  const sockets = new Set<Socket>();
  const cuts: (() => void)[] = [];
  const servers: Server[] = [];
  const open = async (): Promise<string> => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const endpoint = endpointOf(server.address() as AddressInfo);
      const broker = connect({ port: brokerPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      for (const socket of [client, broker]) sockets.add(socket);
      cuts.push(tapOne({ client, broker, endpoint, packets, connections, cutAfter }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    return endpointOf(server.address() as AddressInfo);
  };
  const close = (): void => {
    for (const server of servers) server.close();
    for (const socket of sockets) socket.destroy();
  };
  const cutAll = (): void => {
    for (const cut of cuts.splice(0)) cut();
  };
  return { endpoints: await Promise.all(Array.from({ length: count }, open)), packets, cutAll, close };
}

const endpointOf = ({ port }: AddressInfo): string => `127.0.0.1:${port}`;

interface Tap {
  readonly client: Socket;
  readonly broker: Socket;
  readonly endpoint: string;
  readonly packets: Tapped[];
  readonly connections: Map<string, number>;
  readonly cutAfter: CutAfter;
}

/** Returns what ends the connection. */
function tapOne({ client, broker, endpoint, packets, connections, cutAfter }: Tap): () => void {
  const settings: { protocolVersion?: number } = {};
  const who = { clientId: '', connection: 0, endpoint };
  const cut = { isDone: false };
  const isOver = (): boolean => cut.isDone;
  // Ended and not destroyed: a reset would throw away what was passed on and is not read yet.
  const end = (): void => {
    for (const socket of [client, broker]) socket.end();
  };
  const read = (from: Tapped['from']): ((data: Buffer) => void) => {
    const parsing = parser(settings);
    parsing.on('packet', (packet: Packet) => {
      if (packet.cmd === 'connect') {
        settings.protocolVersion = packet.protocolVersion ?? 4;
        who.clientId = packet.clientId;
        who.connection = (connections.get(packet.clientId) ?? 0) + 1;
        connections.set(packet.clientId, who.connection);
      }
      const tapped: Tapped = { ...who, from, us: monotonicUs(), packet };
      packets.push(tapped);
      cut.isDone ||= cutAfter(tapped, packets);
    });
    return (data) => parsing.parse(data);
  };
  for (const [from, source, target] of [
    ['client', client, broker],
    ['broker', broker, client],
  ] as const) {
    const parse = read(from);
    source.on('error', () => undefined);
    source.on('data', (data: Buffer) => {
      if (isOver()) return;
      parse(data);
      target.write(data);
      if (isOver()) end();
    });
    source.on('close', () => (from === 'client' ? broker.destroy() : client.end()));
    source.on('end', () => target.end());
  }
  return () => {
    cut.isDone = true;
    end();
  };
}
