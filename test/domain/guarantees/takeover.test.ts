import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Circumstances } from '../../../src/domain/guarantees/guarantee.js';
import { CLOSED_BY, type Connection, type History } from '../../../src/domain/guarantees/history.js';
import { GRACE_US, takeover } from '../../../src/domain/guarantees/takeover.js';
import { ack, calm, connection, history, receipt, send } from '../../../testing/guarantee-history.js';
import { bounded, timeout } from '../../../testing/properties.js';

const S = 1_000_000;
const judge = (over: Partial<History>, circumstances: Circumstances = calm) =>
  takeover.judge(history({ endUs: 100 * S, ...over }), circumstances);

/** The second is let in by another broker 10 s after the first. */
const first = (over: Partial<Connection> = {}): Connection => connection({ openedUs: S, endpoint: 'a:1', ...over });
const second = (over: Partial<Connection> = {}): Connection =>
  connection({ number: 2, endpoint: 'b:1', askedUs: 10 * S, openedUs: 11 * S, ...over });
const pair = (over: Partial<Connection>, other: Partial<Connection> = {}): Partial<History> => ({
  connections: [first(over), second(other)],
});

const during = (victims: readonly string[] | null, from = 9 * S, to: number | null = 12 * S): Circumstances => ({
  ...calm,
  fault: { injectedUs: from, recoveredUs: to, victims },
});

describe('takeover', () => {
  it('is violated if the first connection is open after the grace, or to the end', () => {
    const { state, checked, violations } = judge(pair({ closedUs: 11 * S + GRACE_US + 1, closedBy: 'peer' }));
    expect([state, checked]).toEqual(['violated', 1]);
    expect(violations.map(({ text }) => text)).toEqual([
      'connection 1 of sub to a:1 was still open 5 s after connection 2 to b:1 had been let in',
    ]);
    expect(violations[0]?.moments.map(({ us }) => us)).toEqual([S, 11 * S, 11 * S + GRACE_US + 1]);
    const open = judge(pair({})).violations;
    expect(open[0]?.moments.at(-1)).toMatchObject({ us: 100 * S, what: 'never' });
    expect(judge(pair({ closedUs: 90 * S, closedBy: 'own-disconnect' })).state).toBe('violated');
  });

  it('is held if the broker ends the first within the grace, or while it answers', () => {
    for (const closedUs of [10 * S + 1, 11 * S, 11 * S + GRACE_US])
      for (const closedBy of ['peer', 'unknown'] as const)
        expect(judge(pair({ closedUs, closedBy }))).toMatchObject({ state: 'held', checked: 1, why: '' });
  });

  it('has no case where the first had ended before, or the second was not let in, or has another client id', () => {
    for (const over of [{ closedUs: 10 * S, closedBy: 'own-cut' as const }, { closedUs: 5 * S }])
      expect(judge(pair(over))).toMatchObject({ checked: 0, state: 'undecided' });
    expect(judge(pair({}, { openedUs: null })).checked).toBe(0);
    expect(judge(pair({ openedUs: null })).checked).toBe(0);
    expect(judge(pair({}, { client: 'other' })).checked).toBe(0);
    expect(judge(pair({ closedUs: 11 * S }, { askedUs: null })).checked).toBe(0);
  });

  it('is undecided if the client gave the first up, or the recording ends within the grace', () => {
    for (const closedBy of ['own-disconnect', 'own-disconnect-with-will', 'own-cut', 'own-mute', 'timeout'] as const)
      expect(judge(pair({ closedUs: 12 * S, closedBy }))).toMatchObject({ state: 'undecided', undecided: 1 });
    expect(judge({ ...pair({}), endUs: 11 * S + GRACE_US - 1 })).toMatchObject({ state: 'undecided', undecided: 1 });
    expect(judge({ ...pair({}), endUs: 11 * S + GRACE_US }).state).toBe('violated');
  });

  it('excuses a broker that was hurt at that time, and no other', () => {
    expect(judge(pair({}), during(['a:1']))).toMatchObject({ state: 'undecided', undecided: 1, checked: 1 });
    expect(judge(pair({}), during(null)).state).toBe('undecided');
    expect(judge(pair({}), during(['a:1'], 16 * S, null)).state).toBe('undecided');
    expect(judge(pair({}), during(['a:1'], 0, 11 * S)).state).toBe('undecided');
    expect(judge(pair({}), during(['a:1'], 16 * S + 1, null)).state).toBe('violated');
    expect(judge(pair({}), during(['a:1'], 0, 11 * S - 1)).state).toBe('violated');
    expect(judge(pair({}), during(['b:1'])).state).toBe('violated');
    expect(judge(pair({ closedUs: 12 * S, closedBy: 'peer' }), during(['a:1'])).state).toBe('held');
  });

  it('asks for the end of either where both CONNECTs were under way together', () => {
    const together = { askedUs: S / 2 };
    const closed = { closedUs: 12 * S, closedBy: 'peer' } as const;
    expect(judge(pair({}, together)).state).toBe('violated');
    expect(judge(pair({}, { ...together, ...closed })).state).toBe('held');
    expect(judge(pair(closed, together)).state).toBe('held');
    expect(judge(pair({}, { askedUs: S, ...closed })).state).toBe('held');
    expect(judge(pair({}, { askedUs: null, ...closed })).state).toBe('held');
    expect(judge(pair({}, { askedUs: S + 1, ...closed })).state).toBe('violated');
    expect(judge(pair({}, { ...together, closedUs: 12 * S, closedBy: 'own-cut' })).state).toBe('undecided');
  });

  it('is violated if the first gets what was first sent after the second was let in', () => {
    const rows = {
      ...pair({ closedUs: 14 * S, closedBy: 'peer' }),
      sends: [send(0, 11 * S), send(1, 11 * S + 1), send(2, 12 * S), send(2, 13 * S)],
      acks: [ack(0, 12 * S)],
    };
    const got = (seq: number, us: number, over = {}) => judge({ ...rows, receipts: [receipt(seq, us, over)] });
    const { state, violations } = got(1, 12 * S);
    expect(state).toBe('violated');
    expect(violations.map(({ text }) => text)).toEqual([
      "connection 1 of sub received 1 messages that were first sent after connection 2 had taken its place; the first is pub's message 1 on t",
    ]);
    expect(violations[0]?.moments.map(({ us }) => us)).toEqual([S, 11 * S, 11 * S + 1, 12 * S]);
    expect(got(0, 12 * S).state).toBe('held');
    expect(got(1, 12 * S, { connection: 2 }).state).toBe('held');
    expect(got(1, 12 * S, { client: 'other' }).state).toBe('held');
    expect(got(9, 12 * S).state).toBe('held');
    const both = judge({ ...rows, receipts: [receipt(1, 12 * S), receipt(2, 12 * S)] });
    expect(both.violations.map(({ text }) => text.slice(0, 35))).toEqual(['connection 1 of sub received 2 mess']);
    const excused = during(['a:1']);
    const receipts = [receipt(1, 12 * S)];
    expect(judge({ ...rows, receipts }, excused).violations).toEqual([]);
    const unordered = pair({ closedUs: 14 * S, closedBy: 'peer' }, { askedUs: S / 2 });
    expect(judge({ ...rows, ...unordered, receipts }).violations).toEqual([]);
  });

  it('notes where MQTT 5 gives no reason, and asks none of 3.1.1', () => {
    const offers = { maximumQos: 2, retain: true, shared: true } as const;
    const ended = { closedUs: 12 * S, closedBy: 'peer' } as const;
    expect(judge(pair({ ...ended, offers })).why).toBe('1 of 1 were ended without reason code 0x8E, not judged');
    expect(judge(pair({ ...ended, offers, reasonCode: 0x8e })).why).toBe('');
    expect(judge(pair(ended)).why).toBe('');
    expect(judge(pair({ ...ended, offers }, { askedUs: 0 })).why).toBe('');
  });
});

const when = fc.integer({ min: 0, max: 14 }).map((s) => s * S);
const maybe = fc.option(when);
const anyConnection = fc.record({
  client: fc.constantFrom('x', 'x', 'x', 'y'),
  endpoint: fc.constantFrom('a', 'b'),
  askedUs: maybe,
  openedUs: maybe,
  closedUs: maybe,
  closedBy: fc.constantFrom(...CLOSED_BY),
});
const anyFault = fc.option(
  fc.record({
    injectedUs: when,
    recoveredUs: maybe,
    victims: fc.option(fc.constantFrom<readonly string[]>(['a'], ['b'], [])),
  }),
);

describe('against a slow model', () => {
  /** Each connection and the one that its client was let in on before it, by the words of the rule. */
  const model = (
    { connections, sends, receipts, endUs }: History,
    fault: Circumstances['fault'],
  ): Record<'checked' | 'violations' | 'undecided', number> => {
    const found = { checked: 0, violations: 0, undecided: 0 };
    for (const b of connections) {
      if (b.openedUs === null) continue;
      const opened = b.openedUs;
      const earlier = connections.filter(
        (c) =>
          c.client === b.client &&
          c.openedUs !== null &&
          (c.openedUs < opened || (c.openedUs === opened && c.number < b.number)),
      );
      const a = earlier.reduce<Connection | null>(
        (best, c) => (best === null || (c.openedUs ?? 0) >= (best.openedUs ?? 0) ? c : best),
        null,
      );
      if (a?.openedUs == null) continue;
      if (a.closedUs !== null && a.closedUs <= (b.askedUs ?? opened)) continue;
      found.checked += 1;
      const isOrdered = b.askedUs !== null && b.askedUs > a.openedUs;
      const isHurt =
        fault !== null &&
        (fault.victims === null || fault.victims.includes(a.endpoint)) &&
        !(fault.injectedUs > opened + 5 * S) &&
        !(fault.recoveredUs !== null && fault.recoveredUs < opened);
      const wasEnded = (c: Connection) => c.closedUs !== null && c.closedUs <= opened + 5 * S;
      const byBroker = (c: Connection) => wasEnded(c) && ['peer', 'unknown'].includes(c.closedBy ?? '');
      const asked = isOrdered ? [a] : [a, b];
      if (!asked.some(byBroker)) {
        if (asked.some(wasEnded) || isHurt || endUs < opened + 5 * S) found.undecided += 1;
        else found.violations += 1;
      }
      const served = receipts.some(
        (r) =>
          r.client === a.client &&
          r.connection === a.number &&
          r.us > opened &&
          sends.some((s) => s.seq === r.seq) &&
          sends.every((s) => s.seq !== r.seq || s.us > opened),
      );
      if (isOrdered && !isHurt && served) found.violations += 1;
    }
    return found;
  };

  it('agrees with every pair looked at', { timeout }, () => {
    const rows = fc.array(fc.record({ seq: fc.nat(2), us: when }), { maxLength: 4 });
    const received = fc.array(
      fc.record({
        seq: fc.nat(2),
        us: when,
        connection: fc.integer({ min: 1, max: 4 }),
        client: fc.constantFrom('x', 'y'),
      }),
      { maxLength: 4 },
    );
    const connections = fc.array(anyConnection, { maxLength: 5 });
    fc.assert(
      fc.property(connections, rows, received, anyFault, when, (drawn, sent, got, fault, endUs) => {
        const made = history({
          endUs: endUs + 2 * S,
          connections: drawn.map((one, i) => connection({ ...one, number: i + 1 })),
          sends: sent.map(({ seq, us }) => send(seq, us)),
          receipts: got.map(({ seq, us, ...on }) => receipt(seq, us, on)),
        });
        const { checked, violations, undecided } = takeover.judge(made, { ...calm, fault });
        expect({ checked, violations: violations.length, undecided }).toEqual(model(made, fault));
      }),
      bounded(10_000),
    );
  });

  it('finds each planted violation, and none where nothing was planted', { timeout }, () => {
    const step = fc.record({
      gap: fc.integer({ min: 6, max: 20 }),
      endsAfterUs: fc.integer({ min: -200_000, max: GRACE_US }),
      plant: fc.constantFrom('nothing', 'nothing', 'open', 'served', 'both'),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const opens = [S, ...steps.map((_, i) => S + steps.slice(0, i + 1).reduce((sum, { gap }) => sum + gap * S, 0))];
        const isOpen = (plant: string | undefined) => plant === 'open' || plant === 'both';
        const made = history({
          endUs: 1000 * S,
          connections: opens.map((openedUs, i) => {
            const [next, plan] = [opens[i + 1], steps[i]];
            const closes =
              next === undefined || plan === undefined || isOpen(plan.plant) ? null : next + plan.endsAfterUs;
            const closed = { closedUs: closes, closedBy: closes === null ? null : ('peer' as const) };
            return connection({ number: i + 1, askedUs: openedUs - S / 2, openedUs, ...closed });
          }),
          sends: opens.map((us, i) => send(i, us + 10)),
          acks: opens.map((us, i) => ack(i, us + 20)),
          receipts: opens.flatMap((us, i) => [
            receipt(i, us + 30, { connection: i + 1 }),
            ...(['served', 'both'].includes(steps[i - 1]?.plant ?? '') ? [receipt(i, us + 30, { connection: i })] : []),
          ]),
        });
        const planted = steps.reduce((sum, { plant }) => sum + (plant === 'nothing' ? 0 : plant === 'both' ? 2 : 1), 0);
        const { violations, undecided, checked, state } = takeover.judge(made, calm);
        expect([violations.length, undecided, checked]).toEqual([planted, 0, steps.length]);
        expect(state).toBe(planted === 0 ? 'held' : 'violated');
      }),
      bounded(1_000),
    );
  });
});
