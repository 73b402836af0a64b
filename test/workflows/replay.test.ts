import { readdirSync, readFileSync } from 'node:fs';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { BUNDLE_PATH, quietRuntime } from '../../testing/workflows/rig.js';

quietRuntime();

const folder = new URL('../histories/', import.meta.url);
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));

interface Recorded {
  readonly events: readonly { readonly workflowExecutionStartedEventAttributes?: { readonly workflowId: string } }[];
}

function replay(name: string, workflowBundle: WorkflowBundleOption): Promise<void> {
  const history = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Recorded;
  // A run names its scenarios after itself: it has to be replayed under its own id.
  const workflowId = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '';
  return Worker.runReplayHistory({ workflowBundle }, history, workflowId);
}

describe('a recorded history', () => {
  it.each(names)('%s is replayed by the workflows as they are now', async (name) => {
    await expect(replay(name, { codePath: BUNDLE_PATH })).resolves.toBeUndefined();
  });

  it('is there for every workflow, of this version and of the one before', () => {
    const needed = ['cluster.json', 'run-passed.json', 'scenario-passed.json'];
    expect(names).toEqual(expect.arrayContaining([...needed, ...needed.map((name) => `0.1.0/${name}`)]));
  });
});

describe('a changed workflow', () => {
  const code = readFileSync(BUNDLE_PATH, 'utf8');

  it.each([
    ['another activity', 'scenario-passed.json', 'host.prepareFault(', 'host.hostTime('],
    ['no heal wait', 'scenario-passed.json', /\(0,\w+\.sleep\)\(plan\.timing\.healWaitMs/g, 'Promise.resolve(0'],
    ['other names for its scenarios', 'run-passed.json', "'ScenarioWorkflow', {", "'OtherWorkflow', {"],
    ['no recovery on its way out', 'scenario-cancelled.json', 'host.recoverFault(', 'host.hostTime('],
    ['no count', 'run-passed.json', '.recordOutcome(', '.hostTime('],
    ['no pause of the schedule', 'run-paused.json', '.pauseSchedule(', '.hostTime('],
    ['no reset of the breaker', 'run-paused.json', '.resetBreaker(', '.hostTime('],
    ['no reset after a long pause', 'run-paused-on.json', '.resetBreaker(', '.hostTime('],
    [
      'a pause that never continues as new',
      'run-paused-long.json',
      /const isLong = .*/g,
      'const isLong = () => false;',
    ],
    ['no removal of old runs', 'run-paused-long.json', '.removeOld(', '.hostTime('],
    ['no schedule that goes on', 'cluster-breaker.json', '.unpauseSchedule(', '.hostTime('],
    [
      'another end for a pause that an older version began',
      '0.1.0/run-paused-long.json',
      /\(0,\s*\w+\.patched\)\(/g,
      'Boolean(',
    ],
    ['no look at the schedule', 'cluster-watched.json', '.lookAtSchedule(', '.hostTime('],
    ['no message to people', 'cluster-watched.json', '.announceNotice(', '.hostTime('],
    ['a watch that an old record never had', 'cluster-upgraded.json', /!\(0,\w+\.patched\)\('watch'\)/g, 'false'],
    ['no release of the cluster', 'run-cancelled.json', '.releaseCluster(', '.acquireCluster('],
  ])('with %s is caught by %s', async (_, name, from, to) => {
    const changed = code.replaceAll(from, to);
    expect(changed).not.toBe(code);
    await expect(replay(name, { code: changed })).rejects.toThrow(DeterminismViolationError);
  });
});
