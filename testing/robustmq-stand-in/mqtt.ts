import { connect, createServer, type Server, type Socket } from 'node:net';
import { generate, parser, type IConnectPacket, type Packet } from 'mqtt-packet';
import { isSet } from './traps.js';
import type { Settings } from './settings.js';

const [OK, BAD_LOGIN, UNAVAILABLE] = [0, 0x86, 0x88];

function codeFor(settings: Settings, { username, password }: IConnectPacket): number {
  if (isSet(settings.trapsFile, settings.id, 'not-ready')) return UNAVAILABLE;
  return username === settings.username && password?.toString() === settings.password ? OK : BAD_LOGIN;
}

/** Joins two sockets until one of them ends: then both do. */
function join(socket: Socket, upstream: Socket): void {
  socket.pipe(upstream).pipe(socket);
  for (const [one, other] of [
    [socket, upstream],
    [upstream, socket],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}

/** Judges each login itself; whoever is let in talks to the Mosquitto on `messages` from its CONNECT on. */
export function startMqtt(
  settings: Settings,
  messages: number,
): { readonly server: Server; readonly clients: () => readonly string[] } {
  const connected = new Map<Socket, string>();

  const welcome = (socket: Socket, packet: Packet, bytes: readonly Buffer[]): void => {
    if (packet.cmd !== 'connect') return void socket.destroy();
    const reasonCode = codeFor(settings, packet);
    if (reasonCode !== OK) {
      socket.end(generate({ cmd: 'connack', sessionPresent: false, reasonCode }, { protocolVersion: 5 }));
      return;
    }
    connected.set(socket, packet.clientId);
    const upstream = connect({ port: messages, host: '127.0.0.1', noDelay: true });
    upstream.write(Buffer.concat(bytes));
    join(socket, upstream);
  };

  const server = createServer({ noDelay: true }, (socket) => {
    const packets = parser({ protocolVersion: 5 });
    const bytes: Buffer[] = [];
    const read = (data: Buffer): void => {
      bytes.push(data);
      packets.parse(data);
    };
    socket.on('data', read);
    socket.on('error', () => undefined);
    socket.on('close', () => connected.delete(socket));
    packets.on('error', () => socket.destroy());
    // What has come with it goes on with it.
    packets.once('packet', (packet: Packet) => {
      socket.off('data', read);
      welcome(socket, packet, bytes);
    });
  });
  return { server: server.listen(settings.mqttPort, '127.0.0.1'), clients: () => [...connected.values()] };
}
