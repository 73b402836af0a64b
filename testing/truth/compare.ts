import type { LedgerMessage } from '../../src/domain/ledger.js';
import { messagesOf, type Delivery, type MessageTruth, type Truth } from './truth.js';

/** What a client says about its run, beside its ledger: fields of its result line. */
export interface ClientFigures {
  readonly planned: number;
  readonly acked: number;
  readonly received: number;
  readonly lost: number;
  readonly recovered: number;
  readonly unconfirmed: number;
  readonly unsent: number;
  readonly lost_seqs: readonly number[];
  readonly naive_lost: number;
  readonly duplicates: number;
  readonly duplicates_flagged: number | null;
  readonly unexpected: number;
  readonly inversions: number;
}

export type MessageClass = 'ok' | 'lost' | 'recovered' | 'unconfirmed' | 'unsent';

/** One message that a client has in another class, or with another number of receipts, than the broker. */
export interface Misclassified {
  readonly seq: number;
  readonly expected: string;
  readonly got: string;
  readonly lies: readonly string[];
}

/** A figure of the result line that differs from the broker's. */
export interface WrongFigure {
  readonly name: string;
  readonly expected: string;
  readonly got: string;
}

export interface Comparison {
  readonly messages: number;
  readonly misclassified: readonly Misclassified[];
  readonly figures: readonly WrongFigure[];
  /** Connections that the client ended without a word. */
  readonly endedByClient: number;
  /** Deliveries of which only the client knows whether it read them before it gave its connection up. */
  readonly mayBeUnread: number;
  /** By class, as the broker has it. */
  readonly classes: Readonly<Record<MessageClass, number>>;
}

interface Word {
  readonly class: MessageClass;
  readonly copies: number;
}

/** Deliveries that are part of the figures: what came after the client's drain is in none, and what may be unread only where that is taken along. */
const counted = (deliveries: readonly Delivery[], endUs: number, withUnread: boolean): Delivery[] =>
  deliveries.filter(({ atUs, mayBeUnread }) => atUs <= endUs && (withUnread || !mayBeUnread));

/** The broker's own word on one message. */
function classByBroker(truth: MessageTruth | undefined, endUs: number, withUnread: boolean): Word {
  const acked = truth?.pubacksUs.some((us) => us <= endUs) ?? false;
  const copies = counted(truth?.deliveries ?? [], endUs, withUnread).length;
  if (acked) return { class: copies > 0 ? 'ok' : 'lost', copies };
  if (copies > 0) return { class: 'recovered', copies };
  return { class: truth === undefined ? 'unsent' : 'unconfirmed', copies };
}

function classByClient({ ack_us, recv_us, sent_us, dups }: LedgerMessage): Word {
  const copies = recv_us === null ? 0 : 1 + dups;
  if (ack_us !== null) return { class: recv_us === null ? 'lost' : 'ok', copies };
  if (recv_us !== null) return { class: 'recovered', copies };
  return { class: sent_us === null ? 'unsent' : 'unconfirmed', copies };
}

const words = ({ class: name, copies }: Word): string => `${name}, received ${copies} times`;

/**
 * Sets a client's ledger and result line against what the broker wrote down: message by message, then figure by figure. Every figure is exact, but
 * for what the client may have left unread in a connection that it gave up itself: there the truth has two readings, and lies between them.
 */
export function compare(
  truth: Truth,
  topic: string,
  ledger: { readonly endUs: number; readonly messages: readonly LedgerMessage[] },
  figures: ClientFigures,
): Comparison {
  const byBroker = messagesOf(truth, topic);
  const misclassified: Misclassified[] = [];
  for (let seq = 0; seq < figures.planned; seq += 1) {
    const told = byBroker.get(seq);
    const most = classByBroker(told, ledger.endUs, true);
    const least = classByBroker(told, ledger.endUs, false);
    const message = ledger.messages[seq];
    const got: Word = message === undefined ? { class: 'unsent', copies: 0 } : classByClient(message);
    // What was handed over and never arrived is unconfirmed for its client, and was never heard of by the broker.
    const sameClass = got.class === most.class || got.class === least.class;
    const agree = sameClass || (told === undefined && got.class === 'unconfirmed');
    if (agree && got.copies >= least.copies && got.copies <= most.copies && (message?.seq ?? seq) === seq) continue;
    misclassified.push({ seq, expected: words(most), got: words(got), lies: told?.lies ?? [] });
  }
  const reading = (withUnread: boolean): Reading => readTruth(truth, byBroker, { ...ledger, ...figures }, withUnread);
  const [most, least] = [reading(true), reading(false)];
  const lost = ledger.messages.filter((m) => classByClient(m).class === 'lost').map((m) => m.seq);
  return {
    messages: figures.planned,
    misclassified,
    figures: [...wrongNumbers(most, least, figures), ...wrongList(lost.slice(0, 200), figures.lost_seqs)],
    endedByClient: truth.connections.filter(({ by }) => by === 'client').length,
    mayBeUnread: most.deliveries - least.deliveries,
    classes: most.classes,
  };
}

interface Reading {
  readonly classes: Readonly<Record<MessageClass, number>>;
  /** Under the names of the result line. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Everything that was delivered, strays and repetitions too. */
  readonly deliveries: number;
}

function readTruth(
  truth: Truth,
  messages: ReadonlyMap<number, MessageTruth>,
  { planned, endUs }: { readonly planned: number; readonly endUs: number },
  withUnread: boolean,
): Reading {
  const classes: Record<MessageClass, number> = { ok: 0, lost: 0, recovered: 0, unconfirmed: 0, unsent: 0 };
  for (let seq = 0; seq < planned; seq += 1) classes[classByBroker(messages.get(seq), endUs, withUnread).class] += 1;
  const received = [...messages.values()].flatMap(({ seq, deliveries }) => {
    const own = counted(deliveries, endUs, withUnread);
    return own.length === 0 ? [] : [{ seq, first: own[0]?.order ?? 0, again: own.slice(1) }];
  });
  let [highest, inversions] = [-1, 0];
  for (const { seq } of [...received].sort((a, b) => a.first - b.first)) {
    if (seq < highest) inversions += 1;
    highest = Math.max(highest, seq);
  }
  const again = received.flatMap((one) => one.again);
  const strays = counted(truth.strays, endUs, withUnread).length;
  const numbers = {
    acked: classes.ok + classes.lost,
    received: received.length,
    lost: classes.lost,
    recovered: classes.recovered,
    duplicates: again.length,
    duplicates_flagged: again.filter(({ dup }) => dup).length,
    unexpected: strays,
    inversions,
  };
  return { classes, numbers, deliveries: received.length + again.length + strays };
}

/** Between the two readings; how many inversions there are follows from which of the unread it was, so that each of them may be one. */
function wrongNumbers(most: Reading, least: Reading, figures: ClientFigures): WrongFigure[] {
  const got: Readonly<Record<string, unknown>> = { ...figures };
  return Object.entries(most.numbers).flatMap(([name, high]) => {
    const value = got[name];
    const low = least.numbers[name] ?? high;
    const slack = name === 'inversions' ? most.deliveries - least.deliveries : 0;
    const told = name === 'duplicates_flagged' && value === null;
    const right =
      typeof value === 'number' && value >= Math.min(low, high) - slack && value <= Math.max(low, high) + slack;
    if (told || right) return [];
    return [{ name, expected: low === high ? String(high) : `${low} to ${high}`, got: String(value) }];
  });
}

function wrongList(lost: readonly number[], told: readonly number[]): WrongFigure[] {
  const [expected, got] = [JSON.stringify(lost), JSON.stringify(told)];
  return expected === got ? [] : [{ name: 'lost_seqs', expected, got }];
}
