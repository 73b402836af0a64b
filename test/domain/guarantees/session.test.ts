import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_LIMITS, type Circumstances } from '../../../src/domain/guarantees/guarantee.js';
import type { Connection } from '../../../src/domain/guarantees/history.js';
import { ANOTHER, session } from '../../../src/domain/guarantees/session.js';
import { calm, connection, history } from '../../../testing/guarantee-history.js';
import { bounded, timeout } from '../../../testing/properties.js';

const S = 1_000_000;

const judge = (connections: Connection[], at: Circumstances = calm) => session.judge(history({ connections }), at);

/** State, cases, violations, undecided. */
const briefly = (connections: Connection[], at?: Circumstances) => {
  const { state, checked, violations, undecided } = judge(connections, at);
  return [state, checked, violations.length, undecided];
};

const first = (over: Partial<Connection> = {}) =>
  connection({ askedUs: 1 * S, openedUs: 2 * S, closedUs: 3 * S, closedBy: 'peer', ...over });
const back = (over: Partial<Connection> = {}) =>
  connection({ number: 2, askedUs: 8 * S, openedUs: 9 * S, sessionPresent: false, ...over });

const HELD = ['held', 1, 0, 0];
const VIOLATED = ['violated', 1, 1, 0];
const UNDECIDED = ['undecided', 1, 0, 1];
const NO_CASE = ['undecided', 0, 0, 0];

describe('session', () => {
  it('is violated by a client that was told that its session is gone, although it cannot have expired', () => {
    const { state, checked, violations } = judge([first(), back()]);
    expect([state, checked, violations.map(({ text }) => text)]).toEqual([
      'violated',
      1,
      ["sub's session had not expired, and it was told that there is none"],
    ]);
    expect(violations[0]?.moments.map(({ us, text }) => [us / S, text])).toEqual([
      [2, 'connection 1 to 127.0.0.1:1883'],
      [3, 'connection 1 ends: peer'],
      [9, 'connection 2 to 127.0.0.1:1883: session not present'],
    ]);
    expect(briefly([first(), back({ sessionPresent: true })])).toEqual(HELD);
  });

  it('reads connections in the order of their numbers, client by client', () => {
    expect(briefly([back(), first()])).toEqual(VIOLATED);
    expect(briefly([first({ client: 'another' }), back()])).toEqual(NO_CASE);
  });

  it('judges a ledger of version 1, without the times of CONNECT', () => {
    const old = { askedUs: null, keepAliveS: null, closedBy: 'unknown' } as const;
    for (const expiryS of [null, 1800]) {
      expect(briefly([first({ ...old, expiryS }), back({ ...old, expiryS })])).toEqual(VIOLATED);
      expect(briefly([first({ ...old, expiryS }), back({ ...old, expiryS, sessionPresent: true })])).toEqual(HELD);
    }
    expect(briefly([first({ ...old, expiryS: 1800 }), back({ ...old, openedUs: 1801 * S })])).toEqual(NO_CASE);
    const clean = { ...old, clean: true, expiryS: 0 };
    for (const sessionPresent of [true, false, null])
      expect(briefly([first(clean), back({ ...clean, sessionPresent })])).toEqual(NO_CASE);
  });

  it('shows the end of the connection before only where it came before', () => {
    const { violations } = judge([first({ closedUs: 10 * S }), back()]);
    expect(violations[0]?.moments.map(({ what }) => what)).toEqual(['connect', 'connect']);
    expect(judge([first({ closedUs: 9 * S }), back()]).violations[0]?.moments).toHaveLength(3);
  });

  it('has no case where the broker owes no session', () => {
    expect(briefly([back()])).toEqual(NO_CASE);
    expect(briefly([first(), back({ clean: true })])).toEqual(NO_CASE);
    expect(briefly([first(), back({ sessionPresent: null })])).toEqual(NO_CASE);
    expect(briefly([first({ openedUs: null }), back()])).toEqual(NO_CASE);
    expect(briefly([first({ expiryS: 0 }), back()])).toEqual(NO_CASE);
    for (const expiryS of [null, 0]) expect(briefly([first({ clean: true, expiryS }), back()])).toEqual(NO_CASE);
    expect(briefly([first({ clean: true, expiryS: 100 }), back()])).toEqual(VIOLATED);
  });

  it('has no case once the session may have expired, counted from its CONNECT, with one second less', () => {
    expect(briefly([first({ expiryS: 9 }), back()])).toEqual(NO_CASE);
    expect(briefly([first({ expiryS: 9 }), back({ openedUs: 9 * S - 1 })])).toEqual(VIOLATED);
    expect(briefly([first({ expiryS: 10 }), back()])).toEqual(VIOLATED);
  });

  it('cannot tell after a CONNECT without an answer that may have ended a session, however late', () => {
    const silent = (over: Partial<Connection>) =>
      connection({ number: 2, askedUs: 4 * S, openedUs: null, sessionPresent: null, ...over });
    const third = back({ number: 3 });
    expect(briefly([first(), silent({ clean: true }), third])).toEqual(UNDECIDED);
    expect(judge([first(), silent({ clean: true }), third]).why).toBe(`1 × ${ANOTHER}`);
    expect(briefly([first(), silent({ expiryS: 6 }), third])).toEqual(UNDECIDED);
    expect(briefly([first(), silent({ expiryS: 7 }), third])).toEqual(VIOLATED);
    expect(briefly([first(), silent({}), third])).toEqual(VIOLATED);
    expect(briefly([first(), silent({ askedUs: null, expiryS: 8 }), third])).toEqual(UNDECIDED);
    expect(briefly([first({ number: 3 }), silent({ clean: true }), back({ number: 4 })])).toEqual(UNDECIDED);
    const present = { number: 3, sessionPresent: true };
    expect(briefly([first(), silent({ clean: true }), back(present)])).toEqual(HELD);
    const late = back({ number: 4, askedUs: 20 * S, openedUs: 21 * S });
    expect(briefly([first(), silent({ clean: true }), back(present), late])).toEqual(['undecided', 2, 0, 1]);
  });

  it('cannot tell of a client that had two CONNECTs under way together, at whatever time', () => {
    expect(briefly([first(), back({ askedUs: 2 * S - 1 })])).toEqual(UNDECIDED);
    expect(briefly([first(), back({ askedUs: 2 * S })])).toEqual(VIOLATED);
    const late = (askedS: number) => back({ number: 3, askedUs: askedS * S, openedUs: 21 * S });
    expect(briefly([first(), back({ askedUs: 1 * S }), late(20)])).toEqual(['undecided', 2, 0, 2]);
    expect(briefly([first(), back(), late(8.5)])).toEqual(['undecided', 2, 0, 2]);
    expect(briefly([first(), back(), late(9)])).toEqual(['violated', 2, 2, 0]);
  });

  it('cannot tell after a fault, unless one broker was hurt and its death is declared to be survived', () => {
    const at = (victims: string[] | null, survivesDeath: boolean | null, injectedUs = 4 * S): Circumstances => ({
      fault: { injectedUs, recoveredUs: 5 * S, victims },
      broker: { ...NO_LIMITS, survivesDeath },
    });
    const rows = [first(), back()];
    for (const survives of [null, false]) {
      expect(briefly(rows, at(['127.0.0.1:1883'], survives))).toEqual(UNDECIDED);
      expect(briefly(rows, at(['another'], survives))).toEqual(UNDECIDED);
      expect(briefly(rows, at(['another'], survives, 9 * S))).toEqual(UNDECIDED);
      expect(briefly(rows, at(['another'], survives, 9 * S + 1))).toEqual(VIOLATED);
    }
    expect(judge(rows, at(null, null)).why).toContain('may have died');
    expect(briefly(rows, at(['127.0.0.1:1883'], true))).toEqual(VIOLATED);
    for (const victims of [null, [], ['a', 'b']]) expect(briefly(rows, at(victims, true))).toEqual(UNDECIDED);
    expect(briefly([first(), back({ sessionPresent: true })], at(null, null))).toEqual(HELD);
  });
});

/** One CONNECT in seconds, with what only the broker knows: whether and when it took it, and when it noticed its end. */
const attempt = fc.record({
  gapS: fc.integer({ min: 0, max: 6 }),
  answeredS: fc.nat(2),
  isAnswered: fc.constantFrom(true, true, true, false),
  takenS: fc.constantFrom(0, 1, 2, 9, Infinity),
  noticedS: fc.constantFrom(0, 3, Infinity),
  clean: fc.constantFrom(false, false, false, true),
  expiryS: fc.constantFrom(null, null, 0, 4, 9),
});
const script = fc.record({
  attempts: fc.array(attempt, { minLength: 2, maxLength: 5 }),
  /** When a fault wiped out every session; infinite: there was none. */
  wipedS: fc.constantFrom(Infinity, Infinity, 3, 8),
  lie: fc.nat(3),
});
type Script = typeof script extends fc.Arbitrary<infer Of> ? Of : never;

/** Event by event, what a broker that keeps the standard does with these CONNECTs. A session is the time of its end: known only by whoever took it. */
function honest({ attempts, wipedS }: Script): Connection[] {
  let askedS = 0;
  const rows = attempts.map((of, i) => {
    askedS += of.gapS;
    const takenS = askedS + (of.isAnswered ? Math.min(of.takenS, of.answeredS) : of.takenS);
    return { of, i, askedS, takenS, sessionPresent: null as boolean | null };
  });
  let endsS = -Infinity;
  let wasTakenS = -Infinity;
  for (const row of rows.filter(({ takenS }) => takenS < Infinity).sort((a, b) => a.takenS - b.takenS || a.i - b.i)) {
    const isWiped = wasTakenS <= wipedS && wipedS <= row.takenS;
    row.sessionPresent = !row.of.clean && !isWiped && row.takenS < endsS;
    wasTakenS = row.takenS;
    endsS = row.takenS + row.of.noticedS + (row.of.expiryS ?? Infinity);
  }
  return rows.map(({ of: { clean, expiryS, isAnswered, answeredS }, ...row }) =>
    connection({
      ...{ number: row.i + 1, clean, expiryS, askedUs: row.askedS * S },
      ...(isAnswered
        ? { openedUs: (row.askedS + answeredS) * S, sessionPresent: row.sessionPresent }
        : { openedUs: null, sessionPresent: null }),
    }),
  );
}

describe('session, against a broker that knows what it does', () => {
  const faulty = (wipedS: number): Circumstances =>
    wipedS === Infinity
      ? calm
      : { ...calm, fault: { injectedUs: wipedS * S, recoveredUs: wipedS * S, victims: ['another'] } };

  it('finds each lie that can be proved, and none where there is none', { timeout }, () => {
    let proved = 0;
    fc.assert(
      fc.property(script, (asked) => {
        const rows = honest(asked);
        const at = faulty(asked.wipedS);
        expect(judge(rows, at).violations).toEqual([]);
        const lied = rows.findIndex(({ sessionPresent }, i) => i > asked.lie && sessionPresent === true);
        const [before, row] = [rows[lied - 1], rows[lied]];
        if (row === undefined) return;
        const liar = rows.with(lied, { ...row, sessionPresent: false });
        const isPlain = rows.every(
          ({ openedUs, askedUs }, i) => openedUs !== null && askedUs! >= (rows[i - 1]?.openedUs ?? 0),
        );
        const awayS = (row.openedUs! - before!.askedUs!) / S;
        const isKept = before!.clean ? (before!.expiryS ?? 0) > 0 : true;
        const isProved =
          isPlain && isKept && asked.wipedS * S > row.openedUs! && awayS < (before!.expiryS ?? Infinity) - 1;
        if (isProved) proved += 1;
        const { violations } = judge(liar, at);
        if (isPlain) expect(violations).toHaveLength(isProved ? 1 : 0);
        for (const { moments } of violations) expect(moments.at(-1)?.us).toBe(row.openedUs);
      }),
      bounded(10_000),
    );
    expect(proved).toBeGreaterThan(300);
  });

  it('is linear: a hundred thousand connections of one client', () => {
    const many = Array.from({ length: 100_000 }, (_, i) =>
      connection({ number: i + 1, askedUs: i * S, openedUs: i % 2 === 0 ? i * S : null, sessionPresent: true }),
    );
    expect(judge(many)).toMatchObject({ state: 'held', checked: 49_999 });
  });
});
