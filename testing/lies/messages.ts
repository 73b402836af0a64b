import type { Qos } from '../../src/domain/guarantees/history.js';
import type { Message } from './state.js';

/** The clients' payloads name their publisher and number. An empty one, which deletes a retained value, names nobody. */
export function messageOf(packet: {
  readonly topic: string;
  readonly payload: Buffer | string;
  readonly qos: Qos;
  readonly retain: boolean;
}): Message {
  const { topic, qos, retain } = packet;
  const payload = Buffer.from(packet.payload);
  if (payload.length === 0) return { topic, payload, qos, retain, publisher: '', seq: -1 };
  const { publisher, seq } = JSON.parse(payload.toString()) as { publisher: string; seq: number };
  return { topic, payload, qos, retain, publisher, seq };
}
