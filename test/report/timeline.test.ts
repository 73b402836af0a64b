import { describe, expect, it } from 'vitest';
import type { Ledger, LedgerMessage } from '../../src/domain/ledger.js';
import { classOf, timelineOf, type Timeline } from '../../src/report/timeline.js';
import { result } from '../../testing/reports/values.js';
import { scenario } from '../../testing/values.js';

const SECOND = 1_000_000;

const message = (change: Partial<LedgerMessage>): LedgerMessage => ({
  seq: 0,
  intended_us: 0,
  queued_us: 0,
  sent_us: 0,
  attempts: 1,
  ack_us: 1000,
  recv_us: 2000,
  dups: 0,
  ...change,
});

describe('a message', () => {
  it.each<[string, Partial<LedgerMessage>]>([
    ['ok', { recv_us: 499_999 }],
    ['late', { recv_us: 500_000 }],
    ['lost', { recv_us: null }],
    ['unacked', { ack_us: null }],
    ['unacked', { ack_us: null, recv_us: null }],
  ])('is %s', (kind, change) => {
    expect(classOf(message(change), 500)).toBe(kind);
  });
});

/** One message at each second of CLOCK_MONOTONIC, acknowledged and received after that many ms. */
const ledger = (seconds: readonly number[], endSecond: number, latencyMs = 2): Ledger => ({
  endUs: endSecond * SECOND,
  events: [],
  messages: seconds.map((second, seq) => {
    const at = second * SECOND;
    return message({ seq, intended_us: at, ack_us: at + latencyMs * 1000, recv_us: at + latencyMs * 1000 });
  }),
});

const inject = { injectedUs: 10 * SECOND, recoveredUs: 40 * SECOND };

const timeline = (change: object = inject): Timeline => {
  const of = { ...result(scenario('kill'), { fault: change }), healWaitSeconds: 60 };
  const go = { sdk: 'go', fault: ledger([8, 9, 10, 12, 14], 45), validation: ledger([100, 101], 110, 700) };
  return timelineOf(of, [go, { sdk: 'own', fault: undefined, validation: undefined }], 500)!;
};

describe('a timeline', () => {
  it('counts seconds from the inject', () => {
    expect(timeline().tracks.map(({ sdk, marks }) => [sdk, marks.map((mark) => mark.atSeconds)])).toEqual([
      ['go', [-2, -1, 0, 2, 4, 90, 91]],
      ['own', []],
    ]);
    expect(timeline()).toMatchObject({ from: -2, to: 100, lateMs: 500 });
  });

  it('counts from the first message where nothing was injected, and has no fault then', () => {
    const { tracks, bands } = timeline({ injectedUs: null, recoveredUs: null });
    expect(tracks[0]?.marks[0]?.atSeconds).toBe(0);
    expect(bands.map(({ kind }) => kind)).toEqual(['judged']);
  });

  it('shows what was going on: the fault, the wait, and what is judged', () => {
    expect(timeline().bands.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['fault', 0, 30],
      ['heal', 30, 90],
      ['judged', 90, 100],
    ]);
  });

  it('counts every second in which clients ran, and none between', () => {
    const { perSecond } = timeline();
    expect(perSecond.map(({ second }) => second)).toEqual([
      ...Array.from({ length: 38 }, (_, i) => i - 2),
      ...Array.from({ length: 11 }, (_, i) => i + 90),
    ]);
    expect(perSecond.reduce((sum, { acked }) => sum + acked, 0)).toBe(7);
    expect(perSecond.find(({ second }) => second === 1)).toEqual({ second: 1, acked: 0, received: 0 });
    expect(perSecond.find(({ second }) => second === 0)).toEqual({ second: 0, acked: 1, received: 1 });
  });

  it('has a row for each stretch in which a client had messages', () => {
    expect(timeline().rows.map(({ sdk, counts, maxMs }) => [sdk, counts.ok, counts.late, maxMs])).toEqual([
      ['go', 2, 0, 2],
      ['go', 3, 0, 2],
      ['go', 0, 2, 700],
    ]);
  });

  it('puts what was due after the recovery into no row of the fault', () => {
    const { rows } = timeline({ injectedUs: 10 * SECOND, recoveredUs: 12 * SECOND });
    expect(rows.map(({ stretch, counts }) => [stretch, counts.ok + counts.late])).toEqual([
      ['before the fault', 2],
      ['during the fault', 1],
      ['after the fault', 2],
      ['validation', 2],
    ]);
  });

  it('shows a change of leaders where it was seen, and none that nobody saw', () => {
    const change = { group: 'meta', from: 'n1', to: 'n3', termFrom: 1, termTo: 2 };
    const leaders = [
      { ...change, seconds: 4 },
      { ...change, group: 'stream', to: null, seconds: null },
    ];
    const found = timeline({ ...inject, leaders }).leaders;
    expect(found).toHaveLength(1);
    expect(found[0]?.at).toBe(4);
    expect(found[0]?.label).toContain('n3');
  });

  it('is undefined where no client left a ledger', () => {
    const none = [{ sdk: 'own', fault: undefined, validation: undefined }];
    expect(timelineOf(result(scenario('kill')), none, 500)).toBeUndefined();
    const empty = { endUs: 1, events: [], messages: [] };
    expect(
      timelineOf(result(scenario('kill')), [{ sdk: 'go', fault: empty, validation: undefined }], 500),
    ).toBeUndefined();
  });
});

it('each fault of a timeline lies where it was on; one that is not proved to be over lasts to the last proof', () => {
  const { fault } = result(scenario('kill'), { fault: inject });
  const records = [
    { entry: 'cut', record: { ...fault, ...inject } },
    { entry: 'kill', record: { ...fault, injectedUs: 15 * SECOND, recoveredUs: 20 * SECOND } },
    { entry: 'stuck', record: { ...fault, injectedUs: 15 * SECOND, recoverError: 'no', healed: [] } },
    { entry: 'late', record: { ...fault, injectedUs: null, recoveredUs: null } },
  ];
  const of = { ...result(scenario('several'), { fault: inject }), faults: records };
  const go = { sdk: 'go', fault: ledger([8, 9], 45), validation: undefined };
  expect(timelineOf(of, [go], 500)?.faults).toEqual([
    { label: 'cut', from: 0, to: 30 },
    { label: 'kill', from: 5, to: 10 },
    { label: 'stuck', from: 5, to: 30 },
  ]);
  expect(timeline().faults).toBeUndefined();
});
