import { describe, expect, it } from 'vitest';
import { crowdFigures } from '../../src/domain/crowd.js';
import type { Connection } from '../../src/domain/guarantees/history.js';
import { connection, history, subscription } from '../../testing/guarantee-history.js';

const [INJECTED, END] = [10_000, 1_000_000];
const figuresOf = (connections: readonly Connection[], more: object = {}) =>
  crowdFigures('go', history({ endUs: END, connections, subscriptions: [], ...more }), {
    fromUs: INJECTED,
    untilUs: END,
  });

/** A client that is thrown out 1 ms after the injection, with what comes after that. */
const thrown = (client: string, ...later: Partial<Connection>[]): Connection[] => [
  connection({ client, closedUs: INJECTED + 1000, closedBy: 'peer' }),
  ...later.map((one, i) => connection({ client, number: i + 2, openedUs: null, sessionPresent: true, ...one })),
];

/** Back with its session after so many ms, of which the broker had the last one. */
const backAfter = (client: string, ms: number): Connection[] =>
  thrown(client, { askedUs: INJECTED + (ms - 1) * 1000, openedUs: INJECTED + ms * 1000 });

describe('of a crowd', () => {
  it('those count that were connected at the injection, and were thrown out after it by somebody else', () => {
    const own = (closedBy: Connection['closedBy'], closedUs = INJECTED + 5) =>
      connection({ client: `c-${closedBy}-${closedUs}`, closedUs, closedBy });
    const all = [own('own-disconnect'), own('own-cut'), own('peer'), own('timeout'), own('unknown'), own(null, END)];
    const others = [
      connection({ client: 'stays' }),
      own('peer', INJECTED - 1),
      connection({ client: 'late', openedUs: INJECTED + 1 }),
      connection({ client: 'refused', openedUs: null }),
    ];
    expect(figuresOf([...all, ...others])).toMatchObject({ connections: 7, thrownOut: 4, back: 0 });
    expect(figuresOf([connection({ client: 'stays' })])).toMatchObject({ thrownOut: 0, allBackMs: null });
  });

  it('half, 99 % and all are back when so many of the thrown-out are', () => {
    const crowd = Array.from({ length: 200 }, (_, n) => backAfter(`c${n}`, n + 2)).flat();
    expect(figuresOf(crowd)).toMatchObject({
      ...{ connections: 200, thrownOut: 200, back: 200 },
      ...{ halfBackMs: 101, mostBackMs: 199, allBackMs: 201 },
    });
    const one = thrown('never', { askedUs: INJECTED + 2000, closedUs: INJECTED + 3000, closedBy: 'timeout' });
    expect(figuresOf([...crowd, ...one])).toMatchObject({ back: 200, mostBackMs: 200, allBackMs: null });
  });

  it('who is thrown out again is back when it is so for good, or is not', () => {
    const again = (closedBy: Connection['closedBy']) =>
      thrown(
        'c',
        { askedUs: INJECTED + 2000, openedUs: INJECTED + 3000, closedUs: INJECTED + 4000, closedBy: 'peer' },
        { askedUs: INJECTED + 5000, openedUs: INJECTED + 6000, closedUs: END, closedBy },
      );
    expect(figuresOf(again('own-disconnect'))).toMatchObject({ thrownOut: 1, back: 1, allBackMs: 6, pausePercent: 50 });
    expect(figuresOf(again('peer'))).toMatchObject({ thrownOut: 1, back: 0, allBackMs: null });
  });

  it('who lost its session is back with its new subscription, if that is granted', () => {
    const back = thrown('c', { askedUs: INJECTED + 2000, openedUs: INJECTED + 3000, sessionPresent: false });
    const answered = (granted: number, number = 2) => ({
      subscriptions: [
        subscription({ client: 'c', connection: number, answeredUs: INJECTED + 7000, granted }),
        subscription({ client: 'other', connection: 2, answeredUs: 1 }),
      ],
    });
    expect(figuresOf(back, answered(1))).toMatchObject({ allBackMs: 7, sessions: 1, sessionsPresent: 0 });
    expect(figuresOf(back, answered(0x80)).back).toBe(0);
    expect(figuresOf(back, answered(1, 1)).back).toBe(0);
  });

  it('sessions are those of who did not ask for a clean one, on the first connection that let it in', () => {
    const first = { askedUs: INJECTED + 2000, openedUs: INJECTED + 3000, closedUs: INJECTED + 4000 } as const;
    const second = { askedUs: INJECTED + 5000, openedUs: INJECTED + 6000 };
    const kept = [...backAfter('kept', 2), ...thrown('lost', { ...first, sessionPresent: false }, second)];
    const clean = thrown('clean', { ...second, clean: true, sessionPresent: false });
    expect(figuresOf([...kept, ...clean])).toMatchObject({ sessions: 2, sessionsPresent: 1 });
  });

  it('CONNECTs that were refused, and those that got no CONNACK, are counted from the injection on', () => {
    const asked = (client: string, us: number, over: Partial<Connection> = {}) =>
      connection({ client, askedUs: us, openedUs: null, closedUs: us + 1, ...over });
    const refused = [asked('a', INJECTED, { refusedWith: 3 }), asked('b', INJECTED - 1, { refusedWith: 3 })];
    const failed = [asked('c', INJECTED + 1), asked('d', END - 1, { closedUs: null }), asked('e', INJECTED - 1)];
    expect(figuresOf([...refused, ...failed, ...backAfter('f', 9)])).toMatchObject({ refused: 1, failed: 2 });
  });

  it('the time on the way back is that of its own pauses, or of waiting for a broker', () => {
    // Thrown out at 1 ms: it pauses for 3 ms, waits for 1, pauses for 3, and waits for 3.
    const after = (over: Partial<Connection>) =>
      thrown(
        'slow',
        { askedUs: INJECTED + 4000, closedBy: 'timeout', ...over },
        { askedUs: INJECTED + 8000, openedUs: INJECTED + 11_000 },
      );
    const slow = after({ closedUs: INJECTED + 5000 });
    expect(figuresOf(slow)).toMatchObject({ pausePercent: 60, lastPausePercent: 60 });
    // An attempt of which no end is recorded lasts until the next one.
    expect(figuresOf(after({ closedUs: null }))).toMatchObject({ pausePercent: 30 });
    // At once, and then 2 ms of the broker.
    const quick = thrown('quick', { askedUs: INJECTED + 1000, openedUs: INJECTED + 3000 });
    expect(figuresOf([...slow, ...quick])).toMatchObject({ pausePercent: 50, lastPausePercent: 60 });
    expect(figuresOf([connection()])).toMatchObject({ pausePercent: null, lastPausePercent: null });
  });

  it('only what comes before the next thing that is done counts', () => {
    const both = [...backAfter('early', 5), ...backAfter('late', 50)];
    const until = (us: number) =>
      crowdFigures('go', history({ connections: both }), { fromUs: INJECTED, untilUs: INJECTED + us });
    expect(until(50_000)).toMatchObject({ thrownOut: 2, back: 2 });
    expect(until(49_999)).toMatchObject({ thrownOut: 2, back: 1, halfBackMs: 5, allBackMs: null });
    const next = connection({ client: 'next', closedUs: INJECTED + 60_000, closedBy: 'peer' });
    const window = { fromUs: INJECTED, untilUs: INJECTED + 50_000 };
    expect(crowdFigures('go', history({ connections: [next] }), window)).toMatchObject({ thrownOut: 0 });
  });
});
