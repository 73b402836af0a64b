import { createServer, type AddressInfo } from 'node:net';
import { generate, parser, type Packet } from 'mqtt-packet';
import { onTestFinished } from 'vitest';

/** Answers to a client: the code of CONNACK, the QoS of SUBACK and the retained values after it, or nothing at all. */
export interface MqttAnswers {
  readonly connack?: number;
  readonly granted?: number;
  readonly silent?: boolean;
  readonly retained?: Readonly<Record<string, string>>;
}

export interface MqttBroker {
  readonly port: number;
  /** What clients sent, in order. */
  readonly got: Packet[];
}

/** A small broker that answers as it is told; it ends with the test. */
export async function startMqttBroker({
  connack = 0,
  granted = 1,
  silent = false,
  retained = {},
}: MqttAnswers = {}): Promise<MqttBroker> {
  const got: Packet[] = [];
  const server = createServer((socket) => {
    const packets = parser();
    let protocolVersion = 4;
    const answerTo = (packet: Packet): Packet | undefined => {
      switch (packet.cmd) {
        case 'connect':
          protocolVersion = packet.protocolVersion ?? 4;
          return { cmd: 'connack', returnCode: connack, reasonCode: connack, sessionPresent: false };
        case 'subscribe':
          return { cmd: 'suback', messageId: packet.messageId ?? 0, granted: [granted] };
        case 'unsubscribe':
          return { cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: [] };
        default:
          return packet.cmd === 'pingreq' ? { cmd: 'pingresp' } : undefined;
      }
    };
    packets.on('packet', (packet) => {
      got.push(packet);
      const answer = silent ? undefined : answerTo(packet);
      if (answer !== undefined) socket.write(generate(answer, { protocolVersion }));
      if (answer?.cmd !== 'suback') return;
      for (const [topic, payload] of Object.entries(retained)) {
        const value = { cmd: 'publish', topic, payload, qos: 0, dup: false, retain: true } as const;
        socket.write(generate(value, { protocolVersion }));
      }
    });
    socket.on('data', (data) => packets.parse(data)).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, got };
}
