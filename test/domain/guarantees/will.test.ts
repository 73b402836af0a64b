import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_LIMITS, type Circumstances } from '../../../src/domain/guarantees/guarantee.js';
import type { ClosedBy, Connection, History, Receipt, Will } from '../../../src/domain/guarantees/history.js';
import { will } from '../../../src/domain/guarantees/will.js';
import { GRACE_US } from '../../../src/domain/guarantees/will-due.js';
import { ack, calm, connection, history, receipt, subscription } from '../../../testing/guarantee-history.js';
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
  it('is published if its connection was cut, and if it was closed with the will: at once', () => {
    for (const how of ['own-cut', 'own-disconnect-with-will'] as const) {
      expect(verdict([dead(how)], [came(10.5 * S)])).toBe('held');
      expect(verdict([dead(how)])).toBe(said(how, 'never came to sub'));
      expect(verdict([dead(how)], [came(10 * S + GRACE_US)])).toBe('held');
      expect(verdict([dead(how)], [came(10 * S + GRACE_US + 1)])).toBe(said(how, 'was published too late for sub'));
    }
  });

  it('is published of a client that says nothing more, or was cut off by the other side, within 1.5 times its keep-alive', () => {
    for (const how of ['own-mute', 'peer', 'timeout'] as const) {
      expect(verdict([dead(how)], [came(16 * S + GRACE_US)])).toBe('held');
      expect(verdict([dead(how)], [came(16 * S + GRACE_US + 1)])).toContain('too late');
      expect(verdict([dead(how)])).toContain('never came to sub');
    }
    expect(verdict([dead('own-mute', { keepAliveS: 0 })])).toContain('the drain ended before a will was due');
  });

  it('is not published after a DISCONNECT, nor while its connection goes on', () => {
    expect(verdict([dead('own-disconnect')])).toBe('held');
    expect(verdict([dead('own-disconnect')], [came(12 * S)])).toBe(
      said('own-disconnect', 'was published after its DISCONNECT'),
    );
    const alive = { acks: [ack(0, 9 * S)] };
    expect(verdict([dead('own-cut')], [came(5 * S)], alive)).toBe(
      said('own-cut', 'was published while its connection went on'),
    );
    expect(verdict([dead(null)])).toBe('held');
    expect(verdict([dead(null)], [came(5 * S)], alive)).toContain('while its connection went on');
    expect(verdict([dead(null)], [came(8.5 * S)], alive)).toContain('did not notice its end');
  });

  it('waits for its delay, or for the end of the session if that comes first', () => {
    const late = { will: testament({ delayS: 20 }) };
    expect(verdict([dead('own-cut', late)], [came(30 * S)])).toBe('held');
    expect(verdict([dead('own-cut', late)], [came(11 * S)])).toBe(
      said('own-cut', 'was published before its delay had passed'),
    );
    expect(verdict([dead('own-cut', { ...late, expiryS: 3 })], [came(13 * S)])).toBe('held');
    expect(verdict([dead('own-cut', { ...late, expiryS: 3 })], [came(19 * S)])).toContain('too late');
    const clean = dead('own-disconnect', { number: 2, clean: true, askedUs: 11 * S, openedUs: 11 * S, will: null });
    expect(verdict([dead('own-cut', late), clean], [came(11 * S)])).toBe('held');
  });

  it('is kept back if the session is resumed within the delay, and only then', () => {
    const late = dead('own-cut', { will: testament({ delayS: 20 }) });
    const back = (over: Partial<Connection>): Connection =>
      connection({ client: 'pub', number: 2, askedUs: 14 * S, openedUs: 15 * S, sessionPresent: true, ...over });
    expect(verdict([late, back({})])).toBe('held');
    expect(verdict([late, back({})], [came(30 * S)])).toBe(
      said('own-cut', 'was published although its session was resumed within the delay'),
    );
    expect(verdict([dead('own-cut'), back({})])).toContain('never came');
    expect(verdict([late, back({ askedUs: 50 * S, openedUs: 50 * S })])).toContain('never came');
    for (const over of [{ openedUs: null }, { sessionPresent: false }, { openedUs: 29.5 * S }])
      expect(will.judge(rowsOf([late, back(over)], []), calm)).toMatchObject({ state: 'undecided', undecided: 1 });
  });

  it('comes once to each subscriber; a repeated packet says so, and each filter may have its copy', () => {
    const twice = (...overs: Partial<Receipt>[]): string =>
      verdict([dead('own-cut')], [came(10.5 * S, overs[0]), came(11 * S, overs[1])]);
    expect(twice()).toBe(said('own-cut', 'came to sub 2 times'));
    expect(twice({ qos: 0 }, { qos: 0, connection: 2 })).toContain('2 times');
    expect(twice({}, { dup: true })).toBe('held');
    expect(twice({}, { connection: 2 })).toBe('held');
    expect(twice({}, { dup: null })).toContain('a library hides');
    expect(twice({}, { client: 'other' })).toBe('held');
    const subscriptions = [subscription(), subscription({ filter: '#' })];
    expect(verdict([dead('own-cut')], [came(10.5 * S), came(11 * S)], { subscriptions })).toBe('held');
  });

  it('is asked only of who was connected and subscribed before, until it was due', () => {
    for (const over of [
      { filter: 'u' },
      { granted: 0x87 },
      { answeredUs: null },
      { answeredUs: 10 * S },
      { filter: '$share/g/t' },
    ])
      expect(verdict([dead('own-cut')], [], { subscriptions: [subscription(over)] })).toBe(
        'nothing that it applies to was recorded',
      );
    const left = (closedUs: number): string =>
      verdict([], [], { connections: [connection({ closedUs, closedBy: 'peer' }), dead('own-cut')] });
    expect(left(9 * S)).toBe('nothing that it applies to was recorded');
    expect(left(12 * S)).toContain('was not connected all the time');
    expect(left(16 * S)).toContain('never came');
  });

  it('cannot be told of who died with its broker, of QoS 0 in a fault, or of what is due later', () => {
    const at = (victims: string[] | null, recoveredUs: number | null = 20 * S): { at: Circumstances } => ({
      at: { fault: { injectedUs: 9 * S, recoveredUs, victims }, broker: NO_LIMITS },
    });
    for (const victims of [['p:1'], null]) {
      expect(verdict([dead('own-cut')], [], at(victims))).toContain('died together with its broker');
      expect(verdict([dead('own-disconnect')], [came(11 * S)], at(victims))).toContain('died together with its broker');
      expect(verdict([dead('own-cut')], [came(60 * S)], at(victims))).toBe('held');
    }
    expect(verdict([dead('own-cut')], [], at(['x']))).toContain('never came');
    expect(verdict([dead('own-disconnect')], [came(11 * S)], at(['x']))).toContain('after its DISCONNECT');
    expect(verdict([dead('own-cut')], [], at(['s:1']))).toContain('was not connected all the time');
    expect(verdict([dead('own-cut', { will: testament({ qos: 0 }) })], [], at(['x']))).toContain('QoS 0');
    expect(verdict([dead('own-cut', { will: testament({ qos: 0 }) })])).toContain('never came');
    expect(verdict([dead('own-cut')], [came(20 * S + GRACE_US)], at(['x']))).toBe('held');
    expect(verdict([dead('own-cut')], [came(20 * S + GRACE_US + 1)], at(['x']))).toContain('too late');
    expect(verdict([dead('own-cut')], [], at(['x'], null))).toContain('the drain ended');
    expect(verdict([dead('own-cut')], [], { endUs: 10 * S + GRACE_US - 1 })).toContain('the drain ended');
    expect(verdict([dead('unknown')], [came(11 * S)])).toContain('nobody knows how a connection ended');
    expect(verdict([dead('own-cut'), dead('own-cut', { number: 2 })])).toContain('named the same will');
  });
});

const KINDS = ['own-disconnect', 'own-disconnect-with-will', 'own-cut', 'own-mute', 'peer', 'timeout'] as const;
const LIES = ['no', 'no', 'missing', 'twice', 'late', 'early', 'forbidden'] as const;

/** The life of one client in seconds, and the lie about its will. */
const life = fc.record({
  kind: fc.constantFrom(...KINDS),
  diesAtS: fc.integer({ min: 5, max: 60 }),
  keepAliveS: fc.integer({ min: 2, max: 20 }),
  delayS: fc.constantFrom(0, 0, 5, 30),
  expiryS: fc.constantFrom(null, 10),
  backAfterS: fc.constantFrom(null, 2, 3, 150),
  isClean: fc.boolean(),
  lie: fc.constantFrom(...LIES),
  tookMs: fc.integer({ min: 1, max: 4000 }),
});

describe('will, in 10,000 histories', () => {
  it('finds each lie of a broker that else does as it should, and none where none was planted', { timeout }, () => {
    const planted = new Map<string, number>();
    fc.assert(
      fc.property(fc.array(life, { maxLength: 6 }), (lives) => {
        const texts: string[] = [];
        const connections: Connection[] = [];
        const receipts: Receipt[] = [];
        lives.forEach(({ kind, diesAtS, keepAliveS, delayS, expiryS, backAfterS, isClean, lie, tookMs }, n) => {
          const client = `w${n}`;
          const isSilent = kind === 'own-mute';
          const isSudden = kind.startsWith('own-') && !isSilent;
          const common = { client, keepAliveS, expiryS };
          connections.push(
            connection({ ...common, closedUs: diesAtS * S, closedBy: kind, will: testament({ seq: n, delayS }) }),
          );
          // Who was cut off by the other side does not know since when.
          const wait = Math.min(delayS, expiryS ?? Infinity);
          const isBack = backAfterS !== null && (isSudden || backAfterS === 150);
          if (isBack) {
            const us = (diesAtS + backAfterS) * S;
            connections.push(
              connection({
                ...common,
                number: 2,
                clean: isClean,
                askedUs: us,
                openedUs: us + 1,
                sessionPresent: (!isClean && expiryS === null) || (backAfterS < 10 && !isClean),
              }),
            );
          }
          const isKept = isBack && backAfterS < 10 && !isClean && wait > 0;
          const mustNot = kind === 'own-disconnect' || isKept;
          const noticedS = diesAtS + (isSudden || kind === 'peer' || kind === 'timeout' ? 0 : keepAliveS * 1.5);
          const isCutShort = isBack && backAfterS < wait && isClean;
          const due = (isCutShort ? diesAtS + backAfterS! : noticedS + wait) * S + tookMs * 1000;
          const come = (us: number): void => void receipts.push(receipt(n, us, { publisher: client }));
          const lies = (what: string): void => {
            planted.set(lie, (planted.get(lie) ?? 0) + 1);
            texts.push(`${client}'s will ${n} on t (connection 1: ${kind}) ${what}`);
          };
          if (mustNot) {
            if (lie !== 'forbidden') return;
            come(due);
            return lies(
              isKept && kind !== 'own-disconnect'
                ? 'was published although its session was resumed within the delay'
                : 'was published after its DISCONNECT',
            );
          }
          if (lie === 'missing') return lies('never came to sub');
          if (lie === 'late') {
            come((diesAtS + (isSudden ? 0 : keepAliveS * 1.5) + wait + 5.1) * S);
            return lies('was published too late for sub');
          }
          if (lie === 'early' && wait > 0 && isSudden && !isCutShort) {
            come((diesAtS + 1) * S);
            return lies('was published before its delay had passed');
          }
          come(due);
          if (lie !== 'twice') return;
          come(due + 1);
          lies('came to sub 2 times');
        });
        const { violations, undecided } = will.judge(rowsOf(connections, receipts, { endUs: 1000 * S }), calm);
        expect(violations.map(({ text }) => text).sort()).toEqual(texts.sort());
        expect(undecided).toBe(0);
      }),
      bounded(10_000),
    );
    for (const lie of LIES.slice(2)) expect([lie, (planted.get(lie) ?? 0) > 300]).toEqual([lie, true]);
  });
});
