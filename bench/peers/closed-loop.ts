import { connect } from 'node:net';
import { generate, parser, type Packet } from 'mqtt-packet';
import { monotonicUs, sleepMs } from '../../src/host/os/clock.js';

/** What most load tools do: send, wait for the acknowledgement, note how long that took, then send the next. Latencies in µs. */
export async function closedLoop(endpoint: string, topic: string, forMs: number, pauseMs: number): Promise<number[]> {
  const [host = '', port] = endpoint.split(':');
  const socket = connect(Number(port), host).setNoDelay(true);
  const packets = parser();
  const answer = (): Promise<unknown> => new Promise((resolve) => packets.once('packet', resolve));
  const ask = (packet: Packet): Promise<unknown> => {
    socket.write(generate(packet));
    return answer();
  };
  socket.on('data', (data) => packets.parse(data));
  await ask({
    cmd: 'connect',
    clientId: 'closed-loop',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: 0,
  });
  const message = { cmd: 'publish', topic, payload: 'x', qos: 1, dup: false, retain: false, messageId: 1 } as const;
  const latencies: number[] = [];
  const endUs = monotonicUs() + forMs * 1000;
  while (monotonicUs() < endUs) {
    const sentUs = monotonicUs();
    await ask(message);
    latencies.push(monotonicUs() - sentUs);
    await sleepMs(pauseMs);
  }
  socket.destroy();
  return latencies;
}
