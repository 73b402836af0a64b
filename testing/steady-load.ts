import { connect } from 'node:net';
import { generate, parser } from 'mqtt-packet';
import { driver } from './host-cluster.js';

/** So many are on their way at any time. */
const IN_FLIGHT = 20;

/**
 * One client that publishes QoS 1 to an endpoint of the cluster, as fast as it is acknowledged, until it is told to end. Whatever becomes of its connection is
 * no failure.
 */
export async function steadyLoad(dir: string, endpoint: string, bytes: number): Promise<{ readonly end: () => void }> {
  const { username, password } = await driver.clientSettings(dir);
  const [host, port] = endpoint.split(':');
  const socket = connect({ host, port: Number(port) });
  const packets = parser({ protocolVersion: 4 });
  const payload = Buffer.alloc(bytes, 'x');
  let messageId = 0;
  const publish = (): void => {
    if (!socket.writable) return;
    messageId = (messageId % 65_535) + 1;
    socket.write(
      generate({ cmd: 'publish', topic: 'load/steady', payload, qos: 1, messageId, dup: false, retain: false }),
    );
  };
  packets.on('packet', ({ cmd }) => {
    if (cmd === 'connack') for (let i = 0; i < IN_FLIGHT; i += 1) publish();
    if (cmd === 'puback') publish();
  });
  socket.on('data', (data) => packets.parse(data));
  socket.on('error', () => undefined);
  const login = { username, password: Buffer.from(password) };
  const client = { clientId: `load-${port}-${Date.now()}`, keepalive: 60, clean: true, ...login };
  socket.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, ...client }));
  return { end: () => void socket.destroy() };
}
