import { createServer, type Server, type Socket } from 'node:net';
import { generate, parser, type IConnectPacket, type Packet } from 'mqtt-packet';
import { isSet } from './traps.js';
import type { Settings } from './settings.js';

const [OK, BAD_LOGIN, UNAVAILABLE] = [0, 0x86, 0x88];

function codeFor(settings: Settings, { username, password }: IConnectPacket): number {
  if (isSet(settings.trapsFile, settings.id, 'not-ready')) return UNAVAILABLE;
  return username === settings.username && password?.toString() === settings.password ? OK : BAD_LOGIN;
}

/** MQTT 5 as far as a login and a ping go; no message is ever passed on. */
export function startMqtt(settings: Settings): { readonly server: Server; readonly clients: () => readonly string[] } {
  const connected = new Map<Socket, string>();
  const server = createServer((socket) => {
    const packets = parser({ protocolVersion: 5 });
    const send = (packet: Packet): void => void socket.write(generate(packet, { protocolVersion: 5 }));
    socket.on('data', (data) => packets.parse(data));
    socket.on('error', () => undefined);
    socket.on('close', () => connected.delete(socket));
    packets.on('error', () => socket.destroy());
    packets.on('packet', (packet: Packet) => {
      if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' });
      else if (packet.cmd === 'disconnect') socket.end();
      else if (packet.cmd === 'connect') {
        const reasonCode = codeFor(settings, packet);
        send({ cmd: 'connack', sessionPresent: false, reasonCode });
        if (reasonCode === OK) connected.set(socket, packet.clientId);
        else socket.end();
      } else socket.destroy();
    });
  });
  return { server: server.listen(settings.mqttPort, '127.0.0.1'), clients: () => [...connected.values()] };
}
