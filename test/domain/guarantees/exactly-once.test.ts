import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactlyOnce } from '../../../src/domain/guarantees/exactly-once.js';
import { NO_LIMITS, type Circumstances } from '../../../src/domain/guarantees/guarantee.js';
import type { Ack, Connection, History, Receipt, Send } from '../../../src/domain/guarantees/history.js';
import { ack, calm, connection, history, receipt, send, subscription } from '../../../testing/guarantee-history.js';
import { bounded, timeout } from '../../../testing/properties.js';

const send2 = (seq: number, us: number, over: Partial<Send> = {}): Send => send(seq, us, { qos: 2, ...over });
const rec = (seq: number, us: number, over: Partial<Ack> = {}): Ack => ack(seq, us, { step: 'pubrec', ...over });
const comp = (seq: number, us: number, over: Partial<Ack> = {}): Ack => ack(seq, us, { step: 'pubcomp', ...over });
const got2 = (seq: number, us: number, over: Partial<Receipt> = {}): Receipt => receipt(seq, us, { qos: 2, ...over });

const publisher = connection({ client: 'pub' });
const rows = (over: Partial<History> = {}): History =>
  history({ subscriptions: [subscription({ granted: 2, qos: 2 })], connections: [connection(), publisher], ...over });
const judge = (over: Partial<History>, circumstances: Circumstances = calm) =>
  exactlyOnce.judge(rows(over), circumstances);

/** Two connections of the subscriber. */
const back = (over: Partial<Connection> = {}): Connection[] => [
  ...[publisher, connection({ closedUs: 100 })],
  connection({ number: 2, openedUs: 200, sessionPresent: true, ...over }),
];

describe('exactly-once: what was completed', () => {
  const lost = { sends: [send2(0, 10), send2(1, 20)], acks: [rec(0, 11), comp(0, 12), rec(1, 21), comp(1, 22)] };
  const one = { ...lost, receipts: [got2(0, 13)] };

  it('is violated by what never came to a session that was kept', () => {
    const { state, checked, violations } = judge(one);
    expect([state, checked]).toEqual(['violated', 2]);
    expect(violations.map(({ text }) => text)).toEqual([
      "pub's message 1 on t was completed (PUBCOMP), and sub, whose session was kept, never received it",
    ]);
    expect(violations[0]?.moments.map(({ us, text }) => [us, text])).toEqual([
      ...[[20, 'sends 1'], [21, 'PUBREC 1'], [22, 'PUBCOMP 1']], // prettier-ignore
      [1_000_000, '1 never came'],
    ]);
  });

  it('shows where the connection of the publisher broke before the PUBCOMP', () => {
    const connections = [
      ...[connection(), connection({ client: 'pub', closedUs: 15 })],
      connection({ client: 'pub', number: 2, openedUs: 18, sessionPresent: true }),
    ];
    const { violations } = judge({ connections, sends: [send2(0, 10)], acks: [rec(0, 11), comp(0, 20)] });
    const what = violations[0]?.moments.map((moment) => moment.what);
    expect(what).toEqual(['send', 'ack', 'close', 'connect', 'ack', 'never']);
  });

  it('is held by what came, in whatever form', () => {
    for (const over of [{}, { qos: 1 as const }, { retain: true }, { connection: 9 }])
      expect(judge({ ...one, receipts: [got2(0, 13), got2(1, 23, over)] }).state).toBe('held');
  });

  it('demands nothing without a PUBCOMP that was accepted, and says so', () => {
    for (const acks of [[], [rec(0, 11)], [rec(0, 11), comp(0, 12, { code: 0x92 })], [ack(0, 12)]])
      expect(judge({ sends: [send2(0, 10)], acks })).toMatchObject({
        ...{ state: 'undecided', checked: 0, undecided: 0, why: '1 without a PUBCOMP never came, which is allowed' },
      });
  });

  it('demands nothing of another QoS, of a later, lower or shared subscription', () => {
    expect(judge({ sends: [send(0, 10)], acks: [comp(0, 12)] }).checked).toBe(0);
    for (const over of [
      { granted: 1 },
      { granted: null },
      { granted: 0x80 },
      { answeredUs: 20 },
      { filter: 'u' },
      { filter: '$share/g/t' },
      { answeredUs: null },
    ])
      // prettier-ignore
      expect(judge({ ...one, receipts: [], subscriptions: [subscription({ granted: 2, ...over })] }).checked).toBe(0);
  });

  it('has no answer where the session was lost, unless the client had subscribed again before', () => {
    const connections = back({ sessionPresent: false });
    const first = subscription({ granted: 2 });
    const why = '1 undecided: the session was not kept, or that is not known';
    expect(judge({ ...one, connections })).toMatchObject({ state: 'undecided', undecided: 1, checked: 2, why });
    const again = { connections, subscriptions: [first, subscription({ connection: 2, granted: 2, answeredUs: 205 })] };
    expect(judge({ ...again, sends: [send2(0, 210)], acks: [comp(0, 212)] }).state).toBe('violated');
    expect(judge({ ...again, sends: [send2(0, 204)], acks: [comp(0, 212)] }).state).toBe('undecided');
  });

  it('has no answer for a broker that says that it has no QoS 2, and without all of the record', () => {
    const connections = [connection({ offers: { maximumQos: 1, retain: true, shared: true } })];
    expect(judge({ ...one, connections }).state).toBe('not offered');
    const recorded = { everySend: true, everyReceipt: true };
    expect(judge({ ...one, recorded: { ...recorded, everySend: false } }).state).toBe('undecided');
    expect(judge({ ...one, recorded: { ...recorded, everyReceipt: false } }).state).toBe('undecided');
  });
});

describe('exactly-once: what comes twice', () => {
  const sent = { sends: [send2(0, 10)], acks: [rec(0, 11), comp(0, 12)] };

  it.each([
    ['on one connection', { receipts: [got2(0, 13), got2(0, 14)] }],
    ['without a PUBCOMP', { acks: [rec(0, 11)], receipts: [got2(0, 13), got2(0, 14)] }],
    ['on the next connection, without DUP', { connections: back(), receipts: [got2(0, 13), got2(0, 214, { connection: 2 })] }], // prettier-ignore
    ['on another one before', { connections: back(), receipts: [got2(0, 213, { connection: 2 }), got2(0, 214)] }],
  ])('is a violation %s', (_, over) => {
    const { violations, checked } = judge({ ...sent, ...over });
    expect([violations.length, checked]).toEqual([1, 1]);
    expect(violations[0]?.text).toBe("pub's message 0 on t was handed over once, and sub received it 2 times");
    expect(violations[0]?.moments.map(({ what }) => what)).toEqual(['send', 'receive', 'receive']);
  });

  it('is none where the copies are of other clients, retained, of another QoS, or of overlapping filters', () => {
    for (const over of [{ client: 'other' }, { retain: true }, { qos: 1 as const }])
      expect(judge({ ...sent, receipts: [got2(0, 13), got2(0, 14, over)] }).state).toBe('held');
    const subscriptions = [subscription({ granted: 2 }), subscription({ granted: 2, filter: '#' })];
    const twice = [got2(0, 13), got2(0, 14)];
    expect(judge({ ...sent, subscriptions, receipts: twice }).state).toBe('held');
    expect(judge({ ...sent, subscriptions, receipts: [...twice, got2(0, 15)] }).state).toBe('violated');
  });
});

describe('exactly-once: planted violations', () => {
  const KINDS = ['none', 'none', 'lost', 'twice', 'again', 'uncompleted twice', 'resend', 'never completed'] as const;
  const circumstances = { fault: null, broker: { ...NO_LIMITS, queuedMessages: 1000 } };

  /** A message as a broker that does one of these treats it. The subscriber is away from 100 to 200, and its session is kept. */
  function played(kind: (typeof KINDS)[number], seq: number, us: number): Partial<History> {
    const [comes, number] = us < 95 ? [us + 3, 1] : [Math.max(us + 3, 201), 2];
    const copy = got2(seq, comes, { connection: number });
    const later = got2(seq, Math.max(comes, 250), { connection: 2 });
    const sends = [send2(seq, us)];
    const full = [rec(seq, us + 1), comp(seq, us + 2)];
    switch (kind) {
      case 'none': return { sends, acks: full, receipts: [copy] };
      case 'lost': return { sends, acks: full };
      case 'twice': return { sends, acks: full, receipts: [copy, { ...copy, us: comes + 1 }] };
      case 'again': return { sends, acks: full, receipts: [copy, later] };
      case 'uncompleted twice': return { sends, acks: full.slice(0, 1), receipts: [copy, later] };
      case 'resend': return { sends, acks: full, receipts: [copy, { ...later, dup: true }] };
      case 'never completed': return { sends, acks: full.slice(0, 1) };
    } // prettier-ignore
  }

  it('are each found, and nothing else', { timeout }, () => {
    const message = fc.record({ kind: fc.constantFrom(...KINDS), us: fc.integer({ min: 5, max: 240 }) });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 3 }), (messages) => {
        const all = messages.map(({ kind, us }, seq) => played(kind, seq, us));
        const { violations, undecided } = judge(
          {
            connections: back(),
            sends: all.flatMap(({ sends }) => sends ?? []),
            acks: all.flatMap(({ acks }) => acks ?? []),
            receipts: all.flatMap(({ receipts }) => receipts ?? []).sort((a, b) => a.us - b.us),
          },
          circumstances,
        );
        const harmless = ['none', 'resend', 'never completed'];
        const planted = messages.flatMap(({ kind }, seq) => (harmless.includes(kind) ? [] : [seq]));
        const found = violations.map(({ text }) => Number(/message (\d+)/.exec(text)?.[1]));
        expect(found).toEqual(planted);
        // A resend on the same connection is left open, too: 3.1.1 does not forbid it.
        expect(undecided).toBe(messages.filter(({ kind }) => kind === 'resend').length);
      }),
      bounded(10_000),
    );
  });
});
