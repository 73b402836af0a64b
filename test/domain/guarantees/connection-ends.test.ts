import { describe, expect, it } from 'vitest';
import {
  byClient,
  closes,
  endEarliestUs,
  endLatestUs,
  expiryUs,
  isOpened,
  opens,
  type Opened,
} from '../../../src/domain/guarantees/connection-ends.js';
import type { Connection } from '../../../src/domain/guarantees/history.js';
import { connection } from '../../../testing/guarantee-history.js';

const S = 1_000_000;
const opened = (over: Partial<Connection> = {}): Opened => ({
  ...connection({ closedUs: 60 * S, closedBy: 'peer', ...over }),
  openedUs: over.openedUs ?? 1,
});

describe('the ends of a connection', () => {
  it('are those of each client, in the order of its numbers', () => {
    const rows = [connection({ number: 2 }), connection({ client: 'b' }), connection()];
    expect([...byClient(rows)].map(([client, list]) => [client, list.map(({ number }) => number)])).toEqual([
      ['sub', [1, 2]],
      ['b', [1]],
    ]);
    expect(rows.map(({ number }) => number)).toEqual([2, 1, 1]);
    const [first, second, other] = [opened(), opened({ number: 2 }), connection({ client: 'other' })];
    expect(byClient([second, other, first])).toEqual(
      new Map([
        ['sub', [first, second]],
        ['other', [other]],
      ]),
    );
    expect([connection(), connection({ openedUs: null })].map(isOpened)).toEqual([true, false]);
  });

  it('may be earlier for the broker by one and a half times the keep-alive, unless the client closed it itself', () => {
    expect(endEarliestUs(opened())).toBe(52.5 * S);
    expect(endEarliestUs(opened({ openedUs: 55 * S }))).toBe(55 * S);
    for (const keepAliveS of [0, null]) expect(endEarliestUs(opened({ keepAliveS }))).toBe(1);
    for (const closedBy of ['own-cut', 'own-disconnect', 'own-mute'] as const)
      expect(endEarliestUs(opened({ closedBy }))).toBe(60 * S);
    expect(endEarliestUs(opened({ closedUs: null, closedBy: null }))).toBe(Infinity);
  });

  it('may be noticed as much later, unless the client said or showed it', () => {
    for (const closedBy of ['own-disconnect', 'own-disconnect-with-will', 'own-cut'] as const)
      expect(endLatestUs(opened({ closedBy }))).toBe(60 * S);
    for (const closedBy of ['own-mute', 'peer', 'timeout', 'unknown'] as const) {
      expect(endLatestUs(opened({ closedBy }))).toBe(67.5 * S);
      expect(endLatestUs(opened({ closedBy, keepAliveS: 0 }))).toBe(Infinity);
      expect(endLatestUs(opened({ closedBy, keepAliveS: null }))).toBe(Infinity);
    }
    expect(endLatestUs(opened({ closedUs: null }))).toBe(Infinity);
  });

  it('leave a session behind for some seconds, or for ever', () => {
    expect([null, 0, 4].map((expiryS) => expiryUs(connection({ expiryS })))).toEqual([Infinity, 0, 4 * S]);
  });

  it('are shown as moments', () => {
    const who = 'sub';
    expect(opens(opened({ openedUs: 7 }))).toEqual({
      ...{ us: 7, who, what: 'connect', text: 'connection 1 to 127.0.0.1:1883' },
    });
    expect(opens(opened(), 'session present').text).toBe('connection 1 to 127.0.0.1:1883: session present');
    expect(closes(opened())).toEqual({ us: 60 * S, who, what: 'close', text: 'connection 1 ends: peer' });
    expect(closes(connection({ closedUs: null, openedUs: 5 }))).toMatchObject({
      us: 5,
      text: 'connection 1 ends: unknown',
    });
  });
});
