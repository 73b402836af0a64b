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
