import { describe, expect, it } from 'vitest';
import type { LedgerEvent, LedgerMessage } from '../../src/domain/ledger.js';
import { connectionsIn, takeoverOf, type ClientConnection } from '../../src/domain/takeover.js';

const SECOND = 1_000_000;
const facts = { faultInForce: false, keptSession: true };

/** A connection from second `from` to second `to`, on which the broker served something every 10 ms. */
function connection(change: Partial<ClientConnection> & { from: number; to: number | null }): ClientConnection {
  const { from, to, ...rest } = change;
  const end = (to ?? 20) * SECOND;
  const servedUs = Array.from(
    { length: Math.floor((end - from * SECOND) / 10_000) },
    (_, i) => from * SECOND + i * 10_000,
  );
  const where = { sdk: 'go', role: 'subscriber', endpoint: 'h:1', code: null, foundSession: null } as const;
  return { ...where, fromUs: from * SECOND, toUs: to === null ? null : to * SECOND, servedUs, ...rest };
}

const seconds = [1, 2, 3, 4];
/** The subscriber of `go` is cut after each second, four times, and has lost its session each time. */
const cuts = seconds.map((from) => connection({ from, to: from + 0.8, foundSession: false }));
const publisher = connection({ role: 'publisher', from: 0, to: null });
const other = connection({ sdk: 'rust', from: 0, to: null });

describe('that another client used the id', () => {
  it('is what a broker says by DISCONNECT 0x8e, whatever was broken', () => {
    const told = connection({ role: 'publisher', from: 1, to: 2, code: 0x8e });
    const words =
      'another client used the client id of the publisher: the broker said so (DISCONNECT 0x8e, session taken over), once';
    for (const faultInForce of [true, false]) {
      expect(takeoverOf('go', [told, other], { ...facts, faultInForce })).toBe(words);
      expect(takeoverOf('rust', [told, other], { ...facts, faultInForce })).toBeNull();
    }
  });

  it('is not what any other DISCONNECT says', () => {
    const shed = seconds.map((from) => connection({ from, to: from + 0.5, code: 0x89, foundSession: true }));
    expect(takeoverOf('go', [...shed, publisher], facts)).toBeNull();
  });

  it.each([
    ['its own publisher', publisher],
    ['another SDK', other],
  ])(
    'is shown by a subscriber that is cut alone and loses its session, while the broker serves %s',
    (_whom, witness) => {
      expect(takeoverOf('go', [...cuts, witness], facts)).toMatch(/^another client .*subscriber.* ended 4 times/);
    },
  );

  it('is shown although the subscriber goes from broker to broker', () => {
    const roving = cuts.map((cut, i) => ({ ...cut, endpoint: `h:${i % 3}` }));
    expect(takeoverOf('go', [...roving, publisher], facts)).toContain('ended 4 times');
  });

  it.each<[string, readonly ClientConnection[], Partial<typeof facts>]>([
    ['a fault was in force', [...cuts, publisher], { faultInForce: true }],
    ['it asked for no session that stays', [...cuts, publisher], { keptSession: false }],
    ['it was cut twice', [...cuts.slice(0, 2), publisher], {}],
    ['it found its session each time', [...cuts.map((c) => ({ ...c, foundSession: true })), publisher], {}],
    ['nobody shows that the broker was well', cuts, {}],
    ['only another broker was shown to be well', [...cuts, { ...publisher, endpoint: 'h:2' }], {}],
    [
      'others were cut together with it: a broker that dies again and again',
      [...cuts, ...cuts.map((c) => ({ ...c, sdk: 'rust', toUs: (c.toUs ?? 0) + 5000 }))],
      {},
    ],
    [
      'the broker served nobody after the cuts: one that hangs',
      [...cuts, { ...publisher, servedUs: publisher.servedUs.filter((t) => t < 1.8 * SECOND) }],
      {},
    ],
    [
      'the other connection is one that was made after the cut',
      [...cuts, ...seconds.map((s) => connection({ role: 'publisher', from: s + 0.81, to: s + 1.7 }))],
      {},
    ],
  ])('is not shown where %s', (_what, all, change) => {
    expect(takeoverOf('go', all, { ...facts, ...change })).toBeNull();
  });
});

describe('the connections of a ledger', () => {
  const at = (
    event: LedgerEvent['event'],
    role: LedgerEvent['role'],
    at_us: number,
    more: Partial<LedgerEvent> = {},
  ) => ({
    event,
    role,
    endpoint: `h:${at_us}`,
    at_us,
    ...more,
  });
  const message = (seq: number, ack_us: number | null, recv_us: number | null): LedgerMessage => ({
    ...{ seq, intended_us: seq, queued_us: seq, sent_us: seq, attempts: 1, dups: 0 },
    ...{ ack_us, recv_us },
  });

  it('are those of each role, with what came on each of them', () => {
    const events = [
      at('connected', 'subscriber', 10, { session_present: false }),
      at('connected', 'publisher', 20, { session_present: false }),
      at('disconnected', 'subscriber', 50, { session_present: null, reason_code: 0x8e }),
      at('connected', 'subscriber', 60, { session_present: true }),
    ];
    const ledger = { endUs: 99, events, messages: [message(0, 30, 70), message(1, 40, 45), message(2, null, null)] };
    const none = { code: null, foundSession: null };
    expect(connectionsIn('go', ledger)).toEqual([
      { sdk: 'go', role: 'publisher', endpoint: 'h:20', fromUs: 20, toUs: null, ...none, servedUs: [30, 40] },
      {
        sdk: 'go',
        role: 'subscriber',
        endpoint: 'h:10',
        fromUs: 10,
        toUs: 50,
        code: 0x8e,
        foundSession: true,
        servedUs: [45],
      },
      { sdk: 'go', role: 'subscriber', endpoint: 'h:60', fromUs: 60, toUs: null, ...none, servedUs: [70] },
    ]);
  });

  it('are told apart although the end of one that was cut at once is written down before its beginning', () => {
    const events = [
      at('connected', 'subscriber', 10, { session_present: false }),
      at('disconnected', 'subscriber', 20),
      at('disconnected', 'subscriber', 30),
      at('connected', 'subscriber', 31, { session_present: false }),
      at('connected', 'subscriber', 50, { session_present: true }),
    ];
    const all = connectionsIn('go', { endUs: 99, events, messages: [] });
    expect(all.map(({ fromUs, toUs, foundSession }) => [fromUs, toUs, foundSession])).toEqual([
      [10, 20, false],
      [31, 30, true],
      [50, null, null],
    ]);
  });

  it('of an old ledger, which says neither session nor code, show nothing', () => {
    const events = [
      at('connected', 'subscriber', 10),
      at('disconnected', 'subscriber', 20),
      at('connected', 'subscriber', 30),
    ];
    const all = connectionsIn('go', { endUs: 99, events, messages: [] });
    expect(all.map(({ code, foundSession }) => [code, foundSession])).toEqual([
      [null, null],
      [null, null],
    ]);
  });
});
