import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_LIMITS, type Circumstances } from '../../../src/domain/guarantees/guarantee.js';
import type { Connection, History, Receipt, Send, Subscription } from '../../../src/domain/guarantees/history.js';
import { session } from '../../../src/domain/guarantees/session.js';
import { ack, calm, connection, history, receipt, send, subscription } from '../../../testing/guarantee-history.js';
import { bounded, timeout } from '../../../testing/properties.js';

const S = 1_000_000;
const declared: Circumstances = { fault: null, broker: { ...NO_LIMITS, queuedMessages: 1000 } };

describe('session', () => {
  it('has its cases in what the broker said of sessions, and in what it kept of them', () => {
    const rows = history({
      endUs: 60 * S,
      connections: [
        connection({ closedUs: 10 * S, closedBy: 'own-cut' }),
        connection({ number: 2, askedUs: 20 * S, openedUs: 21 * S, sessionPresent: true }),
      ],
      sends: [send(0, 12 * S), send(1, 13 * S), send(2, 30 * S)],
      acks: [ack(0, 14 * S), ack(1, 14 * S), ack(2, 31 * S)],
      receipts: [receipt(0, 22 * S, { connection: 2 }), receipt(2, 32 * S, { connection: 2 })],
    });
    const { state, checked, violations } = session.judge(rows, declared);
    expect([state, checked, violations.map(({ text }) => text)]).toEqual([
      'violated',
      5,
      ["pub's message 1 on t was acknowledged while sub was away, and never came although its session was resumed"],
    ]);
    expect(violations[0]?.moments.map(({ us, who }) => [us / S, who])).toEqual([
      [10, 'sub'],
      [13, 'pub'],
      [14, 'pub'],
      [21, 'sub'],
      [60, 'sub'],
    ]);
    expect(session.judge(rows, calm)).toMatchObject({ state: 'undecided', violations: [], undecided: 1 });
  });

  it('judges what a ledger of version 1 has: no times of CONNECT, first receipts alone', () => {
    const rows = history({
      endUs: 60 * S,
      recorded: { everySend: false, everyReceipt: false },
      connections: [
        connection({ askedUs: null, keepAliveS: null, closedUs: 10 * S, closedBy: 'peer' }),
        connection({ askedUs: null, keepAliveS: null, number: 2, openedUs: 21 * S, sessionPresent: false }),
      ],
    });
    expect(session.judge(rows, calm).violations.map(({ text }) => text)).toEqual([
      "sub's session had not expired, and it was told that there is none",
    ]);
  });
});

/** What a client does: how long each connection and the time after it are, in seconds, and whether it asks for a clean start. */
interface Script {
  readonly expiryS: number | null;
  readonly stints: readonly { readonly upS: number; readonly awayS: number; readonly clean: boolean }[];
  readonly pick: readonly number[];
  readonly plant: 'nothing' | 'lost' | 'gone' | 'absent' | 'late' | 'clean';
}

const script: fc.Arbitrary<Script> = fc.record({
  expiryS: fc.constantFrom(null, 4, 9),
  stints: fc.array(
    fc.record({
      upS: fc.integer({ min: 1, max: 4 }),
      awayS: fc.integer({ min: 1, max: 16 }),
      clean: fc.nat(5).map((n) => n === 0),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  pick: fc.array(fc.nat(1000), { minLength: 1, maxLength: 4 }),
  plant: fc.constantFrom('nothing', 'lost', 'gone', 'absent', 'late', 'clean'),
});

const TOPICS = ['a/1', 'a/2'];
const at = (second: number, ms = 0): number => second * S + ms * 1000;

/** A broker that lives second by second, and does what the standard says: its rows, with what a lie can be planted in. */
function honest({ expiryS, stints }: Script) {
  const connections: Connection[] = [];
  const subscriptions: Subscription[] = [];
  const sends: Send[] = [];
  const receipts: Receipt[] = [];
  const lost: Receipt[] = [];
  let seq = 0;
  let second = 0;
  let hasSession = false;
  let leftS = -Infinity;
  let queue: Receipt[] = [];
  const publish = (isUp: boolean, number: number, gapOf: number | null): void => {
    for (const topic of TOPICS) {
      sends.push(send(seq, at(second, 100), { topic }));
      const got = receipt(seq, at(second, 300), { topic, connection: number });
      if (isUp) receipts.push(got);
      else if (hasSession && gapOf !== null) queue.push(got);
      seq += 1;
    }
    second += 1;
  };
  stints.forEach(({ upS, awayS, clean }, i) => {
    const number = i + 1;
    const isPresent = hasSession && !clean;
    if (!isPresent) queue = [];
    const isLast = i === stints.length - 1;
    const closedUs = isLast ? null : at(second + upS + 1);
    connections.push(
      connection({
        number,
        clean,
        expiryS,
        sessionPresent: isPresent,
        askedUs: at(second, 0),
        openedUs: at(second, 50),
        closedUs,
        closedBy: isLast ? null : 'own-cut',
      }),
    );
    if (!isPresent)
      subscriptions.push(
        subscription({ connection: number, filter: 'a/+', sentUs: at(second, 60), answeredUs: at(second, 70) }),
      );
    hasSession = true;
    for (const waiting of queue) {
      const late = { ...waiting, us: at(second, 90), connection: number };
      receipts.push(late);
      lost.push(late);
    }
    queue = [];
    for (let n = 0; n <= upS; n += 1) publish(true, number, null);
    if (isLast) return;
    leftS = second;
    for (let n = 0; n < awayS; n += 1) {
      if (expiryS !== null && second - leftS >= expiryS) hasSession = false;
      publish(false, number, number);
    }
    if (expiryS !== null && second - leftS >= expiryS) hasSession = false;
  });
  const acks = sends.map((one) => ack(one.seq, one.us + 50_000, { topic: one.topic }));
  return { rows: history({ endUs: at(second + 20), connections, subscriptions, sends, acks, receipts }), lost };
}

const chosen = <One>(pick: readonly number[], from: readonly One[]): One[] =>
  from.length === 0 ? [] : [...new Set(pick.map((n) => from[n % from.length]!))];

/** Seconds between this connection and the one before. */
const awayS = (connections: readonly Connection[], i: number): number =>
  (connections[i]!.openedUs! - connections[i - 1]!.closedUs!) / S;

const flip = (rows: History, i: number | undefined, sessionPresent: boolean): History => ({
  ...rows,
  connections: rows.connections.map((one, n) => (n === i ? { ...one, sessionPresent } : one)),
});

/** The history with a lie in it, and the sentences that name it. */
function planted(asked: Script): { readonly rows: History; readonly texts: string[] } {
  const { rows, lost } = honest(asked);
  const { connections } = rows;
  const indices = connections.map((_, i) => i).slice(1);
  // What a session owes that its client gave up before the end of the drain, nobody can tell.
  const lastLife = connections.findLastIndex(({ sessionPresent }) => sessionPresent === false);
  const without = (gone: (row: Receipt) => boolean): History => ({
    ...rows,
    receipts: rows.receipts.filter((row) => !gone(row)),
  });
  switch (asked.plant) {
    case 'nothing':
      return { rows, texts: [] };
    case 'lost': {
      const out = chosen(
        asked.pick,
        lost.filter((row) => row.connection > lastLife + 1),
      );
      return { rows: without((row) => out.includes(row)), texts: out.map(({ seq }) => `pub's message ${seq} on `) };
    }
    case 'gone': {
      const resumed = indices.filter((i) => i > lastLife);
      const sites = chosen(
        asked.pick,
        resumed.flatMap((i) =>
          TOPICS.map((topic) => ({ from: connections[i]!.openedUs!, to: connections[i]!.closedUs ?? Infinity, topic })),
        ),
      );
      const isGone = (row: Receipt): boolean =>
        sites.some(
          ({ from, to, topic }) =>
            row.topic === topic && rows.sends[row.seq]!.us > from && rows.sends[row.seq]!.us < to,
        );
      return {
        rows: without(isGone),
        texts: sites.map(
          ({ topic }) => ` on ${topic} that were acknowledged afterwards came: its subscription is gone`,
        ),
      };
    }
    case 'absent': {
      const [i] = chosen(
        asked.pick,
        indices.filter(
          (n) => connections[n]?.sessionPresent && awayS(connections, n) < (asked.expiryS ?? Infinity) - 1,
        ),
      );
      return { rows: flip(rows, i, false), texts: i === undefined ? [] : ['had not expired'] };
    }
    case 'late': {
      const [i] = chosen(
        asked.pick,
        indices.filter((n) => !connections[n]?.clean && awayS(connections, n) > (asked.expiryS ?? Infinity) + 5.1),
      );
      return { rows: flip(rows, i, true), texts: i === undefined ? [] : ['had expired'] };
    }
    case 'clean': {
      const [i] = chosen(
        asked.pick,
        indices.filter((n) => connections[n]?.clean),
      );
      return { rows: flip(rows, i, true), texts: i === undefined ? [] : ['asked for a clean start'] };
    }
  }
}

describe('session, against a broker that lives second by second', () => {
  const seen = new Map<string, number>();

  it('finds every lie of it, and none where none was planted', { timeout }, () => {
    fc.assert(
      fc.property(script, (asked) => {
        const { rows, texts } = planted(asked);
        const { violations, undecided } = session.judge(rows, declared);
        const named = violations.map(({ text }) => text);
        if (asked.plant !== 'late') expect(undecided).toBe(0);
        for (const text of texts) expect(named.some((one) => one.includes(text))).toBe(true);
        // A session that is said to have lived on has lost everything: that follows from the one lie.
        const others =
          asked.plant === 'late' ? named.filter((one) => !one.includes('was away') && !one.includes('gone')) : named;
        expect(others).toHaveLength(texts.length);
        seen.set(asked.plant, (seen.get(asked.plant) ?? 0) + texts.length);
      }),
      bounded(10_000),
    );
    for (const plant of ['lost', 'gone', 'absent', 'late', 'clean'])
      expect([plant, seen.get(plant)! > 300]).toEqual([plant, true]);
  });
});
