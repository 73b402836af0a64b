import { describe, expect, test } from 'vitest';
import type { Ledger, LedgerMessage } from '../../src/domain/ledger.js';
import { claimedLoss, lossesOfLedger, NAMED_MESSAGES, publisherEndpoint, rangesOf } from '../../src/domain/losses.js';

const message = (seq: number, change: Partial<LedgerMessage> = {}): LedgerMessage => ({
  seq,
  intended_us: 1000 * seq,
  queued_us: 1000 * seq,
  sent_us: 1000 * seq + 10,
  attempts: 1,
  ack_us: 1000 * seq + 500,
  recv_us: 1000 * seq + 600,
  dups: 0,
  ...change,
});
const lost = (seq: number): LedgerMessage => message(seq, { recv_us: null });
const publisher = (event: 'connected' | 'disconnected', endpoint: string, at_us: number) =>
  ({ event, role: 'publisher', endpoint, at_us }) as const;
const ledger: Ledger = {
  endUs: 90_000,
  events: [
    publisher('connected', 'a:1', 0),
    { event: 'connected', role: 'subscriber', endpoint: 'c:3', at_us: 1 },
    publisher('disconnected', 'a:1', 5000),
    publisher('connected', 'b:2', 8000),
  ],
  messages: [message(0), lost(1), lost(2), message(3, { ack_us: null, recv_us: null }), lost(9), lost(20)],
};
const where = { scenario: 's', phase: 'fault', sdk: 'go' } as const;

test.each([
  [[], ''],
  [[4], '4'],
  [[0, 1, 2, 5, 7, 8], '0–2, 5, 7–8'],
])('%j as ranges is %j', (numbers, text) => {
  expect(rangesOf(numbers)).toBe(text);
});

const whole = { injectedUs: 0, borders: [{ period: 'during', sinceUs: null }] } as const;
const inPeriods = {
  injectedUs: 2000,
  borders: [
    { period: 'before', sinceUs: null },
    { period: 'during', sinceUs: 2000 },
    { period: 'after', sinceUs: 15_000 },
  ],
} as const;

describe('a loss', () => {
  test('names exactly what was acknowledged and never received, each message in one period', () => {
    const losses = lossesOfLedger(where, ledger, inPeriods, []);
    expect(losses.map(({ period, count, seqs, since }) => ({ period, count, seqs, since }))).toEqual([
      { period: 'before', count: 1, seqs: '1', since: 'inject' },
      { period: 'during', count: 2, seqs: '2, 9', since: 'inject' },
      { period: 'after', count: 1, seqs: '20', since: 'inject' },
    ]);
    expect(losses.flatMap((loss) => loss.messages.map((m) => m.seq))).toEqual([1, 2, 9, 20]);
  });

  test('says when each was sent and acknowledged, before or after the inject', () => {
    const [first] = lossesOfLedger(where, ledger, inPeriods, [])[0]!.messages;
    expect(first).toMatchObject({ intendedMs: -1, sentMs: -0.99, ackedMs: -0.5, attempts: 1 });
  });

  test('counts from the first message where nothing was injected', () => {
    const [loss] = lossesOfLedger(where, ledger, { ...whole, injectedUs: null }, []);
    expect([loss?.since, loss?.messages[0]?.intendedMs]).toEqual(['first message', 1]);
  });

  test('names the broker to which the publisher was connected, in the cluster of that time', () => {
    const brokers = [
      { sinceUs: 0, endpoints: { 'a:1': 'n1', 'b:2': 'n2' } },
      { sinceUs: 15_000, endpoints: { 'b:2': 'n3' } },
    ];
    const [loss] = lossesOfLedger(where, ledger, whole, brokers);
    expect(loss?.messages.map((m) => m.ackedBy)).toEqual(['n1 (a:1)', 'n1 (a:1)', 'n2 (b:2)', 'n3 (b:2)']);
  });

  test('does not guess a broker: an endpoint that nobody knows stays one, and no connection is nobody', () => {
    expect(lossesOfLedger(where, ledger, whole, [])[0]?.messages[0]?.ackedBy).toBe('a:1');
    expect(publisherEndpoint(ledger, 6000)).toBeNull();
    expect(publisherEndpoint(ledger, -1)).toBeNull();
  });

  test('is none where nothing was lost', () => {
    const good = { ...ledger, messages: [message(0)] };
    expect(lossesOfLedger(where, good, whole, [])).toEqual([]);
  });

  test('of thousands is counted and named whole, and shown in full for the first', () => {
    const many = { ...ledger, messages: Array.from({ length: 5000 }, (_, i) => lost(i)) };
    const [loss] = lossesOfLedger(where, many, whole, []);
    expect([loss?.count, loss?.seqs, loss?.messages.length]).toEqual([5000, '0–4999', NAMED_MESSAGES]);
  });
});

test('a client without a ledger is taken at its word, and the report says so', () => {
  const claim = { ...where, period: 'unknown' } as const;
  expect(claimedLoss(claim, { lost: 3, lost_seqs: [1, 2, 9] })).toMatchObject({ ...claim, count: 3, seqs: '1–2, 9' });
  expect(claimedLoss(claim, { lost: 3 })?.seqs).toMatch(/left no ledger/);
  expect(claimedLoss(claim, { lost: 0 })).toBeUndefined();
  expect(claimedLoss(claim, null)).toBeUndefined();
});
