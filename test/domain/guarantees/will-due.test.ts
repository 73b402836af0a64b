import { describe, expect, it } from 'vitest';
import type { ClosedBy, Connection } from '../../../src/domain/guarantees/history.js';
import { EARLY_US } from '../../../src/domain/guarantees/connection-ends.js';
import { dueOf, GRACE_US, type Testator } from '../../../src/domain/guarantees/will-due.js';
import { calm, connection } from '../../../testing/guarantee-history.js';

const S = 1_000_000;

const dead = (closedBy: ClosedBy, delayS = 0, over: Partial<Connection> = {}): Testator => ({
  ...connection({ keepAliveS: 4, closedBy, closedUs: 10 * S, ...over }),
  ...{ openedUs: 1, will: { topic: 't', seq: 0, qos: 1, delayS } },
});

const must = (earliestUs: number, dueUs: number) => ({ kind: 'must', earliestUs, dueUs, latestUs: dueUs + GRACE_US });

describe('dueOf', () => {
  it('is at once without a delay, and 1.5 times the keep-alive later where the broker has to notice', () => {
    expect(dueOf(dead('own-cut'), undefined, calm)).toEqual(must(-Infinity, 10 * S));
    expect(dueOf(dead('own-mute'), undefined, calm)).toEqual(must(-Infinity, 16 * S));
    expect(dueOf(dead('peer'), connection({ askedUs: 9 * S }), calm)).toEqual(must(-Infinity, 16 * S));
  });

  it('counts the delay from the earliest possible end to the latest, and no longer than the session', () => {
    expect(dueOf(dead('own-cut', 20), undefined, calm)).toEqual(must(30 * S - EARLY_US, 30 * S));
    expect(dueOf(dead('peer', 20), undefined, calm)).toEqual(must(24 * S - EARLY_US, 36 * S));
    expect(dueOf(dead('own-cut', 20, { expiryS: 3 }), undefined, calm)).toEqual(must(13 * S - EARLY_US, 13 * S));
    expect(dueOf(dead('own-cut', 20, { expiryS: 0 }), undefined, calm)).toEqual(must(-Infinity, 10 * S));
  });

  it('forbids a will after DISCONNECT, and of a session that was surely resumed in time', () => {
    const back = (us: number, over: Partial<Connection> = {}): string =>
      dueOf(dead('own-cut', 20), connection({ askedUs: us, openedUs: us, sessionPresent: true, ...over }), calm).kind;
    expect(dueOf(dead('own-disconnect', 20), undefined, calm).kind).toBe('must-not');
    expect(back(29 * S - 1)).toBe('must-not');
    expect(back(29 * S)).toBe('either');
    expect(back(30 * S + GRACE_US)).toBe('either');
    expect(back(30 * S + GRACE_US + 1)).toBe('must');
    for (const over of [{ clean: true }, { openedUs: null }, { sessionPresent: null }])
      expect(back(15 * S, over)).toBe('either');
    expect(back(0, { askedUs: null, openedUs: null })).toBe('either');
  });

  it('is open, or not known, as the end of the connection is', () => {
    expect(dueOf(dead('unknown'), undefined, calm).kind).toBe('either');
    expect(dueOf(dead('peer', 0, { closedUs: null, closedBy: null }), undefined, calm).kind).toBe('open');
  });
});
