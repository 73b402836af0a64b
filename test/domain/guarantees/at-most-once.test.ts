import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atMostOnce } from '../../../src/domain/guarantees/at-most-once.js';
import { matches } from '../../../src/domain/guarantees/filter.js';
import type { History, Receipt, Send } from '../../../src/domain/guarantees/history.js';
import { calm, history, receipt, send, subscription } from '../../../testing/guarantee-history.js';
import { bounded, timeout } from '../../../testing/properties.js';

const judge = (over: Partial<History>) => atMostOnce.judge(history(over), calm);
const send0 = (seq: number, us: number, over: Partial<Send> = {}): Send => send(seq, us, { qos: 0, ...over });
const got0 = (seq: number, us: number, over: Partial<Receipt> = {}): Receipt => receipt(seq, us, { qos: 0, ...over });

describe('at-most-once', () => {
  it('is violated by a message that came twice on one connection', () => {
    const { state, checked, violations } = judge({
      sends: [send0(0, 10), send0(1, 20)],
      receipts: [got0(0, 11), got0(1, 21), got0(1, 22)],
    });
    expect([state, checked]).toEqual(['violated', 2]);
    expect(violations.map(({ text }) => text)).toEqual([
      "pub's message 1 on t was handed over once, and sub received it 2 times on one connection",
    ]);
    expect(violations[0]?.moments.map(({ us }) => us)).toEqual([20, 21, 22]);
  });

  it('counts what never came, and is held by what came once', () => {
    expect(judge({ sends: [send0(0, 10), send0(1, 20)], receipts: [got0(0, 11)] })).toMatchObject({
      ...{ state: 'held', checked: 1, undecided: 0, violations: [] },
      why: '1 of 2 never came, which QoS 0 allows',
    });
    expect(judge({ sends: [send0(0, 10)], receipts: [got0(0, 11)] })).toMatchObject({ state: 'held', why: '' });
    expect(judge({ sends: [send0(0, 10)] })).toMatchObject({ state: 'undecided', checked: 0 });
    expect(judge({ sends: [send0(0, 10)], subscriptions: [] }).why).toBe('nothing that it applies to was recorded');
  });

  it('demands nothing of another QoS, of retained copies, of other connections and of other clients', () => {
    const twice = [got0(0, 11), got0(0, 12)];
    const sends = [send0(0, 10)];
    expect(judge({ sends: [send(0, 10)], receipts: twice }).checked).toBe(0);
    expect(judge({ sends, receipts: twice.map((one) => ({ ...one, retain: true })) }).violations).toEqual([]);
    expect(judge({ sends, receipts: [got0(0, 11), got0(0, 12, { client: 'other' })] }).state).toBe('held');
    expect(judge({ sends, receipts: [got0(0, 11), got0(0, 12, { connection: 2 })] })).toMatchObject({
      ...{ state: 'held', why: '1 came again on another connection, which is not judged' },
    });
  });

  it('allows a copy for each filter of the client that matches', () => {
    const [sends, receipts] = [[send0(0, 10)], [got0(0, 11), got0(0, 12)]];
    const and = (filter: string, over = {}): Partial<History> => ({
      ...{ sends, receipts, subscriptions: [subscription(), subscription({ filter, ...over })] },
    });
    for (const filter of ['+', '#', '$share/g/t']) expect(judge(and(filter)).state).toBe('held');
    expect(judge(and('t', { connection: 2 })).state).toBe('violated');
    expect(judge(and('u')).state).toBe('violated');
    expect(judge(and('#', { granted: 0x80 })).state).toBe('violated');
    expect(judge(and('#', { client: 'other' })).state).toBe('violated');
    expect(judge({ ...and('#'), receipts: [...receipts, got0(0, 13)] }).state).toBe('violated');
  });

  it('has no answer where it was handed over again, or the filters are not known', () => {
    const receipts = [got0(0, 11), got0(0, 12)];
    const why = "1 came more than once, but were handed over more than once, or the client's filters are not known";
    for (const over of [{ sends: [send0(0, 10), send0(0, 11)] }, { sends: [send0(0, 10)], subscriptions: [] }])
      expect(judge({ receipts, ...over })).toMatchObject({ state: 'undecided', undecided: 1, why });
  });

  it('has no answer where not everything was recorded', () => {
    const rows = { sends: [send0(0, 10)], receipts: [got0(0, 11), got0(0, 12)] };
    for (const recorded of [
      { everySend: false, everyReceipt: true },
      { everySend: true, everyReceipt: false },
    ])
      expect(judge({ ...rows, recorded })).toMatchObject({ state: 'undecided', checked: 0 });
  });

  const filters = fc.oneof(fc.constant(['t']), fc.subarray(['t', '+', '#', 'u', '$share/g/t']));
  const copy = fc.record({
    seq: fc.nat(1),
    client: fc.constantFrom('sub', 'sub', 'other'),
    connection: fc.constantFrom(1, 1, 2),
    retain: fc.constantFrom(false, false, false, true),
  });

  it('agrees with every message, client and connection looked at', { timeout }, () => {
    const sent = fc.record({ seq: fc.nat(1), qos: fc.constantFrom(0 as const, 0 as const, 0 as const, 1 as const) });
    const states = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.array(sent, { maxLength: 3 }),
        fc.array(copy, { maxLength: 5 }),
        filters,
        filters,
        (sends, copies, own, others) => {
          const { state, violations, checked, undecided } = judge({
            sends: sends.map(({ seq, qos }, us) => send(seq, us, { qos })),
            receipts: copies.map(({ seq, ...over }, us) => got0(seq, us, over)),
            subscriptions: [
              ...own.map((filter) => subscription({ filter })),
              ...others.map((filter) => subscription({ client: 'other', filter })),
            ],
          });
          const seen = { violations: 0, checked: 0, undecided: 0 };
          for (const seq of [0, 1]) {
            const handed = sends.filter((one) => one.seq === seq);
            const live = copies.filter((one) => one.seq === seq && !one.retain);
            if (handed.length === 0 || handed.some(({ qos }) => qos > 0) || live.length === 0) continue;
            seen.checked += 1;
            for (const client of ['sub', 'other'])
              for (const connection of [1, 2]) {
                const here = live.filter((one) => one.client === client && one.connection === connection).length;
                const may = (client === 'sub' ? own : others).filter((filter) => matches(filter, 't')).length;
                if (here <= 1 || here <= may) continue;
                if (handed.length === 1 && may > 0) seen.violations += 1;
                else seen.undecided += 1;
              }
          }
          states.set(state, (states.get(state) ?? 0) + 1);
          expect({ violations: violations.length, checked, undecided }).toEqual(seen);
        },
      ),
      bounded(10_000),
    );
    const all = [...states.values()].reduce((sum, count) => sum + count, 0);
    for (const state of ['held', 'violated', 'undecided']) expect((states.get(state) ?? 0) / all).toBeGreaterThan(0.02);
  });

  it('finds each repetition that was planted, and nothing else', { timeout }, () => {
    const message = fc.record({
      handovers: fc.integer({ min: 1, max: 2 }),
      comes: fc.boolean(),
      planted: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), fc.integer({ min: 1, max: 3 }), (messages, overlapping) => {
        const { violations } = judge({
          subscriptions: ['t', '+', '#'].slice(0, overlapping).map((filter) => subscription({ filter })),
          sends: messages.flatMap(({ handovers }, seq) =>
            Array.from({ length: handovers }, () => send0(seq, 10 * seq)),
          ),
          receipts: messages.flatMap(({ comes, planted }, seq) => {
            const copies = planted ? overlapping + 1 : comes ? overlapping : 0;
            return Array.from({ length: copies }, (_, n) => got0(seq, 10 * seq + n + 1));
          }),
        });
        const planted = messages.flatMap((one, seq) => (one.planted && one.handovers === 1 ? [10 * seq] : []));
        expect(violations.map(({ moments }) => moments[0]?.us)).toEqual(planted);
      }),
      bounded(10_000),
    );
  });
});
