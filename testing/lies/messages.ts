import type { Qos } from '../../src/domain/guarantees/history.js';

/** A message as its publisher sent it. An empty payload names nobody. */
export interface Message {
  readonly publisher: string;
  readonly topic: string;
  readonly seq: number;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retain: boolean;
}

/** A message that came in. With one in flight at a time, its client has handed it over after it had the acknowledgement of the one before. */
export interface Published extends Message {
  /** When that was sent; infinite: before anything. */
  readonly afterMs: number;
}

/** A value with the retain flag. */
export interface Value {
  readonly message: Message;
  /** Its writer certainly had its acknowledgement by then; infinite: not yet. */
  ackedMs: number;
}

export interface Will {
  readonly message: Message;
  readonly delayMs: number;
}

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
