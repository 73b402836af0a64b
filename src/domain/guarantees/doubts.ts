import type { Circumstances } from './guarantee.js';
import { byMessage, type Ack, type Connection, type History, type Receipt, type Send } from './history.js';
import { byClient } from './connection-ends.js';
import { isKept, isKeptToEnd, isNeverAway } from './kept.js';
import { copiesAllowed, subscribersOf, type Subscribers } from './subscribers.js';
import { mostWaiting, type Wait } from './waiting.js';

/** Why nobody can say from outside whether exactly-once was broken. */
export type Doubt =
  | 'the session was not kept, or that is not known'
  | 'the broker does not say that what it acknowledged survives the fault'
  | 'the queue of the client that was away may have been full, or its limit is not declared'
  | 'handed over more than once'
  | 'the library of the publisher may have published it again'
  | 'the copy may be a resend (DUP, or DUP not shown)'
  | 'the filters of the client are not known';

/** One QoS 2 message as its publisher saw it. */
export interface Course {
  readonly first: Send;
  readonly handovers: number;
  readonly pubrecs: readonly Ack[];
  /** The first PUBCOMP that was accepted. */
  readonly completed: Ack | undefined;
}

/** A history, ready for questions about one message and one client. */
export interface Look {
  readonly endUs: number;
  readonly subscribers: Subscribers;
  readonly connections: ReadonlyMap<string, readonly Connection[]>;
  readonly circumstances: Circumstances;
  /** The most messages that the broker held at once for this client, and that it delivered in the end, from a moment on. */
  readonly mostWaitingFor: (client: string, fromUs: number) => number;
}

export function lookInto(history: History, circumstances: Circumstances): Look {
  const queues = new Map<string, (fromUs: number) => number>();
  return {
    endUs: history.endUs,
    subscribers: subscribersOf(history.subscriptions),
    connections: byClient(history.connections),
    circumstances,
    mostWaitingFor: (client, fromUs) => {
      const queue = queues.get(client) ?? queueOf(client, history);
      queues.set(client, queue);
      return queue(fromUs);
    },
  };
}

/** Asked for only where something is missing. What never came is left out: a queue that is full holds what comes later, and many losses must not excuse each other. */
function queueOf(client: string, { sends, receipts }: History): (fromUs: number) => number {
  const received = byMessage(receipts);
  const waits: Wait[] = [];
  for (const [sent] of byMessage(sends).all()) {
    if (sent === undefined) continue;
    const receipt = received.of(sent).find((one) => one.client === client);
    if (receipt !== undefined) waits.push({ fromUs: sent.us, untilUs: Math.max(sent.us, receipt.us) });
  }
  return mostWaiting(waits);
}

/** Of a completed message that never came. `connection` is that of the subscription that should have brought it. */
export function doubtAboutLoss(course: Course, client: string, connection: number, look: Look): Doubt | null {
  const { endUs, connections, circumstances } = look;
  const own = connections.get(client);
  if (!isKeptToEnd(own, connection, endUs)) return 'the session was not kept, or that is not known';
  if (mayForget(course, look)) return 'the broker does not say that what it acknowledged survives the fault';
  const room = circumstances.broker.queuedMessages ?? 0;
  const sentUs = course.first.us;
  const isFull = room === 0 ? !isNeverAway(own, sentUs, endUs) : look.mostWaitingFor(client, sentUs) >= room;
  return isFull ? 'the queue of the client that was away may have been full, or its limit is not declared' : null;
}

/** Of a message that came more often than the client has filters for it; copies in time order. */
export function doubtAboutRepetition(course: Course, copies: readonly Receipt[], look: Look): Doubt | null {
  const [first] = copies;
  if (first === undefined) return null;
  const allowed = copiesAllowed(look.subscribers(first.topic).get(first.client));
  if (allowed === 0) return 'the filters of the client are not known';
  if (course.handovers > 1) return 'handed over more than once';
  if (mayForget(course, look)) return 'the broker does not say that what it acknowledged survives the fault';
  if (mayPublishAgain(course, look)) return 'the library of the publisher may have published it again';
  const own = look.connections.get(first.client);
  const open = copies.flatMap((copy, at) => doubtAboutCopy(copy, copies[at - 1], own) ?? []);
  return copies.length - open.length > allowed ? null : (open[0] ?? null);
}

/** Null: this copy is one of its own, and not the one before it once more. */
function doubtAboutCopy(
  copy: Receipt,
  before: Receipt | undefined,
  own: readonly Connection[] | undefined,
): Doubt | null {
  if (before === undefined) return null;
  const [from, to] = [before.connection, copy.connection].sort((a, b) => a - b) as [number, number];
  if (!isKept(own, from, to)) return 'the session was not kept, or that is not known';
  return mayBeResend(copy, before, own) ? 'the copy may be a resend (DUP, or DUP not shown)' : null;
}

/**
 * 4.4: after a reconnect the sender repeats what has no PUBREC yet, and DUP says so. On one connection 3.1.1 does not forbid it; 5 does. Only a broker
 * of 5 says what it offers.
 */
function mayBeResend(copy: Receipt, before: Receipt, own: readonly Connection[] | undefined): boolean {
  if (copy.dup === false) return false;
  const connection = own?.find(({ number }) => number === copy.connection);
  return copy.connection !== before.connection || connection?.offers == null;
}

/** Was the message under way when something was done to a broker that may forget? */
function mayForget({ first }: Course, { endUs, circumstances: { fault, broker } }: Look): boolean {
  if (fault === null || broker.survivesDeath === true) return false;
  return fault.injectedUs <= endUs && (fault.recoveredUs === null || first.us <= fault.recoveredUs);
}

/** A broker that has lost the publisher's session takes a resend for a new message. A second PUBREC on another connection is the answer to a second PUBLISH, which 4.3.3 forbids after the first PUBREC. */
function mayPublishAgain({ first, pubrecs, completed }: Course, { connections }: Look): boolean {
  const own = connections.get(first.publisher);
  const last = completed?.connection ?? own?.at(-1)?.number ?? Infinity;
  return !isKept(own, first.connection, last) || new Set(pubrecs.map(({ connection }) => connection)).size > 1;
}
