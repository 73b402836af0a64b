import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/domain/guarantees/history.js';
import { isKept, isKeptToEnd, isNeverAway } from '../../../src/domain/guarantees/kept.js';
import { connection } from '../../../testing/guarantee-history.js';

const S = 1e6;
const first = connection({ openedUs: S, closedUs: 10 * S });
const second = (over: Partial<Connection> = {}): Connection =>
  connection({ number: 2, askedUs: 11 * S, openedUs: 12 * S, sessionPresent: true, ...over });

describe('a session', () => {
  it('is kept by a connection that finds it again', () => {
    expect(isKept([first, second()], 1, 2)).toBe(true);
    expect(isKept([first, second({ closedUs: 13 * S }), second({ number: 3, openedUs: 20 * S })], 1, 3)).toBe(true);
  });

  it.each([
    ['it was not found', [first, second({ sessionPresent: false })]],
    ['nobody knows whether it was found', [first, second({ sessionPresent: null })]],
    ['the client began a new one', [first, second({ clean: true })]],
    ['the second connection is not recorded', [first]],
    ['the first connection is not recorded', [second()]],
    ['the second attempt was refused', [first, second({ openedUs: null })]],
    ['the first attempt was refused', [{ ...first, openedUs: null }, second()]],
    ['one between them did not find it', [first, second({ number: 1.5, sessionPresent: false }), second()]],
    [
      'an attempt without an answer was a clean one',
      [first, second({ number: 1.5, openedUs: null, clean: true }), second()],
    ],
    ['it lives for a shorter time than the client was away', [{ ...first, expiryS: 1.9 }, second()]],
    [
      'an attempt without an answer made it live shorter',
      [first, second({ number: 1.5, openedUs: null, expiryS: 1 }), second()],
    ],
    ['nothing is recorded', undefined],
  ] as const)('is not surely kept where %s', (_, connections) => expect(isKept(connections, 1, 2)).toBe(false));

  it('is kept within its time, through a refused attempt, and by a takeover', () => {
    expect(isKept([{ ...first, expiryS: 2 }, second()], 1, 2)).toBe(true);
    expect(isKept([first, second({ number: 1.5, openedUs: null, sessionPresent: null }), second()], 1, 2)).toBe(true);
    expect(isKept([{ ...first, expiryS: 0, closedUs: null }, second()], 1, 2)).toBe(true);
    expect(isKept([{ ...first, expiryS: 0, closedUs: 13 * S }, second()], 1, 2)).toBe(true);
  });

  it('is that of one connection, whatever is recorded of it', () => expect(isKept(undefined, 1, 1)).toBe(true));

  it('is kept to the end where the client is connected at the end', () => {
    expect(isKeptToEnd([first, second()], 1, 60 * S)).toBe(true);
    expect(isKeptToEnd([first, second({ closedUs: 60 * S })], 1, 60 * S)).toBe(true);
    expect(isKeptToEnd([first, second({ closedUs: 59 * S })], 1, 60 * S)).toBe(false);
    expect(isKeptToEnd([first, second({ openedUs: null })], 1, 60 * S)).toBe(false);
    expect(isKeptToEnd([first, second({ sessionPresent: false })], 1, 60 * S)).toBe(false);
    expect(isKeptToEnd([first, second({ sessionPresent: false })], 2, 60 * S)).toBe(true);
    expect(isKeptToEnd(undefined, 1, 60 * S)).toBe(false);
  });
});

it('says whether a client was connected from a moment to the end', () => {
  const away = (us: number, ...connections: Connection[]) => !isNeverAway(connections, us, 60 * S);
  expect([0.5 * S, S, 9 * S, 12 * S, 20 * S].map((us) => away(us, first, second()))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(away(S, connection())).toBe(false);
  expect(away(S, { ...first, closedUs: 12 * S }, second())).toBe(false);
  expect(away(S, first)).toBe(true);
  expect(away(20 * S, first, second({ openedUs: null }))).toBe(true);
  expect(!isNeverAway(undefined, S, 60 * S)).toBe(true);
});
