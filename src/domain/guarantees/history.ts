/**
 * What the clients of one SDK saw in one phase, as a checker reads it. Times are microseconds of CLOCK_MONOTONIC, which every process of a host shares.
 * A field that is null was not recorded, and nothing may be concluded from its absence.
 */
export interface History {
  /** The end of the drain: what arrived later is not recorded. */
  readonly endUs: number;
  /** What the recording leaves out: a checker that needs it has no answer. */
  readonly recorded: {
    /** Every hand-over to the library, with its time; false: only the first. */
    readonly everySend: boolean;
    /** Every receipt, with its connection; false: only the first of each message. */
    readonly everyReceipt: boolean;
  };
  readonly connections: readonly Connection[];
  readonly subscriptions: readonly Subscription[];
  readonly sends: readonly Send[];
  readonly acks: readonly Ack[];
  readonly receipts: readonly Receipt[];
}

/** How a connection ended: `own-` by the client itself. A cut closes the socket, a mute keeps it open and says nothing more. */
export const CLOSED_BY = [
  'own-disconnect',
  'own-disconnect-with-will',
  'own-cut',
  'own-mute',
  'peer',
  'timeout',
  'unknown',
] as const;
export type ClosedBy = (typeof CLOSED_BY)[number];

/** One CONNECT of one client, and what came of it. */
export interface Connection {
  /** The MQTT client id. */
  readonly client: string;
  /** From 1, for each client. */
  readonly number: number;
  /** host:port. */
  readonly endpoint: string;
  readonly askedUs: number | null;
  /** The CONNACK that let it in; null: none came, or it was refused. */
  readonly openedUs: number | null;
  /** Code of a CONNACK that did not let it in; absent: none came, or it was let in. */
  readonly refusedWith?: number;
  readonly sessionPresent: boolean | null;
  /** Clean session (3.1.1), clean start (5). */
  readonly clean: boolean;
  readonly keepAliveS: number | null;
  /** How long the session lives after the connection; null: for ever, as in 3.1.1. A clean session of 3.1.1 has 0. */
  readonly expiryS: number | null;
  readonly will: Will | null;
  /** What the broker says in its CONNACK that it has; null where it says nothing (3.1.1), or the library does not show it. */
  readonly offers: Offers | null;
  /** Null: open at the end of the drain. */
  readonly closedUs: number | null;
  readonly closedBy: ClosedBy | null;
  /** Of the broker's DISCONNECT (MQTT 5). */
  readonly reasonCode: number | null;
}

export interface Will {
  readonly topic: string;
  /** Identifies its message, with the client as publisher. */
  readonly seq: number;
  readonly qos: Qos;
  readonly delayS: number;
}

export interface Offers {
  readonly maximumQos: Qos;
  readonly retain: boolean;
  readonly shared: boolean;
}

export type Qos = 0 | 1 | 2;

export interface Subscription {
  readonly client: string;
  readonly connection: number;
  readonly filter: string;
  readonly qos: Qos;
  readonly sentUs: number | null;
  /** Of the SUBACK; null: none came. */
  readonly answeredUs: number | null;
  /** 0 to 2, or a reason code of 0x80 and more. */
  readonly granted: number | null;
}

/** A message is its publisher, its topic and its number. */
export interface MessageId {
  readonly publisher: string;
  readonly topic: string;
  readonly seq: number;
}

/** One hand-over of a message to the library, on one connection. */
export interface Send extends MessageId {
  readonly connection: number;
  readonly qos: Qos;
  readonly retain: boolean;
  /** An empty payload with the retain flag: it deletes the retained value. */
  readonly clears: boolean;
  readonly us: number;
}

export const ACK_STEPS = ['puback', 'pubrec', 'pubcomp'] as const;
export type AckStep = (typeof ACK_STEPS)[number];

/** A packet that the publisher received for a message. A reason code of 0x80 and more refuses it. */
export interface Ack extends MessageId {
  readonly connection: number;
  readonly step: AckStep;
  readonly code: number;
  readonly us: number;
}

/** One delivery, as it came over the wire. */
export interface Receipt extends MessageId {
  /** Who received it. */
  readonly client: string;
  readonly connection: number;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly dup: boolean | null;
  readonly us: number;
}

/** Is this subscription not known to be refused? One whose answer was not recorded may stand. */
export const mayStand = ({ granted }: Pick<Subscription, 'granted'>): boolean => granted === null || granted < 0x80;

/** Did this acknowledgement take the message over? */
export const isAccepted = ({ code }: Pick<Ack, 'code'>): boolean => code < 0x80;

const EMPTY: readonly never[] = [];

/** Rows by the message that they are of. */
export interface ByMessage<Row> {
  /** The rows of one message, in the order of the list. */
  readonly of: (id: MessageId) => readonly Row[];
  /** Each message once, with all of its rows; one after the other, since a list of a million of them would be as much again. */
  readonly all: () => Iterable<readonly Row[]>;
}

type Held<Row> = Row | Row[];
type Index<Row> = Map<string, Map<string, Map<number, Held<Row>>>>;

/** Every checker asks for the same lists. An index lives as long as its list. */
const indexed = new WeakMap<readonly MessageId[], ByMessage<MessageId>>();

/** Groups by message; a list that was given once must not change. */
export function byMessage<Row extends MessageId>(list: readonly Row[]): ByMessage<Row> {
  const held = indexed.get(list) as ByMessage<Row> | undefined;
  if (held !== undefined) return held;
  const made = indexOf(list);
  indexed.set(list, made);
  return made;
}

/** There may be a million messages: one with a single row is held without a list, and no strings are made. */
function indexOf<Row extends MessageId>(list: readonly Row[]): ByMessage<Row> {
  const index: Index<Row> = new Map();
  for (const row of list) {
    const { publisher, topic, seq } = row;
    const seqs = inserted(inserted(index, publisher), topic);
    const held = seqs.get(seq);
    if (held === undefined) seqs.set(seq, row);
    else if (Array.isArray(held)) held.push(row);
    else seqs.set(seq, [held, row]);
  }
  return {
    of: ({ publisher, topic, seq }) => {
      const held = index.get(publisher)?.get(topic)?.get(seq);
      return held === undefined ? EMPTY : rowsOf(held);
    },
    all: () => rowsOfEach(index),
  };
}

function* rowsOfEach<Row>(index: Index<Row>): Generator<readonly Row[]> {
  for (const topics of index.values())
    for (const seqs of topics.values()) for (const held of seqs.values()) yield rowsOf(held);
}

const rowsOf = <Row>(held: Held<Row>): readonly Row[] => (Array.isArray(held) ? held : [held]);

/** The inner map of a key, made where there is none. */
export function inserted<Key, InnerKey, Value>(map: Map<Key, Map<InnerKey, Value>>, key: Key): Map<InnerKey, Value> {
  const held = map.get(key);
  if (held !== undefined) return held;
  const made = new Map<InnerKey, Value>();
  map.set(key, made);
  return made;
}
