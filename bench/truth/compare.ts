import type { LedgerMessage } from '../../src/domain/ledger.js';
import { messagesOf, type MessageTruth, type Truth } from './truth.js';

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
  /** Connections that the client ended without a word: what was written to them last may be unread, so nothing is proved by a difference. */
  readonly endedByClient: number;
  /** By class, as the broker has it. */
  readonly classes: Readonly<Record<MessageClass, number>>;
}

/** The broker's own word on one message; what came after the client's drain is part of no figure. */
function classByBroker(truth: MessageTruth | undefined, endUs: number): { class: MessageClass; copies: number } {
  const acked = truth?.pubacksUs.some((us) => us <= endUs) ?? false;
  const copies = truth?.deliveries.filter(({ atUs }) => atUs <= endUs).length ?? 0;
  if (acked) return { class: copies > 0 ? 'ok' : 'lost', copies };
  if (copies > 0) return { class: 'recovered', copies };
  return { class: truth === undefined ? 'unsent' : 'unconfirmed', copies };
}

function classByClient({ ack_us, recv_us, sent_us, dups }: LedgerMessage): { class: MessageClass; copies: number } {
  const copies = recv_us === null ? 0 : 1 + dups;
  if (ack_us !== null) return { class: recv_us === null ? 'lost' : 'ok', copies };
  if (recv_us !== null) return { class: 'recovered', copies };
  return { class: sent_us === null ? 'unsent' : 'unconfirmed', copies };
}

const words = ({ class: name, copies }: { class: MessageClass; copies: number }): string =>
  `${name}, received ${copies} times`;

/** Sets a client's ledger and result line against what the broker wrote down: message by message, then figure by figure. */
export function compare(
  truth: Truth,
  topic: string,
  ledger: { readonly endUs: number; readonly messages: readonly LedgerMessage[] },
  figures: ClientFigures,
): Comparison {
  const byBroker = messagesOf(truth, topic);
  const classes: Record<MessageClass, number> = { ok: 0, lost: 0, recovered: 0, unconfirmed: 0, unsent: 0 };
  const misclassified: Misclassified[] = [];
  const lost: number[] = [];
  for (let seq = 0; seq < figures.planned; seq += 1) {
    const told = byBroker.get(seq);
    const expected = classByBroker(told, ledger.endUs);
    const message = ledger.messages[seq];
    const got = message === undefined ? ({ class: 'unsent', copies: 0 } as const) : classByClient(message);
    // What was handed over and never arrived is unconfirmed for its client, and was never heard of by the broker.
    const agree = expected.class === got.class || (told === undefined && got.class === 'unconfirmed');
    if (expected.class === 'lost') lost.push(seq);
    classes[expected.class] += 1;
    if (agree && expected.copies === got.copies && (message?.seq ?? seq) === seq) continue;
    misclassified.push({ seq, expected: words(expected), got: words(got), lies: told?.lies ?? [] });
  }
  return {
    messages: figures.planned,
    misclassified,
    figures: wrongFigures(figuresByBroker(truth, byBroker, ledger.endUs), { classes, lost }, figures),
    endedByClient: truth.connections.filter(({ by }) => by === 'client').length,
    classes,
  };
}

interface BrokerFigures {
  readonly duplicates: number;
  readonly duplicatesFlagged: number;
  readonly unexpected: number;
  readonly inversions: number;
}

function figuresByBroker(truth: Truth, messages: ReadonlyMap<number, MessageTruth>, endUs: number): BrokerFigures {
  const received = [...messages.values()].flatMap(({ seq, deliveries }) => {
    const inTime = deliveries.filter(({ atUs }) => atUs <= endUs);
    return inTime.length === 0 ? [] : [{ seq, first: inTime[0]?.order ?? 0, again: inTime.slice(1) }];
  });
  let [highest, inversions] = [-1, 0];
  for (const { seq } of [...received].sort((a, b) => a.first - b.first)) {
    if (seq < highest) inversions += 1;
    highest = Math.max(highest, seq);
  }
  return {
    duplicates: received.reduce((sum, { again }) => sum + again.length, 0),
    duplicatesFlagged: received.reduce((sum, { again }) => sum + again.filter(({ dup }) => dup).length, 0),
    unexpected: truth.straysUs.filter((us) => us <= endUs).length,
    inversions,
  };
}

function wrongFigures(
  broker: BrokerFigures,
  { classes, lost }: { readonly classes: Readonly<Record<MessageClass, number>>; readonly lost: readonly number[] },
  figures: ClientFigures,
): WrongFigure[] {
  const received = classes.ok + classes.recovered;
  const expected: Record<string, unknown> = {
    acked: classes.ok + classes.lost,
    received,
    lost: classes.lost,
    lost_seqs: lost.slice(0, 200),
    recovered: classes.recovered,
    duplicates: broker.duplicates,
    duplicates_flagged: figures.duplicates_flagged === null ? null : broker.duplicatesFlagged,
    unexpected: broker.unexpected,
    inversions: broker.inversions,
  };
  const got: Record<string, unknown> = { ...figures };
  return Object.entries(expected).flatMap(([name, value]) => {
    const [want, have] = [JSON.stringify(value), JSON.stringify(got[name])];
    return want === have ? [] : [{ name, expected: want, got: have }];
  });
}
