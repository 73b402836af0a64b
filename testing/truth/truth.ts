/** One PUBLISH to a subscriber. */
export interface Delivery {
  readonly atUs: number;
  readonly dup: boolean;
  /** Counts all deliveries of the broker. */
  readonly order: number;
  /** When the subscriber's own PUBACK for it was read. */
  pubackUs: number | null;
  /** Its connection was given up by the client before it had acknowledged this: nobody but the client knows whether it was read. */
  mayBeUnread: boolean;
}

/** What the broker did with one message; microseconds of CLOCK_MONOTONIC, taken as the packet was handed to the socket. */
export interface MessageTruth {
  readonly topic: string;
  readonly seq: number;
  readonly intendedUs: number;
  readonly arrivalsUs: number[];
  readonly pubacksUs: number[];
  readonly deliveries: Delivery[];
  /** PUBACKs with a reason code from 0x80 on, which acknowledge nothing. */
  readonly refusalsUs: number[];
  /** When it was to be delivered, and nobody was subscribed. */
  readonly droppedUs: number[];
  /** What was planned for it, in words. */
  readonly lies: string[];
}

/** The end of a connection. One that its client ended without a word may have left unread what was written to it. */
export interface ConnectionTruth {
  readonly clientId: string;
  readonly openedUs: number;
  readonly closedUs: number;
  readonly by: 'broker' | 'client' | 'disconnect';
}

/** Everything that the broker did, message by message. */
export interface Truth {
  readonly messages: ReadonlyMap<string, MessageTruth>;
  readonly connections: readonly ConnectionTruth[];
  /** Payloads delivered that no publisher sent. */
  readonly strays: readonly Delivery[];
  readonly stalls: readonly { readonly fromUs: number; readonly toUs: number }[];
}

/** What is being written down; the broker's own view of `Truth`. */
export interface TruthBook extends Truth {
  order: number;
  readonly messages: Map<string, MessageTruth>;
  readonly connections: ConnectionTruth[];
  readonly strays: Delivery[];
  readonly stalls: { readonly fromUs: number; readonly toUs: number }[];
}

export const emptyBook = (): TruthBook => ({
  order: 0,
  messages: new Map(),
  connections: [],
  strays: [],
  stalls: [],
});

const keyOf = (topic: string, seq: number): string => `${topic}\n${seq}`;

/** Takes down one delivery, of a message or of a stray. */
export function noteDelivery(book: TruthBook, deliveries: Delivery[], atUs: number, dup: boolean): Delivery {
  book.order += 1;
  const delivery = { atUs, dup, order: book.order, pubackUs: null, mayBeUnread: false };
  deliveries.push(delivery);
  return delivery;
}

/** The entry of a message, made at its first arrival. */
export function entryOf(book: TruthBook, topic: string, seq: number, intendedUs: number): MessageTruth {
  const key = keyOf(topic, seq);
  const known = book.messages.get(key);
  if (known !== undefined) return known;
  const entry = {
    topic,
    seq,
    intendedUs,
    arrivalsUs: [],
    pubacksUs: [],
    deliveries: [],
    refusalsUs: [],
    droppedUs: [],
    lies: [],
  };
  book.messages.set(key, entry);
  return entry;
}

/** The messages of one topic, by `seq`. */
export function messagesOf(truth: Truth, topic: string): ReadonlyMap<number, MessageTruth> {
  const own = [...truth.messages.values()].filter((message) => message.topic === topic);
  return new Map(own.map((message) => [message.seq, message]));
}
