import { describe, expect, it } from 'vitest';
import { retentionPlan, type KeptRun, type RetentionSettings } from '../../src/domain/retention.js';

const NOW = Date.UTC(2026, 10, 22);
const DAY_MS = 86_400_000;

/** A run of so many days ago, named after that. */
const run = (daysAgo: number, change: Partial<KeptRun> = {}): KeptRun => ({
  runId: `d${daysAgo}`,
  cluster: 'local',
  startedAt: new Date(NOW - daysAgo * DAY_MS).toISOString(),
  hasLedgers: true,
  failed: [],
  publication: 'none',
  ...change,
});

/** `ledgers d40` for what goes by age, with `space ` before it for what goes only for want of space. */
function planned(
  runs: readonly KeptRun[],
  settings: Partial<RetentionSettings> = {},
  context: { readonly inUse?: ReadonlyMap<string, string>; readonly isPublishing?: boolean } = {},
): { readonly goes: string[]; readonly spared: string[] } {
  const defaults = { ledgersDays: 30, runsDays: 365, minFreeMb: 0 };
  const given = { nowMs: NOW, inUse: new Map<string, string>(), isPublishing: false, ...context };
  const { removals, spared } = retentionPlan(runs, { ...defaults, ...settings }, given);
  return {
    goes: removals.map(({ runId, what, why }) => `${why === 'space' ? 'space ' : ''}${what} ${runId}`),
    spared: spared.map(({ runId, reason }) => `${runId}: ${reason}`),
  };
}

describe('of the runs of a host', () => {
  it('ledgers go first and whole runs last, the oldest first, by their age', () => {
    const runs = [run(1), run(29), run(31), run(364), run(366), run(400)];
    expect(planned(runs).goes).toEqual(['ledgers d364', 'ledgers d31', 'run d400', 'run d366']);
  });

  it('nothing goes twice, and nothing by an age of 0 days', () => {
    expect(planned([run(1), run(40, { hasLedgers: false })]).goes).toEqual([]);
    expect(planned([run(1), run(40), run(500)], { ledgersDays: 0, runsDays: 0 }).goes).toEqual([]);
  });

  it('more goes while there is too little space: ledgers of all before the first report', () => {
    const runs = [run(1), run(2), run(3), run(40, { hasLedgers: false })];
    expect(planned(runs, { minFreeMb: 500 }).goes).toEqual([
      'space ledgers d3',
      'space ledgers d2',
      'space run d40',
      'space run d3',
      'space run d2',
    ]);
  });

  it('the latest of each cluster stays, and one that is in use', () => {
    const runs = [run(400), run(390, { cluster: 'other' }), run(380)];
    expect(planned(runs, {}, { inUse: new Map([['d400', 'it is open']]) })).toEqual({
      goes: [],
      spared: [
        'd400: it is open',
        'd390: it is the latest run of cluster other',
        'd380: it is the latest run of cluster local',
      ],
    });
  });

  it('what left no report is nobody’s latest', () => {
    expect(planned([run(1), run(400, { cluster: null })]).goes).toEqual(['run d400']);
  });

  it('one that is to be published stays until it is, and one from before there was publishing does not', () => {
    const runs = [
      run(420),
      run(410, { publication: 'done' }),
      run(400, { publication: 'owed' }),
      run(390),
      run(380, { publication: 'done' }),
      run(1),
    ];
    expect(planned(runs, { minFreeMb: 500 }, { isPublishing: true })).toEqual({
      goes: ['run d420', 'run d410', 'run d380'],
      spared: ['d400: it is not published yet', 'd390: it is not published yet'],
    });
    expect(planned(runs).goes).toHaveLength(5);
  });

  it('the only failing example of a scenario stays, and of several that are too old the latest, with its ledgers', () => {
    const runs = [run(420, { failed: ['a', 'b'] }), run(410, { failed: ['b'] }), run(400, { failed: ['b'] }), run(1)];
    expect(planned(runs)).toEqual({
      goes: ['run d410', 'run d400'],
      spared: ['d420: it is the only run with its report in which a failed'],
    });
    const young = [run(50, { failed: ['a'] }), run(40, { failed: ['a'] }), run(35), run(1)];
    expect(planned(young, { minFreeMb: 500 })).toEqual({
      goes: ['ledgers d50', 'ledgers d35', 'space run d50', 'space run d35'],
      spared: ['d40: it is the only run with its ledgers in which a failed'],
    });
  });
});
