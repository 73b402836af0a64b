import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_LIMITS, type Circumstances, type Judgement } from '../../../src/domain/guarantees/guarantee.js';
import type { History, Receipt, Send } from '../../../src/domain/guarantees/history.js';
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
  connections: list.map(({ at, staysUs = STAY_US }, n) =>
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
      textsOf({ sends: [...two.sends, writes(2, 12 * S, { clears: true })], acks: two.acks, ...none }),
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

  it('knows only what was shown with the retain flag since the first SUBSCRIBE of a new session', () => {
    for (const over of [{ us: 5 * S }, { retain: false }])
      expect(textsOf({ ...two, ...reads([{ at: 6 * S, shown: [{ seq: 0, ...over }, { seq: 1 }] }]) })).toEqual([]);
    expect(textsOf({ ...two, ...reads([{ at: 6 * S, shown: [{ seq: 1 }, { seq: 0, us: 7 * S }] }]) })).toHaveLength(1);
    const { connections, ...rows } = reads([{ at: 6 * S, shown: [{ seq: 0 }] }]);
    expect(
      textsOf({ ...two, ...rows, connections: connections.map((one) => ({ ...one, sessionPresent: true })) }),
    ).toEqual([]);
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
    const writer = connection({ client: 'pub', closedUs: 1.5 * S, closedBy: 'own-cut' });
    expect(undecided({ ...two, ...old, connections: [...old.connections, writer] })).toContain('in flight together');
  });

  it('cannot tell of what was held in a fault, unless the broker declares that this survives; and misses nothing while it lasts', () => {
    const at = (survivesDeath: boolean | null, recoveredUs: number | null = 5 * S): Circumstances => ({
      fault: { injectedUs: 2 * S, recoveredUs, victims: ['other'] },
      broker: { ...NO_LIMITS, survivesDeath },
    });
    const old = { ...two, ...reads([{ at: 6 * S, shown: [{ seq: 0 }] }]) };
    for (const limits of [at(false), at(null), at(null, null)])
      expect(undecided(old, limits)).toContain('it may have died');
    expect(textsOf(old, at(true))).toHaveLength(1);
    expect(textsOf(old, at(false, 2.5 * S))).toHaveLength(1);
    const nothing = { ...two, ...reads([{ at: 6 * S, staysUs: STAY_US + S }]) };
    expect(undecided(nothing, at(true, 7 * S + 4))).toContain('a reader left');
    expect(undecided(nothing, at(true, null))).toContain('a reader left');
    expect(textsOf(nothing, at(true, 7 * S + 1))).toHaveLength(1);
  });

  it('shows what was written and acknowledged, who subscribed, and what came', () => {
    const rows = history({ ...two, ...reads([{ at: 6 * S, shown: [{ seq: 0 }] }]), endUs: 100 * S });
    const [violation] = retained.judge(rows, calm).violations;
    expect(violation?.moments.map(({ us, who, text }) => [us / S, who, text])).toEqual([
      [1, 'pub', 'sends 0'],
      [3, 'pub', 'sends 1'],
      [4, 'pub', '1 acknowledged'],
      [6, 'r0', 'subscribes at r:0'],
      [6.000005, 'r0', 'is shown 0'],
    ]);
  });

  it('has no answer without values, without every receipt, or of a broker that has no such feature', () => {
    expect(undecided({ sends: [send(0, 1)] })).toBe('nothing was published with the retain flag');
    expect(undecided({ ...two, recorded: { everySend: true, everyReceipt: false } })).toContain('not every');
    const offers = { maximumQos: 2, retain: false, shared: true } as const;
    expect(retained.judge(history({ ...two, connections: [connection({ offers })] }), calm).state).toBe('not offered');
  });
});

const TICK = SPREAD_US / 2;

const KINDS = ['old', 'nothing', 'deleted'] as const;

interface Written {
  readonly sent: number;
  /** Ticks until its acknowledgement; null: none came. */
  readonly took: number | null;
  readonly clears: boolean;
}

/** By the words of the rule, with every pair of values looked at. Shown: the number of the value; null: nothing. */
function isWrong(values: readonly Written[], { at, shown }: { readonly at: number; readonly shown: number | null }) {
  const ackedAt = ({ sent, took }: Written): number => (took === null ? Infinity : sent + took);
  const known = values.filter((one) => ackedAt(one) <= at - 2);
  const value = shown === null ? undefined : values[shown];
  if (value !== undefined) return known.some((one) => ackedAt(value) < one.sent);
  const newest = known.find((one) => known.every(({ sent }) => sent <= one.sent));
  const leavesAt = at + STAY_US / TICK;
  return (
    newest !== undefined &&
    !newest.clears &&
    !values.some((one) => one.clears && ackedAt(one) >= newest.sent && one.sent <= leavesAt)
  );
}

const historyOf = (values: readonly Written[], asked: readonly { at: number; shown: number | null }[]): History =>
  history({
    ...reads(asked.map(({ at, shown }) => ({ at: at * TICK + 3, shown: shown === null ? [] : [{ seq: shown }] }))),
    endUs: 200 * S,
    sends: values.map(({ sent, clears }, seq) => writes(seq, sent * TICK, { clears })),
    acks: values.flatMap(({ sent, took }, seq) => (took === null ? [] : [ack(seq, (sent + took) * TICK + 1)])),
  });

const namesIn = ({ violations }: Judgement): string =>
  violations
    .map(({ text }) => text.slice(0, 2))
    .sort()
    .join();

describe('retained, in 10,000 histories', () => {
  it('agrees with every pair of values looked at', { timeout }, () => {
    const written: fc.Arbitrary<Written> = fc.record({
      sent: fc.integer({ min: 0, max: 20 }),
      took: fc.option(fc.integer({ min: 1, max: 6 })),
      clears: fc.nat(3).map((n) => n === 0),
    });
    const read = fc.record({ at: fc.integer({ min: 0, max: 30 }), shown: fc.option(fc.nat(3)) });
    const values = fc.uniqueArray(written, { minLength: 1, maxLength: 4, selector: ({ sent }) => sent });
    let wrongs = 0;
    fc.assert(
      fc.property(values, fc.array(read, { maxLength: 2 }), (list, some) => {
        const asked = some.map(({ at, shown }) => ({ at, shown: shown === null ? null : shown % list.length }));
        const wrong = asked.flatMap((one, n) => (isWrong(list, one) ? [`r${n}`] : [])).join();
        if (wrong !== '') wrongs += 1;
        return namesIn(retained.judge(historyOf(list, asked), calm)) === wrong;
      }),
      bounded(10_000),
    );
    expect(wrongs).toBeGreaterThan(1000);
  });

  it('finds each lie of a broker that else shows the truth, and none where none was planted', { timeout }, () => {
    const planted = { old: 0, nothing: 0, deleted: 0 };
    const read = fc.record({ at: fc.integer({ min: 0, max: 40 }), lie: fc.constantFrom('none', ...KINDS) });
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 3 }), fc.array(read, { maxLength: 2 }), (deletes, some) => {
        // One value every eight ticks, acknowledged after one; each boolean may make it a deletion.
        const list = [false, ...deletes].map((clears, n): Written => ({ sent: n * 8, took: 1, clears }));
        const lies: number[] = [];
        const asked = some.map(({ at, lie }, n) => {
          const now = list.findLastIndex(({ sent }) => sent + 1 <= at);
          const isDeleted = list[now]?.clears === true;
          const isKnown = now >= 0 && now * 8 + 1 <= at - 2;
          const isLast = now === list.length - 1;
          const truth = { at, shown: now < 0 || isDeleted ? null : now };
          const canLie = { none: false, old: now > 0 && !isDeleted, deleted: isDeleted, nothing: isLast && !isDeleted };
          if (lie === 'none' || !isKnown || !canLie[lie]) return truth;
          planted[lie] += 1;
          lies.push(n);
          return { at, shown: lie === 'nothing' ? null : now - 1 };
        });
        return namesIn(retained.judge(historyOf(list, asked), calm)) === lies.map((n) => `r${n}`).join();
      }),
      bounded(10_000),
    );
    expect(Math.min(...Object.values(planted))).toBeGreaterThan(300);
  });
});
