import { describe, expect, it } from 'vitest';
import { compare, type ClientFigures } from '../../../testing/truth/compare.js';
import { emptyBook, entryOf, noteDelivery } from '../../../testing/truth/truth.js';
import type { LedgerMessage } from '../../../src/domain/ledger.js';

const END_US = 1000;

/** Message 0 is ok, 1 is lost, 2 is received twice and never acknowledged; 3 has come and nothing was done; 4 has never come. */
function book(): ReturnType<typeof emptyBook> {
  const truth = emptyBook();
  for (const seq of [0, 1, 2, 3]) entryOf(truth, 't', seq, 0).arrivalsUs.push(1);
  for (const seq of [0, 1]) entryOf(truth, 't', seq, 0).pubacksUs.push(10);
  for (const [seq, dup] of [
    [2, false],
    [0, false],
    [2, true],
  ] as const)
    noteDelivery(truth, entryOf(truth, 't', seq, 0).deliveries, 20, dup);
  return truth;
}

const message = (seq: number, rest: Partial<LedgerMessage>): LedgerMessage => ({
  ...{ seq, intended_us: 0, queued_us: 0, sent_us: 1, attempts: 1, ack_us: null, recv_us: null, dups: 0 },
  ...rest,
});

const right: readonly LedgerMessage[] = [
  message(0, { ack_us: 11, recv_us: 21 }),
  message(1, { ack_us: 11 }),
  message(2, { recv_us: 21, dups: 1 }),
  message(3, {}),
  message(4, { sent_us: null, attempts: 0 }),
];

const figures: ClientFigures = {
  ...{ planned: 5, acked: 2, received: 2, lost: 1, recovered: 1, unconfirmed: 1, unsent: 1, lost_seqs: [1] },
  ...{ naive_lost: 1, duplicates: 1, duplicates_flagged: 1, unexpected: 0, inversions: 1 },
};

const compared = (changed: Partial<Record<number, Partial<LedgerMessage>>>, wrong: Partial<ClientFigures> = {}) =>
  compare(
    book(),
    't',
    { endUs: END_US, messages: right.map((m) => ({ ...m, ...changed[m.seq] })) },
    { ...figures, ...wrong },
  );

describe('the comparison of a client with the truth', () => {
  it('finds nothing where a client has everything right', () => {
    const found = compared({});
    expect(found).toMatchObject({ misclassified: [], figures: [], messages: 5 });
    expect(found.classes).toEqual({ ok: 1, lost: 1, recovered: 1, unconfirmed: 1, unsent: 1 });
  });

  it.each([
    ['a loss that was not seen', 1, { recv_us: 30 }],
    ['a loss that was none', 0, { recv_us: null }],
    ['an acknowledgement that never came', 3, { ack_us: 30 }],
    ['a duplicate that was not counted', 2, { dups: 0 }],
    ['a receipt counted for another message', 3, { recv_us: 30 }],
  ] as const)('names %s', (_, seq, wrong) => {
    expect(compared({ [seq]: wrong }).misclassified.map((found) => found.seq)).toEqual([seq]);
  });

  it('takes a message that was handed over and never came for unconfirmed, and no other class', () => {
    expect(compared({ 4: { sent_us: 1, attempts: 1 } }).misclassified).toEqual([]);
    expect(compared({ 4: { sent_us: 1, attempts: 1, ack_us: 2 } }).misclassified).toHaveLength(1);
  });

  it.each([
    'acked',
    'received',
    'lost',
    'recovered',
    'duplicates',
    'duplicates_flagged',
    'unexpected',
    'inversions',
  ] as const)('names a wrong %s of the result line', (name) => {
    expect(compared({}, { [name]: 7 }).figures.map((found) => found.name)).toEqual([name]);
  });

  it('demands no DUP flag from a library that tells none', () => {
    expect(compared({}, { duplicates_flagged: null }).figures).toEqual([]);
  });

  it('leaves out what came after the end of the drain', () => {
    const late = book();
    noteDelivery(late, entryOf(late, 't', 1, 0).deliveries, END_US + 1, false);
    const found = compare(late, 't', { endUs: END_US, messages: right }, figures);
    expect(found).toMatchObject({ misclassified: [], figures: [] });
  });

  it('accepts both readings of what the client may have left unread, and no third', () => {
    const unread = book();
    const again = entryOf(unread, 't', 2, 0).deliveries.at(-1)!;
    again.mayBeUnread = true;
    const of = (dups: number, duplicates: number): unknown => {
      const messages = right.map((m) => (m.seq === 2 ? { ...m, dups } : m));
      const given = { ...figures, duplicates, duplicates_flagged: null };
      const found = compare(unread, 't', { endUs: END_US, messages }, given);
      return [found.misclassified.length, found.figures.map(({ name }) => name)];
    };
    expect([of(1, 1), of(0, 0), of(2, 2)]).toEqual([
      [0, []],
      [0, []],
      [1, ['duplicates']],
    ]);
  });
});
