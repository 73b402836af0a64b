import type { Qos } from '../../src/domain/guarantees/history.js';
import type { Link } from '../truth/sessions.js';
import type { Book } from './book.js';
import type { Liar } from './liar.js';
import type { Incoming, Parcel, Value, Will } from './messages.js';

/** One connection. */
export interface Guest extends Link {
  /** Which CONNECT of its client it is, from 1. */
  readonly nth: number;
  /** Whatever it sends after CONNECT, it sends after this. */
  readonly letInMs: number;
  readonly keepAliveMs: number;
  /** Taken away when the connection ends. */
  will: Will | undefined;
  /** When the client was last heard of. */
  heardMs: number;
}

export interface Filter {
  readonly qos: Qos;
  readonly nth: number;
  readonly sinceMs: number;
  /** When its client had certainly read the SUBACK: it has acknowledged something that was sent after it. */
  readMs: number;
}

export interface Session {
  readonly clientId: string;
  readonly expiryMs: number;
  readonly filters: Map<string, Filter>;
  link: Guest | undefined;
  /** Nothing more is delivered until it has come back, and its connection is cut as soon as nothing is in flight. */
  isLeaving: boolean;
  readonly waiting: Parcel[];
  /** Given to this member of a group, and not yet sent. */
  readonly late: Parcel[];
  /** Towards the client. Released: it has said PUBREC. */
  readonly inFlight: Map<number, { readonly parcel: Parcel; readonly sentMs: number; released: boolean }>;
  /** From the client. */
  readonly incoming: Map<number, Incoming>;
  /** It was lied about the latest QoS 2 message of this client, and nobody knows whether it has its PUBCOMP. */
  isUnsettled: boolean;
  /** Delivers once more, on the next connection, what has been received. */
  readonly again: (() => void)[];
  lastId: number;
  /** What a later one of its lane shall overtake. */
  readonly held: Map<string, Held>;
}

export interface Held {
  readonly seq: number;
  readonly release: () => void;
}

export interface Broker {
  readonly liar: Liar;
  readonly book: Book;
  readonly sessions: Map<string, Session>;
  readonly guests: Set<Guest>;
  readonly connects: Map<string, number>;
  /** By topic, in the order of their arrival; one without a payload is a deletion. */
  readonly retained: Map<string, Value[]>;
  /** The latest value of each writer. */
  readonly written: Map<string, Value>;
  /** When the latest acknowledgement of each client and QoS was sent. */
  readonly acked: Map<string, number>;
  /** The messages that were taken in. */
  readonly known: Set<string>;
  /** The same of what was never delivered, by whom it was for. */
  readonly lost: Set<string>;
  /** How often each group was served. */
  readonly turns: Map<string, number>;
  readonly seen: Seen;
  /** Wills that wait for their delay, by client. */
  readonly wills: Map<string, NodeJS.Timeout>;
  readonly timers: Set<NodeJS.Timeout>;
}

/** What has happened, for whoever wants to end a run. */
export interface Seen {
  connects: number;
  /** By topic, how many messages were published until the latest. */
  readonly published: Map<string, number>;
  /** Until then more may come of what has happened; or it must not, and that shall be seen. */
  untilMs: number;
}

export const nowMs = (): number => performance.now();

export function later(broker: Broker, ms: number, work: () => void): NodeJS.Timeout {
  lasts(broker, ms + SOON_MS);
  const timer = setTimeout(() => {
    broker.timers.delete(timer);
    work();
  }, ms);
  broker.timers.add(timer);
  return timer;
}

/** What is sent is read and answered by then. */
const SOON_MS = 1200;

export function lasts({ seen }: Broker, ms: number = SOON_MS): void {
  seen.untilMs = Math.max(seen.untilMs, nowMs() + ms);
}
