import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_LIMITS, type Circumstances } from '../../../src/domain/guarantees/guarantee.js';
import type { Ack, Connection, History, Receipt, Send, Subscription } from '../../../src/domain/guarantees/history.js';
import { retained, SPREAD_US, STAY_US } from '../../../src/domain/guarantees/retained.js';
import { ack, calm, connection, history, receipt, send, subscription } from '../../../testing/guarantee-history.js';
import { bounded, timeout } from '../../../testing/properties.js';

const S = 1_000_000;

const writes = (seq: number, us: number, over: Partial<Send> = {}): Send => send(seq, us, { retain: true, ...over });

interface Read {
  readonly at: number;
  readonly shown?: readonly Partial<Receipt>[];
  readonly staysUs?: number;
}

/** Readers, each a client of its own, that subscribe at a time and are shown these values. */
const reads = (list: readonly Read[]) => ({
  connections: list.map(({ at, staysUs = 2 * S }, n) =>
    connection({ client: `r${n}`, endpoint: `r:${n}`, closedUs: at + 2 + staysUs, closedBy: 'own-disconnect' }),
  ),
  subscriptions: list.map(({ at }, n) => subscription({ client: `r${n}`, sentUs: at, answeredUs: at + 2 })),
  receipts: list.flatMap(({ at, shown = [] }, n) =>
    shown.map((one) => receipt(0, at + 5, { client: `r${n}`, retain: true, ...one })),
  ),
});

const textsOf = (over: Partial<History>, circumstances = calm): string[] =>
  retained.judge(history({ endUs: 100 * S, ...over }), circumstances).violations.map(({ text }) => text);

const two = { sends: [writes(0, S), writes(1, 3 * S)], acks: [ack(0, 2 * S), ack(1, 4 * S)] };

describe('retained', () => {
  it('is violated by a value that is older than the newest that was acknowledged before', () => {
    expect(textsOf({ ...two, ...reads([{ at: 6 * S, shown: [{ seq: 0 }] }]) })).toEqual([
      'r0 was shown 0 on t, although 1, which is newer, had been acknowledged before',
    ]);
    expect(textsOf({ ...two, ...reads([{ at: 6 * S, shown: [{ seq: 1 }] }]) })).toEqual([]);
  });

  it('gives a cluster a moment to show everywhere what it acknowledged', () => {
    const after = (us: number): string[] => textsOf({ ...two, ...reads([{ at: 4 * S + us, shown: [{ seq: 0 }] }]) });
    expect([after(SPREAD_US), after(SPREAD_US + 1)].map(({ length }) => length)).toEqual([0, 1]);
  });

  it('is violated if nothing is shown although a value was acknowledged and not deleted, by then or perhaps', () => {
    const none = reads([{ at: 6 * S }]);
    expect(textsOf({ ...two, ...none })).toEqual([
      'r0 subscribed to t and was shown nothing, although 1 had been acknowledged before',
    ]);
    for (const over of [{ clears: true }, { qos: 0 as const }])
      expect(textsOf({ sends: [...two.sends, writes(2, 7 * S, over)], acks: two.acks, ...none })).toEqual([]);
    expect(
      textsOf({ sends: [...two.sends, writes(2, 9 * S, { clears: true })], acks: two.acks, ...none }),
    ).toHaveLength(1);
  });

  it('is violated by a value that is shown after its acknowledged deletion, and held if nothing is', () => {
    const deleted = { sends: [writes(0, S), writes(1, 3 * S, { clears: true })], acks: [ack(0, 2 * S), ack(1, 4 * S)] };
    expect(textsOf({ ...deleted, ...reads([{ at: 6 * S, shown: [{ seq: 0 }] }]) })).toEqual([
      'r0 was shown 0 on t, although its deletion had been acknowledged before',
    ]);
    expect(retained.judge(history({ ...deleted, ...reads([{ at: 6 * S }]) }), calm)).toMatchObject({
      state: 'held',
      checked: 1,
    });
  });

  it('is violated by a value that is older than one that somebody was shown, though that was not acknowledged', () => {
    const readers = reads([
      { at: 5 * S, shown: [{ seq: 1 }] },
      { at: 9 * S, shown: [{ seq: 0 }] },
    ]);
    expect(textsOf({ sends: two.sends, acks: [ack(0, 2 * S)], ...readers })).toEqual([
      'r1 was shown 0 on t, although 1, which is newer, had been shown to r0 before',
    ]);
    expect(
      textsOf({
        sends: two.sends,
        acks: [ack(0, 2 * S)],
        ...reads([
          { at: 5 * S, shown: [{ seq: 1 }] },
          { at: 6 * S, shown: [{ seq: 0 }] },
        ]),
      }),
    ).toEqual([]);
  });

  it('knows only what was shown since the first SUBSCRIBE of a connection, and takes no repeated packet for its answer', () => {
    for (const over of [{ us: 5 * S }, { dup: true }, { retain: false }])
      expect(textsOf({ ...two, ...reads([{ at: 6 * S, shown: [{ seq: 0, ...over }, { seq: 1 }] }]) })).toEqual([]);
    expect(textsOf({ ...two, ...reads([{ at: 6 * S, shown: [{ seq: 0, us: 7 * S }, { seq: 1 }] }]) })).toHaveLength(1);
    expect(textsOf({ ...two, ...reads([{ at: 6 * S, shown: [{ seq: 1, dup: true }] }]) })).toEqual([]);
  });

  const undecided = (over: Partial<History>, circumstances = calm): string => {
    const { state, why, violations } = retained.judge(history({ endUs: 100 * S, ...over }), circumstances);
    expect([state, violations]).toEqual(['undecided', []]);
    return why;
  };

  it('cannot tell of several writers, of values in flight together or unknown ones, or of a reader that left at once', () => {
    const old = reads([{ at: 6 * S, shown: [{ seq: 0 }] }]);
    expect(undecided({ ...two, sends: [...two.sends, writes(9, 2, { publisher: 'other' })], ...old })).toBe(
      '1 × several publishers wrote to one topic',
    );
    expect(undecided({ ...two, ...reads([{ at: 6 * S, shown: [{ seq: 0, publisher: 'other' }] }]) })).toContain(
      'several publishers',
    );
    expect(undecided({ sends: two.sends, acks: [ack(1, 4 * S)], ...old })).toContain('in flight together');
    expect(undecided({ sends: [...two.sends, writes(0, 3 * S + 1)], acks: two.acks, ...old })).toContain(
      'in flight together',
    );
    expect(undecided({ ...two, ...reads([{ at: 6 * S, shown: [{ seq: 7 }] }]) })).toContain(
      'nobody is recorded to have written',
    );
    expect(undecided({ ...two, ...reads([{ at: 6 * S, staysUs: STAY_US - 1 }]) })).toContain('a reader left');
    expect(textsOf({ ...two, ...reads([{ at: 6 * S, staysUs: STAY_US }]) })).toHaveLength(1);
  });

  it('cannot tell of what a victim held, unless the broker declares that this survives; and misses nothing while a fault lasts', () => {
    const at = (victims: string[] | null, survivesDeath: boolean | null, recoveredUs = 5 * S): Circumstances => ({
      fault: { injectedUs: 2 * S, recoveredUs, victims },
      broker: { ...NO_LIMITS, survivesDeath },
    });
    const old = { ...two, ...reads([{ at: 6 * S, shown: [{ seq: 0 }] }]) };
    expect(undecided(old, at(['r:0'], false))).toContain('it may have died');
    expect(undecided(old, at(null, null))).toContain('it may have died');
    expect(textsOf(old, at(['other'], null))).toHaveLength(1);
    expect(textsOf(old, at(['r:0'], true))).toHaveLength(1);
    expect(textsOf(old, at(['r:0'], false, 2.5 * S))).toHaveLength(1);
    const nothing = { ...two, ...reads([{ at: 6 * S, staysUs: 3 * S }]) };
    expect(undecided(nothing, at(['other'], true, 9 * S))).toContain('a reader left');
    expect(textsOf(nothing, at(['other'], true, 7 * S))).toHaveLength(1);
  });

  it('has no answer without values, without every receipt, or of a broker that has no such feature', () => {
    expect(undecided({ sends: [send(0, 1)] })).toBe('nothing was published with the retain flag');
    expect(undecided({ ...two, recorded: { everySend: true, everyReceipt: false } })).toContain('not every');
    const offers = { maximumQos: 2, retain: false, shared: true } as const;
    expect(retained.judge(history({ ...two, connections: [connection({ offers })] }), calm).state).toBe('not offered');
  });
});

interface Written {
  readonly sent: number;
  /** Ticks until its acknowledgement; null: none came. */
  readonly took: number | null;
  readonly clears: boolean;
}

const TICK = SPREAD_US / 2;

/** By the words of the rule, with every pair looked at. */
function isWrong(rows: History, name: string): boolean {
  const sentUs = rows.subscriptions.find(({ client }) => client === name)!.sentUs!;
  const start = (seq: number): number => rows.sends.find((one) => one.seq === seq)!.us;
  const acked = (seq: number): number => rows.acks.find((one) => one.seq === seq)?.us ?? Infinity;
  const wasKnown = (seq: number): boolean =>
    [acked(seq), ...rows.receipts.filter((one) => one.seq === seq).map(({ us }) => us)].some(
      (us) => us < sentUs - SPREAD_US,
    );
  const known = rows.sends.filter(({ seq }) => wasKnown(seq));
  const shown = rows.receipts.filter(({ client }) => client === name);
  if (shown.length > 0) return shown.some(({ seq }) => known.some((one) => acked(seq) < one.us));
  const newest = known.find((one) => known.every((other) => other.us <= one.us));
  if (newest === undefined || newest.clears) return false;
  const untilUs = rows.connections.find(({ client }) => client === name)!.closedUs!;
  return !rows.sends.some((one) => one.clears && acked(one.seq) >= newest.us && start(one.seq) < untilUs);
}

describe('retained, in 10,000 histories', () => {
  const written: fc.Arbitrary<Written> = fc.record({
    sent: fc.integer({ min: 0, max: 20 }),
    took: fc.option(fc.integer({ min: 1, max: 6 })),
    clears: fc.nat(3).map((n) => n === 0),
  });

  it('agrees with every pair of values looked at', { timeout }, () => {
    const read = fc.record({ at: fc.integer({ min: 0, max: 30 }), shown: fc.option(fc.nat(5)) });
    const values = fc.uniqueArray(written, { minLength: 1, maxLength: 6, selector: ({ sent }) => sent });
    fc.assert(
      fc.property(values, fc.array(read, { maxLength: 5 }), (list, asked) => {
        const readers = asked.map(({ at, shown }) => ({
          at: at * TICK + 3,
          shown: shown === null ? [] : [{ seq: shown % list.length }],
        }));
        const rows = history({
          ...{ endUs: 100 * S, ...reads(readers) },
          sends: list.map(({ sent, clears }, seq) => writes(seq, sent * TICK, { clears })),
          acks: list.flatMap(({ sent, took }, seq): Ack[] =>
            took === null ? [] : [ack(seq, (sent + took) * TICK + 1)],
          ),
        });
        const found = retained.judge(rows, calm).violations;
        const wrong = readers.map((_, n) => `r${n}`).filter((name) => isWrong(rows, name));
        expect(wrong.filter((name) => !found.some(({ text }) => text.startsWith(name)))).toEqual([]);
        expect(found).toHaveLength(wrong.length);
      }),
      bounded(10_000),
    );
  });

  it('finds each lie of a broker that else shows the truth, and none where none was planted', { timeout }, () => {
    const lies = { old: 0, nothing: 0, deleted: 0 };
    const reader = fc.record({
      at: fc.integer({ min: 0, max: 120 }),
      lie: fc.constantFrom('no', 'no', 'old', 'nothing', 'deleted'),
    });
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 2, maxLength: 30 }),
        fc.array(reader, { maxLength: 8 }),
        (list, asked) => {
          // One value every two seconds, acknowledged after half of one; every other boolean is a deletion.
          const clears = (seq: number): boolean => list[seq] === true && seq % 3 === 2;
          let expected = 0;
          const readers = asked.map(({ at, lie }): Read => {
            const us = at * (S / 2) + 7;
            const now = list.findLastIndex((_, seq) => seq * 2 * S + S / 2 <= us);
            const floor = list.findLastIndex((_, seq) => seq * 2 * S + S / 2 < us - SPREAD_US);
            const truth = now < 0 || clears(now) ? [] : [{ seq: now }];
            const isSafe = now === floor && list.length - 1 === now;
            if (lie === 'old' && floor > 0 && !clears(floor)) ((lies.old += 1), (expected += 1));
            else if (lie === 'deleted' && floor > 0 && clears(floor)) ((lies.deleted += 1), (expected += 1));
            else if (lie === 'nothing' && isSafe && !clears(floor)) ((lies.nothing += 1), (expected += 1));
            else return { at: us, shown: truth };
            return { at: us, shown: lie === 'nothing' ? [] : [{ seq: floor - 1 }] };
          });
          const rows: { connections: Connection[]; subscriptions: Subscription[]; receipts: Receipt[] } =
            reads(readers);
          const sends = list.map((_, seq) => writes(seq, seq * 2 * S, { clears: clears(seq) }));
          const acks = list.map((_, seq) => ack(seq, seq * 2 * S + S / 2));
          expect(textsOf({ endUs: 200 * S, ...rows, sends, acks })).toHaveLength(expected);
        },
      ),
      bounded(10_000),
    );
    expect(Math.min(...Object.values(lies))).toBeGreaterThan(300);
  });
});
