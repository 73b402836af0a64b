import { describe, expect, it } from 'vitest';
import {
  countLedger,
  faultPeriodFigures,
  latenciesUs,
  longestGapUs,
  lostByPeriod,
  percentile,
  type Ledger,
  type LedgerMessage,
} from '../../src/domain/ledger.js';
import type { Period, PeriodBorder } from '../../src/domain/periods.js';
import { randomFrom } from '../../testing/values.js';

const message = (seq: number, change: Partial<LedgerMessage> = {}): LedgerMessage => {
  const at = seq * 1000;
  const whole = {
    intended_us: at,
    queued_us: at,
    sent_us: at + 10,
    attempts: 1,
    ack_us: at + 200,
    recv_us: at + 300,
    dups: 0,
  };
  return { seq, ...whole, ...change };
};

const lost = { recv_us: null };
const recovered = { ack_us: null };
const unconfirmed = { ack_us: null, recv_us: null };
const unsent = { ack_us: null, recv_us: null, sent_us: null, attempts: 0 };

const borders = (from: number, to: number): PeriodBorder[] => [
  { period: 'before', sinceUs: null },
  { period: 'during', sinceUs: from },
  { period: 'after', sinceUs: to },
];
const periods = (counts: Partial<Record<Period, number>>): unknown =>
  Object.entries(counts).map(([period, count]) => ({ period, count }));

describe('counting by identity', () => {
  it('puts every message into one class', () => {
    const messages = [{}, lost, recovered, unconfirmed, unsent, { dups: 4 }].map((change, seq) => message(seq, change));
    const counted = { sent: 5, acked: 3, received: 3, lostSeqs: [1], recovered: 1, unconfirmed: 1, unsent: 1 };
    expect(countLedger(messages)).toEqual(counted);
  });

  it('lets no duplicate hide a loss', () => {
    expect(countLedger([message(0, { dups: 1 }), message(1, lost)]).lostSeqs).toEqual([1]);
  });
});

describe('figures', () => {
  it.each<[readonly number[], number]>([
    [[], 100],
    [[50], 50],
    [[10, 20, 95], 75],
    [[95, 10, 20], 75],
    [[0, 100], 100],
    [[-50, 150], 100],
  ])('the longest stretch of [0, 100] without %j is %i', (times, gap) => {
    expect(longestGapUs(times, 0, 100)).toBe(gap);
  });

  it.each<[readonly number[], number, number | null]>([
    [[], 99, null],
    [[7], 99, 7],
    [[3, 1, 2], 50, 2],
    [[1, 2, 3, 4], 50, 2],
    [Array.from({ length: 1000 }, (_, i) => i + 1), 99, 990],
    [Array.from({ length: 1000 }, (_, i) => i + 1), 100, 1000],
  ])('the percentile of %j at %d is %s', (values, p, expected) => {
    expect(percentile(values, p)).toBe(expected);
  });

  it('a message that never came counts as long as it was waited for, and one that was never sent not at all', () => {
    expect(latenciesUs([message(0), message(1, lost), message(2, unsent)], 9000)).toEqual([300, 8000]);
  });

  it('cuts the ledger to the window, both ends included', () => {
    const messages = Array.from({ length: 10 }, (_, seq) =>
      message(seq, seq === 4 || seq === 1 || seq === 8 ? lost : {}),
    );
    const events = [3000, 9000].map(
      (at_us) => ({ event: 'disconnected', role: 'publisher', endpoint: 'a:1', at_us }) as const,
    );
    const figures = faultPeriodFigures('go', { endUs: 20_000, events, messages }, [2000, 6000], borders(2000, 6000));
    expect(figures).toMatchObject({ sdk: 'go', planned: 5, acked: 5, received: 4, disconnects: 1 });
    // Losses are those of the whole ledger, each in one period.
    expect(figures).toMatchObject({ ackedLost: 3, ackedLostSeqs: [1, 4, 8] });
    expect(figures.lostByPeriod).toEqual(periods({ before: 1, during: 1, after: 1 }));
    expect(figures).toMatchObject({ longestNoAckMs: 1, longestNoReceiptMs: 2, p50Ms: 0.3, maxMs: 16 });
  });

  it('are null and whole windows where nothing was sent', () => {
    const figures = faultPeriodFigures('go', { endUs: 9, events: [], messages: [] }, [0, 5000], borders(0, 5000));
    expect(figures).toMatchObject({ planned: 0, longestNoAckMs: 5, longestNoReceiptMs: 5, p50Ms: null, p99Ms: null });
  });
});

/** The same figures, found the slow way: one message at a time, and one microsecond at a time. */
function slowly({ messages, events, endUs }: Ledger, from: number, to: number) {
  const silence = (times: readonly (number | null)[]): number => {
    let [longest, last] = [0, from];
    for (let t = from; t <= to; t += 1) {
      longest = Math.max(longest, t - last);
      if (times.includes(t)) last = t;
    }
    return longest;
  };
  const inside = messages.filter((m) => from <= m.intended_us && m.intended_us <= to);
  const waits = inside.flatMap((m) =>
    m.sent_us === null ? [] : [(m.recv_us === null ? endUs : m.recv_us) - m.intended_us],
  );
  const rank = (p: number): number | null => {
    const good = waits.filter((w) => waits.filter((x) => x <= w).length * 100 >= p * waits.length);
    return good.length === 0 ? null : Math.min(...good) / 1000;
  };
  const lostSeqs: number[] = [];
  const lostIn = { before: 0, during: 0, after: 0 };
  for (const { seq, ack_us, recv_us } of messages) {
    if (ack_us === null || recv_us !== null) continue;
    lostSeqs.push(seq);
    if (ack_us < from) lostIn.before += 1;
    else if (ack_us < to) lostIn.during += 1;
    else lostIn.after += 1;
  }
  return {
    sdk: 'go',
    planned: inside.length,
    acked: inside.filter((m) => m.ack_us !== null).length,
    received: inside.filter((m) => m.recv_us !== null).length,
    longestNoAckMs: silence(messages.map((m) => m.ack_us)) / 1000,
    longestNoReceiptMs: silence(messages.map((m) => m.recv_us)) / 1000,
    ackedLost: lostSeqs.length,
    ackedLostSeqs: lostSeqs,
    lostByPeriod: periods(lostIn),
    unconfirmed: inside.filter((m) => m.sent_us !== null && m.ack_us === null && m.recv_us === null).length,
    duplicates: inside.map((m) => m.dups).reduce((a, b) => a + b, 0),
    p50Ms: rank(50),
    p99Ms: rank(99),
    maxMs: waits.length === 0 ? null : Math.max(...waits) / 1000,
    disconnects: events.filter((e) => e.event === 'disconnected' && from <= e.at_us && e.at_us <= to).length,
  };
}

function randomLedger(random: (below: number) => number): Ledger {
  const endUs = 400 + random(200);
  const maybe = (at: number): number | null => (random(4) === 0 ? null : at + random(80));
  const messages = Array.from({ length: random(30) }, (_, seq): LedgerMessage => {
    const intended_us = seq * 10;
    const sent_us = maybe(intended_us);
    const ack_us = sent_us === null ? null : maybe(sent_us);
    const recv_us = sent_us === null ? null : maybe(sent_us);
    return { seq, intended_us, queued_us: intended_us, sent_us, attempts: 1, ack_us, recv_us, dups: random(3) };
  });
  const events = Array.from({ length: random(6) }, () => {
    const event = random(2) === 0 ? ('connected' as const) : ('disconnected' as const);
    return { event, role: 'publisher' as const, endpoint: 'a:1', at_us: random(endUs) };
  });
  return { endUs, events, messages };
}

const MORE: readonly Period[] = ['during', 'after', 'heal wait'];

describe('any ledger', () => {
  const seed = Number(process.env['LEDGER_SEED'] ?? Date.now() % 1_000_000);

  it(`is counted as a slow and obvious model counts it (LEDGER_SEED=${seed})`, () => {
    const random = randomFrom(seed);
    for (let round = 0; round < 300; round += 1) {
      const ledger = randomLedger(random);
      const from = random(200);
      const to = from + random(200);
      const where = `LEDGER_SEED=${seed}, round ${round}, window ${from} to ${to}`;
      expect(faultPeriodFigures('go', ledger, [from, to], borders(from, to)), where).toEqual(slowly(ledger, from, to));
      const counts = countLedger(ledger.messages);
      const random3 = [from, to, to + random(60)].map((sinceUs, i) => ({ period: MORE[i] ?? 'after', sinceUs }));
      const parts = lostByPeriod(ledger, [{ period: 'before', sinceUs: null }, ...random3]);
      const named = parts.flatMap(({ lost: all }) => all.map(({ seq }) => seq)).sort((a, b) => a - b);
      expect(named, `${where}: every loss in exactly one period`).toEqual(counts.lostSeqs);
      const ok = ledger.messages.filter((m) => m.ack_us !== null && m.recv_us !== null).length;
      const classes = ok + counts.lostSeqs.length + counts.recovered + counts.unconfirmed + counts.unsent;
      expect(classes, `${where}: every message in exactly one class`).toBe(ledger.messages.length);
      expect(counts.sent - counts.received, where).toBe(counts.lostSeqs.length + counts.unconfirmed);
    }
  });
});
