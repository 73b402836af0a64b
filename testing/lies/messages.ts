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

/** Publisher, topic and number: no two messages have the same. */
export const nameOf = ({ publisher, topic, seq }: Message): string => `${publisher} ${topic} ${seq}`;

/** A message that came in. With one in flight at a time, its client has handed it over after it had the acknowledgement of the one before. */
export interface Published extends Message {
  /** When that was sent; infinite: before anything. */
  readonly afterMs: number;
  /** It was handed over before, as far as the broker or the DUP flag knows. */
  readonly isRepeated: boolean;
  /** The broker has taken it in before. */
  readonly isCopy: boolean;
  /** QoS 2: its PUBREL came on a later connection than its PUBLISH. */
  readonly isResumed: boolean;
}

/** QoS 2 before its PUBREL. */
export interface Incoming {
  readonly message: Message;
  /** The connection of its PUBLISH. */
  readonly nth: number;
  readonly isRepeated: boolean;
  /** Its publisher has been told since that it has no session: what becomes of it nobody knows. */
  isDropped: boolean;
}

/** A message for one subscriber. */
export interface Parcel {
  readonly message: Message;
  /** A second copy. It never has the DUP flag: else it could be the first one again, which a client that left may not have read. */
  readonly isAgain?: boolean;
  /** The group for which it goes to this subscriber. */
  readonly group?: string;
  /** When the subscriber has certainly received it: PUBACK or PUBREC. */
  readonly taken?: () => void;
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
