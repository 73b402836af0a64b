import { describe, expect, it } from 'vitest';
import type { Connection, History } from '../../../src/domain/guarantees/history.js';
import { isConnected, noticeUs, standingsOf } from '../../../src/domain/guarantees/subscribed.js';
import { connection, history, subscription } from '../../../testing/guarantee-history.js';

const one = (over: Partial<History>) => standingsOf(history({ endUs: 100, ...over }))[0];
const first = (over: Partial<Connection> = {}) => connection({ closedUs: 20, closedBy: 'peer', ...over });
const next = (over: Partial<Connection> = {}) =>
  connection({ number: 2, askedUs: 30, openedUs: 31, sessionPresent: true, ...over });

describe('a subscription', () => {
  it('stands as long as its connection, or as the session goes on', () => {
    expect(one({})).toMatchObject({ grantedUs: 3, endsUs: Infinity, isThere: true });
    expect(one({ connections: [next(), first()] })).toMatchObject({ endsUs: Infinity, isThere: true });
    expect(one({ connections: [first({ closedUs: 100 })] })).toMatchObject({ isThere: true });
    expect(one({ connections: [first({ closedUs: 99 })] })).toMatchObject({ endsUs: Infinity, isThere: false });
  });

  it('ends with a session that does not outlive the connection', () => {
    for (const connections of [[first({ expiryS: 0 })], [first({ expiryS: 0 }), next()]])
      expect(one({ connections })).toMatchObject({ endsUs: 20, isThere: false });
    expect(one({ connections: [first({ expiryS: 0, closedUs: null }), next()] })).toMatchObject({ endsUs: 30 });
  });

  it('ends where a later connection starts anew, or its session was not there', () => {
    for (const [over, endsUs] of [
      [{ clean: true }, 30],
      [{ clean: true, openedUs: null }, 30],
      [{ clean: true, askedUs: null }, 31],
      [{ sessionPresent: false }, 31],
      [{ sessionPresent: null }, 31],
    ] as const)
      expect(one({ connections: [first(), next(over)] })).toMatchObject({ endsUs, isThere: false });
  });

  it('does not mind a connection that was refused, of before, or of another client', () => {
    const refused = next({ openedUs: null, sessionPresent: null });
    expect(one({ connections: [first(), refused, next({ number: 3 })] })).toMatchObject({ isThere: true });
    expect(one({ connections: [first(), next({ client: 'other', clean: true })] })).toMatchObject({ endsUs: Infinity });
    const subscriptions = [subscription({ connection: 2 })];
    expect(one({ connections: [first({ expiryS: 0 }), next()], subscriptions })).toMatchObject({ isThere: true });
    expect(one({ connections: [next({ openedUs: null })], subscriptions })).toMatchObject({ isThere: false });
  });

  it('is known of nothing where its connection is not recorded', () => {
    for (const connections of [[], [next()]])
      expect(one({ connections })).toMatchObject({ connections: [], endsUs: Infinity, isThere: false });
  });

  it('is replaced by the next one to the same filter, and stands unanswered, but not refused', () => {
    const rows = [
      subscription({ answeredUs: 9 }),
      subscription({ answeredUs: 5 }),
      subscription({ filter: 'u', answeredUs: 6 }),
      subscription({ answeredUs: 7, granted: 0x80 }),
      subscription({ answeredUs: null, granted: null }),
    ];
    const standings = standingsOf(history({ subscriptions: rows }));
    expect(standings.map(({ row, grantedUs, endsUs }) => [row.filter, grantedUs, endsUs])).toEqual([
      ['t', 5, 9],
      ['t', 9, Infinity],
      ['t', Infinity, Infinity],
      ['u', 6, Infinity],
    ]);
  });
});

describe('connected', () => {
  const S = 1_000_000;
  it('is who was let in before and did not leave until after', () => {
    const connections = [connection({ openedUs: 10, closedUs: 20, closedBy: 'own-cut' })];
    expect([9, 10, 19].map((from) => isConnected({ connections }, from, 19))).toEqual([false, true, true]);
    expect(isConnected({ connections }, 10, 20)).toBe(false);
    expect(isConnected({ connections: [connection()] }, 10, 20)).toBe(true);
    expect(isConnected({ connections: [connection({ openedUs: null })] }, 10, 20)).toBe(false);
    expect(isConnected({ connections: [] }, 10, 20)).toBe(false);
  });

  it('is nobody whom the broker may have given up already', () => {
    for (const closedBy of ['peer', 'timeout', 'unknown', null] as const) {
      const connections = [connection({ keepAliveS: 4, closedUs: 20 * S, closedBy })];
      expect([14 * S - 1, 14 * S].map((to) => isConnected({ connections }, S, to))).toEqual([true, false]);
    }
    expect([noticeUs(connection({ keepAliveS: null })), noticeUs(connection({ keepAliveS: 0 }))]).toEqual([
      Infinity,
      Infinity,
    ]);
  });
});
