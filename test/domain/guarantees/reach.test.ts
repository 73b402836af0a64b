import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Circumstances } from '../../../src/domain/guarantees/guarantee.js';
import { matches } from '../../../src/domain/guarantees/filter.js';
import type { Connection, History } from '../../../src/domain/guarantees/history.js';
import { reach } from '../../../src/domain/guarantees/reach.js';
import { ack, calm, connection, history, receipt, send, subscription } from '../../../testing/guarantee-history.js';
import { bounded, timeout } from '../../../testing/properties.js';

const judge = (over: Partial<History>) => reach.judge(history(over), calm);

describe('reach', () => {
  it('is violated once for each subscription that misses messages, and names the first', () => {
    const { state, checked, violations } = judge({
      subscriptions: [subscription(), subscription({ filter: '+' }), subscription({ filter: 'u' })],
      sends: [send(0, 12), send(1, 10), send(2, 11), send(3, 20, { topic: 'u' })],
      acks: [ack(0, 15), ack(1, 16), ack(2, 17), ack(3, 25, { topic: 'u' })],
      receipts: [receipt(2, 40), receipt(3, 40, { topic: 'u' })],
    });
    expect([state, checked]).toEqual(['violated', 3]);
    expect(violations.map(({ text }) => text)).toEqual([
      "sub subscribed to t and never received 2 of 3 messages that were sent after its SUBACK and acknowledged; the first is pub's message 1 on t",
      "sub subscribed to + and never received 2 of 4 messages that were sent after its SUBACK and acknowledged; the first is pub's message 1 on t",
    ]);
    expect(violations[0]?.moments.map(({ us }) => us)).toEqual([3, 10, 16, 1_000_000]);
  });

  it('asks for nothing that was sent before the SUBACK, or that comes at QoS 0, or to a group', () => {
    const rows = { sends: [send(0, 10)], acks: [ack(0, 15)] };
    expect(judge(rows).state).toBe('violated');
    for (const over of [
      { answeredUs: 10 },
      { answeredUs: null, granted: null },
      { granted: 0x87 },
      { granted: 0 },
      { filter: 'u' },
      { filter: '$share/g/t' },
    ])
      expect(judge({ ...rows, subscriptions: [subscription(over)] })).toMatchObject({ state: 'undecided', checked: 0 });
  });

  it('is not satisfied by what another client received', () => {
    const rows = { sends: [send(0, 10)], acks: [ack(0, 15)] };
    expect(judge({ ...rows, receipts: [receipt(0, 20, { client: 'other' })] }).state).toBe('violated');
    expect(judge({ ...rows, receipts: [receipt(0, 20, { connection: 7 })] }).state).toBe('held');
  });

  it('is undecided where the session ended with messages that did not come', () => {
    const ended = connection({ expiryS: 0, closedUs: 50, closedBy: 'own-disconnect' });
    const rows = { connections: [ended], sends: [send(0, 10), send(1, 50)], acks: [ack(0, 15), ack(1, 55)] };
    expect(judge(rows)).toMatchObject({
      ...{ state: 'undecided', checked: 1, undecided: 1 },
      why: '2 messages that may have been lost with a session, a queue or a broker',
    });
    expect(judge({ ...rows, receipts: [receipt(0, 20), receipt(1, 20)] }).state).toBe('held');
    expect(judge({ ...rows, sends: [send(1, 51)] }).checked).toBe(0);
  });

  it('has no answer where only first receipts were recorded', () => {
    const recorded = { everySend: true, everyReceipt: false };
    expect(judge({ recorded, sends: [send(0, 10)], acks: [ack(0, 15)] })).toMatchObject({
      state: 'undecided',
      why: 'only the first receipt of each message was recorded',
    });
  });
});

const S = 1_000_000;
const when = fc.integer({ min: 0, max: 20 }).map((s) => s * S);
const client = fc.constantFrom('x', 'y');
const topic = fc.constantFrom('a', 'a/b', 'c');
const anyConnection = fc.record({
  client,
  openedUs: fc.option(when, { freq: 8 }),
  closedUs: fc.option(when, { freq: 1 }),
  closedBy: fc.constantFrom('own-cut' as const, 'peer' as const),
  keepAliveS: fc.constantFrom(2, 2, 0, null),
  clean: fc.constantFrom(false, false, false, true),
  expiryS: fc.constantFrom(null, 60, 0),
  sessionPresent: fc.constantFrom(true, true, true, false, null),
});
const anySubscription = fc.record({
  client,
  connection: fc.integer({ min: 1, max: 3 }),
  filter: fc.constantFrom('a', 'a/#', '+', '#', '$share/g/a'),
  answeredUs: fc.option(when, { freq: 8 }),
  granted: fc.constantFrom(0, 1, 1, 1, 2, 0x80),
});
const anyMessage = fc.record({
  topic,
  qos: fc.constantFrom<0 | 1 | 2>(0, 1, 1, 2),
  sends: fc.array(when, { minLength: 1, maxLength: 2 }),
  acks: fc.array(fc.record({ us: when, code: fc.constantFrom(0, 0, 0, 0x80) }), { maxLength: 2 }),
  receipts: fc.array(fc.record({ client, us: when }), { maxLength: 1 }),
});

describe('against a slow model', () => {
  type Row = History['subscriptions'][number];

  /** Until when the session of a subscription is there; and whether it is at the end. */
  const fate = (row: Row, { connections, endUs }: History): { until: number; atEnd: boolean; chain: Connection[] } => {
    const mine = connections.filter((c) => c.client === row.client).sort((a, b) => a.number - b.number);
    let at = mine.findIndex((c) => c.number === row.connection);
    const chain: Connection[] = [];
    while (at >= 0 && at < mine.length) {
      const now = mine[at];
      if (now === undefined) break;
      chain.push(now);
      let nextAt = at + 1;
      while (now.expiryS !== 0 && mine[nextAt]?.openedUs === null && mine[nextAt]?.clean === false) nextAt += 1;
      const next = mine[nextAt];
      if (next === undefined) {
        const atEnd = now.openedUs !== null && (now.closedUs === null || now.closedUs >= endUs);
        const until = !atEnd && now.expiryS === 0 && now.closedUs !== null ? now.closedUs : Infinity;
        return { until, atEnd, chain };
      }
      if (now.expiryS === 0) return { until: now.closedUs ?? next.askedUs ?? Infinity, atEnd: false, chain };
      if (next.clean) return { until: next.askedUs ?? Infinity, atEnd: false, chain };
      if (next.sessionPresent !== true) return { until: next.openedUs ?? Infinity, atEnd: false, chain };
      at = nextAt;
    }
    return { until: Infinity, atEnd: false, chain };
  };

  const model = (made: History, { fault, broker }: Circumstances) => {
    const found = { checked: 0, violations: 0, undecided: 0 };
    const sentOf = (seq: number) => Math.min(...made.sends.filter((s) => s.seq === seq).map(({ us }) => us));
    const ackOf = (seq: number, step: string) =>
      Math.min(...made.acks.filter((a) => a.seq === seq && a.step === step && a.code < 0x80).map(({ us }) => us));
    const seqs = [...new Set(made.sends.map(({ seq }) => seq))];
    const messages = seqs.flatMap((seq) => {
      const sent = made.sends.find((s) => s.seq === seq);
      if (sent === undefined || sent.qos === 0) return [];
      const acked = ackOf(seq, sent.qos === 1 ? 'puback' : 'pubcomp');
      return acked === Infinity ? [] : [{ seq, topic: sent.topic, sent: sentOf(seq), acked }];
    });
    type Message = (typeof messages)[number];
    const isOnline = (row: Row, { sent, acked }: Message) =>
      fate(row, made).chain.some((c) => {
        const slack = c.closedBy === 'own-cut' ? 0 : c.keepAliveS ? c.keepAliveS * 1.5 * S : Infinity;
        return c.openedUs !== null && c.openedUs <= sent && (c.closedUs === null || acked < c.closedUs - slack);
      });
    const granted = made.subscriptions.filter((r) => r.granted !== 0x80);
    const endOf = (row: Row): number => {
      const from = row.answeredUs ?? Infinity;
      const later = granted.filter(
        (r) =>
          r !== row &&
          r.client === row.client &&
          r.filter === row.filter &&
          r.answeredUs !== null &&
          (r.answeredUs > from ||
            (r.answeredUs === from && made.subscriptions.indexOf(r) > made.subscriptions.indexOf(row))),
      );
      return Math.min(fate(row, made).until, ...later.map((r) => r.answeredUs ?? Infinity));
    };
    const mayWait = (row: Row, { sent, acked }: Message) => acked >= (row.sentUs ?? -Infinity) && sent <= endOf(row);
    const queued = (who: string) =>
      granted
        .filter((r) => r.client === who)
        .flatMap((r) => messages.filter((m) => matches(r.filter, m.topic) && mayWait(r, m) && !isOnline(r, m))).length;
    for (const row of granted) {
      if (row.filter.startsWith('$share') || row.granted === 0 || row.answeredUs === null) continue;
      const from = row.answeredUs;
      const { atEnd } = fate(row, made);
      const to = endOf(row);
      const due = messages.filter((m) => matches(row.filter, m.topic) && m.sent > from && m.sent <= to);
      const missed = due.filter((m) => !made.receipts.some((r) => r.client === row.client && r.seq === m.seq));
      const isForgotten = (m: Message) =>
        fault !== null && broker.survivesDeath !== true && m.sent <= (fault.recoveredUs ?? Infinity);
      const isKept = broker.queuedMessages !== null && queued(row.client) <= broker.queuedMessages;
      const lost = missed.filter((m) => atEnd && !isForgotten(m) && (isOnline(row, m) || isKept));
      if (due.length > 0) found.checked += 1;
      if (lost.length > 0) found.violations += 1;
      else if (missed.length > 0) found.undecided += 1;
    }
    return found;
  };

  it('agrees with every subscription and message looked at', { timeout }, () => {
    const circumstances = fc.record({
      fault: fc.option(fc.record({ injectedUs: when, recoveredUs: fc.option(when), victims: fc.constant(null) }), {
        freq: 1,
      }),
      broker: fc.record({
        survivesDeath: fc.constantFrom(true, false, null),
        queuedMessages: fc.constantFrom(null, 0, 2, 9),
        inFlightMessages: fc.constant(null),
      }),
    });
    fc.assert(
      fc.property(
        fc.array(anyConnection, { minLength: 1, maxLength: 5 }),
        fc.array(anySubscription, { minLength: 1, maxLength: 3 }),
        fc.array(anyMessage, { minLength: 1, maxLength: 4 }),
        circumstances,
        (connections, subscriptions, messages, given) => {
          const number = (who: string, i: number) => connections.slice(0, i + 1).filter((c) => c.client === who).length;
          const made = history({
            endUs: 20 * S,
            connections: connections.map((one, i) =>
              connection({ ...one, askedUs: (one.openedUs ?? 9 * S) - 1, number: number(one.client, i) }),
            ),
            subscriptions: subscriptions.map((one) => subscription(one)),
            sends: messages.flatMap((m, seq) => m.sends.map((us) => send(seq, us, { topic: m.topic, qos: m.qos }))),
            acks: messages.flatMap((m, seq) =>
              m.acks.map((a) => ack(seq, a.us, { ...a, topic: m.topic, step: m.qos === 2 ? 'pubcomp' : 'puback' })),
            ),
            receipts: messages.flatMap((m, seq) => m.receipts.map((r) => receipt(seq, r.us, { ...r, topic: m.topic }))),
          });
          const { checked, violations, undecided } = reach.judge(made, given);
          expect({ checked, violations: violations.length, undecided }).toEqual(model(made, given));
        },
      ),
      bounded(10_000),
    );
  });

  it('finds each planted violation, and none where nothing was planted', { timeout }, () => {
    const filters = ['a', 'a/#', '+', '#'];
    const plan = fc.record({ topic, plant: fc.subarray(filters, { minLength: 0, maxLength: 1 }) });
    fc.assert(
      fc.property(fc.array(plan, { minLength: 1, maxLength: 8 }), (plans) => {
        const gets = (filter: string, i: number) => {
          const one = plans[i];
          return one !== undefined && matches(filter, one.topic);
        };
        const isPlanted = (filter: string, i: number) => plans[i]?.plant.includes(filter) === true && gets(filter, i);
        const made = history({
          connections: filters.map((filter) => connection({ client: filter })),
          subscriptions: filters.map((filter) => subscription({ client: filter, filter })),
          sends: plans.map((one, i) => send(i, 10 + i, { topic: one.topic })),
          acks: plans.map((one, i) => ack(i, 20 + i, { topic: one.topic })),
          receipts: filters.flatMap((filter) =>
            plans.flatMap((one, i) =>
              gets(filter, i) && !isPlanted(filter, i)
                ? [receipt(i, 30 + i, { client: filter, topic: one.topic })]
                : [],
            ),
          ),
        });
        const planted = filters.filter((filter) => plans.some((_, i) => isPlanted(filter, i)));
        const { violations, undecided, state } = reach.judge(made, calm);
        expect(violations.map(({ moments }) => moments[0]?.who)).toEqual(planted);
        expect([undecided, state]).toEqual([0, planted.length === 0 ? 'held' : 'violated']);
      }),
      bounded(1_000),
    );
  });
});
