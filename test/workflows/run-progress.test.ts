import { describe, expect, it, vi } from 'vitest';
import { judgeSdk } from '../../src/domain/judge-sdk.js';
import type { RunResult } from '../../src/domain/report-data.js';
import type { RunProgress } from '../../src/messages/progress.js';
import { keepRunProgress, type RunProgressKeeper } from '../../src/workflows/run-progress.js';
import { outcome, rules } from '../../testing/values.js';
import { killSingle, networkDelay, planWith } from '../../testing/workflows/plans.js';

const shown = vi.hoisted(() => ({ query: (): unknown => undefined, details: '' }));
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  setHandler: (_: unknown, handler: () => unknown) => (shown.query = handler),
  setCurrentDetails: (text: string) => (shown.details = text),
}));
const now = (): RunProgress => shown.query() as RunProgress;

function planned(): RunProgressKeeper {
  const keeper = keepRunProgress();
  keeper.plan(planWith({ runId: 'r7', cluster: 'local', scenarios: [killSingle, networkDelay] }));
  return keeper;
}

const result: RunResult = {
  runId: 'r7',
  headline: 'FAIL',
  runPassed: false,
  passRatePercent: 0,
  scenarios: [],
  refusedBy: null,
  summary: 'a summary',
  jsonPath: null,
  markdownPath: null,
  githubUrl: null,
  pushError: null,
  issueError: null,
};

describe('the progress of a run', () => {
  it('can be asked for before there is a plan', () => {
    keepRunProgress();
    expect(now()).toMatchObject({ phase: 'starting', runId: null, scenarios: [] });
  });

  it('shows every scenario of the plan as waiting, then running, then with its status', () => {
    const keeper = planned();
    expect(now()).toMatchObject({ runId: 'r7', cluster: 'local' });
    expect(now().scenarios.map(({ status }) => status)).toEqual(['waiting', 'waiting']);
    keeper.scenario(killSingle.name, 'running');
    expect(now()).toMatchObject({ phase: 'scenario', current: killSingle.name });
    keeper.scenario(killSingle.name, 'failed');
    expect(now()).toMatchObject({ current: null, scenarios: [{ status: 'failed' }, { status: 'waiting' }] });
    expect(shown.details).toContain(killSingle.name);
  });

  it('shows what each client said in the control run; one without a verdict is a failure of the equipment', () => {
    planned().control([outcome({ sdk: 'go' }), outcome({ sdk: 'rust' })], [judgeSdk(outcome(), rules, 1000)]);
    expect(now().control).toMatchObject([
      { sdk: 'go', phase: 'control', status: 'passed' },
      { sdk: 'rust', phase: 'control', status: 'harness_error' },
    ]);
  });

  it('keeps the last 20 notes, since signals may come without end', () => {
    const keeper = planned();
    for (let n = 1; n <= 25; n += 1) keeper.note(`note ${n}`);
    expect(now().notes).toHaveLength(20);
    expect(now().notes.at(-1)).toBe('note 25');
  });

  it('says how a paused run goes on, and no longer once it is closed', () => {
    const keeper = planned();
    const howToResume = { command: 'robustmq-chaos resume', temporal: 't', signal: 'resume', payload: '{}' };
    const since = '2026-11-22T00:00:00.000Z';
    keeper.pause(result, { since, consecutiveFailures: 3, byRuns: ['r5', 'r6', 'r7'], howToResume });
    expect(now()).toMatchObject({ phase: 'paused', since, result, pause: { consecutiveFailures: 3 } });
    expect(shown.details).toContain('robustmq-chaos resume');
    keeper.close(result);
    expect(now()).toMatchObject({ phase: 'closed', pause: null, result });
    expect(shown.details).not.toContain('robustmq-chaos resume');
  });
});
