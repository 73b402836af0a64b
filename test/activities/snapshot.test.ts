import { afterEach, expect, it, vi } from 'vitest';
import { snapshotActivities } from '../../src/activities/snapshot.js';
import { rehearsalDriver } from '../../src/host/drivers/rehearsal.js';
import { perform, plannedRun } from '../../testing/activities.js';
import { temporaryFolder } from '../../testing/processes.js';
import { snapshot } from '../../testing/reports/values.js';

const dataRoot = temporaryFolder();
afterEach(() => vi.restoreAllMocks());

it('is what the driver of the cluster sees, with the lines that must never appear', async () => {
  const { plan, run } = plannedRun(dataRoot, { neverLines: ['panic:'] });
  const taken = vi.spyOn(rehearsalDriver, 'snapshot').mockResolvedValue(snapshot({ label: 'end' }));
  expect(await perform(snapshotActivities.takeSnapshot, { run, label: 'end' })).toEqual(snapshot({ label: 'end' }));
  expect(taken).toHaveBeenCalledWith(plan.clusterDir, { label: 'end', runDir: plan.runDir, neverLines: ['panic:'] });
});

it.each([
  ['the cluster is gone', () => plannedRun(dataRoot).run, /no snapshot: .*no cluster/],
  ['the plan is gone', () => ({ runId: 'r9', runDir: '/nowhere/r9' }), /no snapshot: .*plan of run r9/],
])('is a warning, and no failure of the run, where %s', async (_, runOf, warning) => {
  const request = { run: runOf(), label: 'end' };
  const { label, warnings, figures, file } = await perform(snapshotActivities.takeSnapshot, request);
  expect({ label, warnings, figures, file }).toEqual({
    label: 'end',
    warnings: [expect.stringMatching(warning)],
    figures: {},
    file: '',
  });
});
