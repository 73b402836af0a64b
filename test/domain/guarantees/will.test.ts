import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_LIMITS, type Circumstances } from '../../../src/domain/guarantees/guarantee.js';
import type { ClosedBy, Connection, History, Receipt, Will } from '../../../src/domain/guarantees/history.js';
import { will } from '../../../src/domain/guarantees/will.js';
import { GRACE_US } from '../../../src/domain/guarantees/will-due.js';
import { ack, calm, connection, history, receipt, send, subscription } from '../../../testing/guarantee-history.js';
import { bounded, timeout } from '../../../testing/properties.js';

const S = 1_000_000;

const testament = (over: Partial<Will> = {}): Will => ({ topic: 't', seq: 7, qos: 1, delayS: 0, ...over });

/** `pub`, with a will, whose connection ends after 10 s. */
const dead = (closedBy: ClosedBy | null, over: Partial<Connection> = {}): Connection =>
  connection({
    client: 'pub',
    endpoint: 'p:1',
    keepAliveS: 4,
    will: testament(),
    closedBy,
    closedUs: closedBy === null ? null : 10 * S,
    ...over,
  });

const came = (us: number, over: Partial<Receipt> = {}): Receipt => receipt(7, us, over);

const rowsOf = (connections: Connection[], receipts: Receipt[], over: Partial<History> = {}): History =>
  history({ endUs: 100 * S, connections: [connection({ endpoint: 's:1' }), ...connections], receipts, ...over });

const verdict = (
  connections: Connection[],
  receipts: Receipt[] = [],
  over: Partial<History> & { at?: Circumstances } = {},
): string => {
  const { at = calm, ...rest } = over;
  const { state, why, violations } = will.judge(rowsOf(connections, receipts, rest), at);
  return violations[0]?.text ?? (why === '' ? state : why);
};

const said = (how: string, what: string): string => `pub's will 7 on t (connection 1: ${how}) ${what}`;

describe('will', () => {
  it('is published if its connection was cut, and if it was closed with the will', () => {
    for (const how of ['own-cut', 'own-disconnect-with-will'] as const) {
      expect(verdict([dead(how)], [came(10.5 * S)])).toBe('held');
      expect(verdict([dead(how)])).toBe(said(how, 'never came to sub'));
      expect(verdict([dead(how)], [came(10 * S + GRACE_US)])).toBe('held');
      expect(verdict([dead(how)], [came(10 * S + GRACE_US + 1)])).toContain('the standard names no limit');
    }
  });

  it('is published of a client that says nothing more, or was cut off by the other side, within 1.5 times its keep-alive', () => {
    for (const how of ['own-mute', 'peer', 'timeout'] as const) {
      expect(verdict([dead(how)], [came(16 * S + GRACE_US)])).toBe('held');
      expect(verdict([dead(how)], [came(16 * S + GRACE_US + 1)])).toContain('late');
      expect(verdict([dead(how)])).toContain('never came to sub');
      expect(verdict([dead(how)], [], { endUs: 16 * S + GRACE_US - 1 })).toContain('the drain ended');
    }
    expect(verdict([dead('own-mute', { keepAliveS: 0 })])).toContain('the drain ended before a will was due');
  });

  it('is not published after a DISCONNECT, but may be of a client that was given up before', () => {
    expect(verdict([dead('own-disconnect')])).toBe('held');
    expect(verdict([dead('own-disconnect')], [came(12 * S)])).toBe(
      said('own-disconnect', 'was published after its DISCONNECT'),
    );
    expect(verdict([dead('own-disconnect')], [came(10 * S)])).toContain('may have given up a client');
    expect(verdict([dead('unknown')], [came(11 * S)])).toContain('nobody knows how a connection ended');
  });

  it('is not published while its connection goes on: what was sent later came over it', () => {
    for (const alive of [
      { sends: [send(0, 8 * S)], acks: [ack(0, 9 * S)] },
      {
        sends: [send(0, 8 * S, { publisher: 'x' })],
        receipts: [came(5 * S), receipt(0, 9 * S, { client: 'pub', publisher: 'x' })],
      },
    ]) {
      const rows = { receipts: [came(5 * S)], ...alive };
      for (const how of ['own-cut', null] as const)
        expect(verdict([dead(how)], [], rows)).toBe(said(how ?? 'open', 'was published while its connection went on'));
    }
    // Sent before and looked at late, or over another connection: no proof.
    for (const over of [
      { sends: [send(0, 4 * S)], acks: [ack(0, 9 * S)] },
      { sends: [send(0, 8 * S)], acks: [ack(0, 9 * S, { connection: 2 })] },
      { acks: [ack(0, 9 * S)] },
    ]) {
      expect(verdict([dead('own-cut')], [came(5 * S)], over)).toBe('held');
      expect(verdict([dead(null)], [came(5 * S)], over)).toContain('did not notice its end');
    }
    expect(verdict([dead(null)])).toBe('held');
  });

  it('waits for its delay, or for the end of the session if that comes first', () => {
    const late = { will: testament({ delayS: 20 }) };
    expect(verdict([dead('own-cut', late)], [came(30 * S)])).toBe('held');
    expect(verdict([dead('own-cut', late)], [came(11 * S)])).toBe(
      said('own-cut', 'was published before its delay had passed'),
    );
    expect(verdict([dead('own-cut', { ...late, expiryS: 3 })], [came(13 * S)])).toBe('held');
    expect(verdict([dead('own-cut', { ...late, expiryS: 3 })], [came(19 * S)])).toContain('late');
    // Cut off by the other side, perhaps long before it noticed.
    expect(verdict([dead('peer', late)], [came(24 * S)])).toBe('held');
  });

  const back = (over: Partial<Connection> = {}): Connection =>
    connection({ client: 'pub', number: 2, askedUs: 14 * S, openedUs: 15 * S, sessionPresent: true, ...over });

  it('is kept back if the session is resumed within the delay', () => {
    const late = dead('own-cut', { will: testament({ delayS: 20 }) });
    expect(verdict([late, back()])).toBe('held');
    expect(verdict([late, back()], [came(30 * S)])).toBe(
      said('own-cut', 'was published although its session was resumed within the delay'),
    );
    expect(verdict([late, back({ askedUs: 50 * S, openedUs: 50 * S })])).toContain('never came');
    for (const over of [{ openedUs: null }, { sessionPresent: false }, { openedUs: 29.5 * S }, { clean: true }])
      for (const receipts of [[], [came(31 * S)]])
        expect(will.judge(rowsOf([late, back(over)], receipts), calm)).toMatchObject({
          ...{ state: 'undecided', undecided: 1, violations: [] },
        });
  });

  it('is published at a takeover if it has no delay', () => {
    const taken = dead('peer', { closedUs: 15 * S });
    expect(verdict([taken, back()], [came(15 * S)])).toBe('held');
    expect(verdict([taken, back()])).toBe(said('peer', 'never came to sub'));
    expect(verdict([dead('peer', { closedUs: 15 * S, will: testament({ delayS: 20 }) }), back()])).toBe('held');
  });

  it('comes once to each subscriber; a repeated packet says so, and each filter may have its copy', () => {
    const twice = (...overs: Partial<Receipt>[]): string =>
      verdict([dead('own-cut')], [came(10.5 * S, overs[0]), came(11 * S, overs[1])]);
    expect(twice()).toBe(said('own-cut', 'came to sub 2 times'));
    expect(twice({ qos: 0, dup: null }, { qos: 0, dup: null })).toContain('2 times');
    expect(twice({}, { dup: true })).toBe('held');
    expect(twice({}, { retain: true })).toBe('held');
    expect(twice({}, { connection: 2 })).toBe('held');
    expect(twice({}, { dup: null })).toContain('a library hides');
    expect(twice({}, { client: 'other' })).toBe('held');
    const subscriptions = [subscription(), subscription({ filter: '#' })];
    expect(verdict([dead('own-cut')], [came(10.5 * S), came(11 * S)], { subscriptions })).toBe('held');
  });

  it('cannot be told apart from another of the same client with its topic and number', () => {
    const both = [dead('own-cut'), dead('own-cut', { number: 2, openedUs: 20 * S, closedUs: 30 * S })];
    const alive = { sends: [send(0, 25 * S)], acks: [ack(0, 26 * S, { connection: 2 })] };
    for (const receipts of [[], [came(10.5 * S)], [came(10.5 * S), came(30 * S)]]) {
      const { violations, why } = will.judge(rowsOf(both, receipts, alive), calm);
      expect([violations, why]).toEqual([[], '2 × two connections of one client named the same will']);
    }
  });

  it('is missed only by who stayed connected until it was due, at more than QoS 0', () => {
    const left = (closedUs: number): string =>
      verdict([], [], { connections: [connection({ closedUs, closedBy: 'peer' }), dead('own-cut')] });
    expect(left(9 * S)).toBe('nothing that it applies to was recorded');
    expect(left(12 * S)).toContain('was not connected all the time');
    expect(left(16 * S)).toContain('never came');
    expect(verdict([dead('own-cut', { will: testament({ qos: 0 }) })])).toContain('of QoS 0 may be lost');
    expect(verdict([dead('own-cut')], [], { subscriptions: [subscription({ granted: 0 })] })).toContain('of QoS 0');
    expect(verdict([dead('own-cut')], [], { endUs: 10 * S + GRACE_US - 1 })).toContain('the drain ended');
    expect(verdict([dead('own-cut')], [], { endUs: 10 * S + GRACE_US })).toContain('never came');
  });

  const hurt = (victims: string[] | null, survivesDeath: boolean | null, recoveredUs: number | null = 20 * S) => ({
    at: { fault: { injectedUs: 9 * S, recoveredUs, victims }, broker: { ...NO_LIMITS, survivesDeath } },
  });

  it('may die with the broker of its client; with any, if the broker does not declare that it survives', () => {
    for (const at of [hurt(['p:1'], true), hurt(null, true), hurt(['x'], false), hurt(['x'], null)]) {
      expect(verdict([dead('own-cut')], [], at)).toContain('died together with its broker');
      expect(verdict([dead('own-disconnect')], [came(11 * S)], at)).toContain('died together with its broker');
      expect(verdict([dead('own-cut')], [came(11 * S), came(11 * S)], at)).toContain('died together with its broker');
      expect(verdict([dead('own-cut')], [came(21 * S)], at)).toBe('held');
      expect(verdict([dead('own-cut', { closedUs: 30 * S })], [], at)).toContain('never came');
    }
  });

  it('is due in a fault that hurts others, and misses nothing while that lasts', () => {
    const at = hurt(['x'], true);
    expect(verdict([dead('own-cut')], [], at)).toContain('never came');
    expect(verdict([dead('own-disconnect')], [came(11 * S)], at)).toContain('after its DISCONNECT');
    expect(verdict([dead('own-cut')], [came(11 * S), came(11 * S)], at)).toContain('came to sub 2 times');
    expect(verdict([dead('own-cut')], [], hurt(['s:1'], true))).toContain('was not connected all the time');
    expect(verdict([dead('own-cut')], [came(20 * S + GRACE_US)], at)).toBe('held');
    expect(verdict([dead('own-cut')], [came(20 * S + GRACE_US + 1)], at)).toContain('late');
    expect(verdict([dead('own-cut')], [], hurt(['x'], true, null))).toContain('the drain ended');
  });

  it('shows how the connection began and ended, and what came', () => {
    const { violations } = will.judge(rowsOf([dead('own-disconnect')], [came(12 * S)]), calm);
    expect(violations[0]?.moments).toEqual([
      { us: 1, who: 'pub', what: 'connect', text: 'connection 1 to p:1: with a will' },
      { us: 10 * S, who: 'pub', what: 'close', text: 'connection 1 ends: own-disconnect' },
      { us: 12 * S, who: 'sub', what: 'receive', text: 'receives the will' },
    ]);
  });
});

const KINDS = ['own-disconnect', 'own-disconnect-with-will', 'own-cut', 'own-mute', 'peer'] as const;
const LIES = ['none', 'none', 'missing', 'twice', 'early', 'forbidden'] as const;

/** The life of one client in seconds, and the lie that the broker is to tell about its will. */
const life = fc.record({
  kind: fc.constantFrom(...KINDS),
  diesAtS: fc.integer({ min: 30, max: 60 }),
  keepAliveS: fc.integer({ min: 2, max: 16 }),
  delayS: fc.constantFrom(0, 20),
  expiryS: fc.constantFrom(null, 10),
  backAfterS: fc.constantFrom(null, 2, 150),
  tookMs: fc.integer({ min: 1, max: 20_000 }),
  lie: fc.constantFrom(...LIES),
});
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

/** By the words of the rule: when a broker publishes this will, in seconds; null: never. It notices what is cut off at once. */
function published({ kind, diesAtS, keepAliveS, delayS, expiryS, backAfterS }: Life): number | null {
  if (kind === 'own-disconnect') return null;
  const wait = Math.min(delayS, expiryS ?? Infinity);
  if (backAfterS !== null && backAfterS < wait) return null;
  return diesAtS + wait + (kind === 'own-mute' ? keepAliveS * 1.5 : 0);
}

/** What a broker that tells this lie, if there is something to lie about, delivers in seconds; and the end of the sentence about it. */
function delivered(one: Life): { readonly atS: number[]; readonly lie: string | null } {
  const dueS = published(one);
  if (dueS === null) {
    if (one.lie !== 'forbidden') return { atS: [], lie: null };
    const why = one.kind === 'own-disconnect' ? 'after its DISCONNECT' : 'although its session was resumed';
    return { atS: [one.diesAtS + 100], lie: `was published ${why}` };
  }
  const atS = dueS + one.tookMs / 1000;
  if (one.lie === 'missing') return { atS: [], lie: 'never came to sub' };
  if (one.lie === 'twice') return { atS: [atS, atS + 1], lie: 'came to sub 2 times' };
  if (one.lie === 'early' && one.kind.startsWith('own-') && one.delayS > 0)
    return { atS: [one.diesAtS + 1], lie: 'before its delay had passed' };
  return { atS: [atS], lie: null };
}

const connectionsOf = (one: Life, n: number): Connection[] => {
  const { kind, diesAtS, keepAliveS, delayS, expiryS, backAfterS } = one;
  const common = { client: `w${n}`, keepAliveS, expiryS };
  const backUs = (diesAtS + (backAfterS ?? 0)) * S;
  return [
    connection({ ...common, closedUs: diesAtS * S, closedBy: kind, will: testament({ seq: n, delayS }) }),
    ...(backAfterS === null
      ? []
      : [connection({ ...common, number: 2, askedUs: backUs, openedUs: backUs + 1, sessionPresent: true })]),
  ];
};

describe('will, in 10,000 histories', () => {
  it('finds each lie of a broker that else does as it should, and none where none was planted', { timeout }, () => {
    const planted = new Map<string, number>();
    fc.assert(
      fc.property(fc.array(life, { maxLength: 2 }), (lives) => {
        // Who was cut off and is back soon does not know when it was cut off, so nobody can say whether that was in time.
        const known = lives.filter(({ kind, backAfterS }) => kind !== 'peer' || backAfterS !== 2);
        const told = known.map(delivered);
        const receipts = told.flatMap(({ atS }, n) => atS.map((s) => receipt(n, s * S, { publisher: `w${n}` })));
        const rows = rowsOf(known.flatMap(connectionsOf), receipts, { endUs: 1000 * S });
        const { violations } = will.judge(rows, calm);
        const lies = told.flatMap(({ lie }, n) => (lie === null ? [] : [{ lie, n }]));
        known.forEach(({ lie }, n) => told[n]?.lie !== null && planted.set(lie, (planted.get(lie) ?? 0) + 1));
        return (
          violations.length === lies.length &&
          lies.every(({ lie, n }, at) => {
            const text = violations[at]?.text ?? '';
            return text.startsWith(`w${n}'s will ${n} on t (connection 1`) && text.includes(lie);
          })
        );
      }),
      bounded(10_000),
    );
    for (const lie of LIES.slice(2)) expect([lie, (planted.get(lie) ?? 0) > 300]).toEqual([lie, true]);
  });
});
