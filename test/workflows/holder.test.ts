import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunKind } from '../../src/domain/plan.js';
import { asOfToday, type Holder } from '../../src/messages/cluster-record.js';
import { acquire, type Holding } from '../../src/workflows/holder.js';

const START = Date.parse('2026-11-22T00:00:00.000Z');
beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => vi.useRealTimers());

const run = (workflowId: string, kind: RunKind): Holder => ({
  ...{ workflowId, temporalRunId: `t-${workflowId}`, kind, since: '2026-11-22T00:00:00.000Z' },
});
const [series, next, round, other] = [
  run('series-1', 'series'),
  run('series-2', 'series'),
  run('round', 'full'),
  run('single', 'single'),
];

const record = (holder: Holder | null): Holding => ({ ...asOfToday({ cluster: 'local', holder }) });
const ask = (of: Holding, holder: Holder, replaces?: Holder) => acquire(of, { holder, replaces });
const askAgain = (of: Holding, holder: Holder) => acquire(of, { holder, waits: true });
const held = (by: Holder) => ({ granted: false, refusal: { kind: 'held', by } });

describe('who is to have a cluster', () => {
  it.each([round, other])('%o goes before the next run of a series, if it found one on the cluster', (waiting) => {
    const now = record(series);
    expect(ask(now, waiting)).toEqual(held(series));
    now.holder = null;
    expect(ask(now, next)).toEqual(held(waiting));
    expect(ask(now, waiting)).toEqual({ granted: true });
    expect([now.holder, now.waiting]).toEqual([waiting, null]);
  });

  it('who does not ask again is forgotten', () => {
    const now = record(series);
    ask(now, round);
    now.holder = null;
    vi.setSystemTime(START + 89_000);
    expect(ask(now, next)).toEqual(held(round));
    vi.setSystemTime(START + 91_000);
    expect(ask(now, next)).toEqual({ granted: true });
  });

  it('a run of a series is remembered by nobody', () => {
    const now = record(series);
    expect(ask(now, next)).toEqual(held(series));
    expect(now.waiting).toBeNull();
  });

  it('who has begun to wait goes next, also if another run was quicker meanwhile', () => {
    const now = record(series);
    ask(now, round);
    now.holder = null;
    expect(ask(now, other)).toEqual({ granted: true });
    vi.setSystemTime(START + 85_000);
    expect(askAgain(now, round)).toEqual(held(other));
    vi.setSystemTime(START + 120_000);
    now.holder = null;
    expect(ask(now, next)).toEqual(held(round));
  });

  it('who finds another run on the cluster and leaves is not remembered, and the first that waits goes first', () => {
    const taken = record(round);
    expect(ask(taken, other)).toEqual(held(round));
    expect(taken.waiting).toBeNull();
    const now = record(series);
    ask(now, round);
    ask(now, other);
    expect(now.waiting?.by).toEqual(round);
    vi.setSystemTime(START + 91_000);
    ask(now, other);
    expect(now.waiting?.by).toEqual(other);
  });

  it('who waited and is dead is waited for by nobody', () => {
    const now = record(series);
    ask(now, round);
    now.holder = null;
    expect(ask(now, next)).toEqual(held(round));
    expect(ask(now, next, round)).toEqual({ granted: true });
  });

  it('a dead run of a series is replaced by who waits, and not by the next one of the series', () => {
    const now = record(series);
    ask(now, round);
    expect(ask(now, next, series)).toEqual(held(round));
    expect(now.holder).toBeNull();
    expect(ask(now, round, series)).toEqual({ granted: true });
  });
});
