import { writeFileSync } from 'node:fs';
import { beforeEach, expect, it } from 'vitest';
import { createReportActivities } from '../../src/activities/report.js';
import type { RunPlan, RunRef } from '../../src/domain/plan.js';
import type { ReportFile } from '../../src/domain/report-data.js';
import { phasePaths } from '../../src/host/layout/phase-paths.js';
import { runPaths } from '../../src/host/layout/paths.js';
import { readJson } from '../../src/host/os/files.js';
import { writeStored } from '../../src/host/os/stored.js';
import { activityEnvironment, perform, plannedRun } from '../../testing/activities.js';
import { temporaryFolder } from '../../testing/processes.js';
import { crowded } from '../../testing/reports/crowd.js';
import { guaranteeResult } from '../../testing/reports/guarantees.js';
import { result } from '../../testing/reports/values.js';
import { killSingle } from '../../testing/workflows/plans.js';

const { recordScenario, writeReport } = createReportActivities({ chaos: '0.1.0' });

let plan: RunPlan;
let run: RunRef;
beforeEach(() => {
  ({ plan, run } = plannedRun(temporaryFolder(), { scenarios: [killSingle] }));
});

const request = {
  ...{ workflowId: 'chaos-run', startedAt: '2026-11-22T11:58:00.000Z', cancelled: false, endpoint: '127.0.0.1:1883' },
  ...{ dataDirs: [], control: [], controlVerdicts: [], runFailures: [], endSnapshot: null, notes: [], verdicts: [] },
};

it('a scenario that was recorded is in the report, which says what it was made with', async () => {
  // What the checkers found in a phase lies in its folder.
  const judged = { results: [guaranteeResult()], crowd: crowded.crowd, judged: ['go'], notes: [] };
  const { guarantees } = phasePaths(runPaths(plan.runDir).phase(killSingle.name, 'fault'));
  writeStored('guarantees', guarantees, judged);
  await perform(recordScenario, { run, result: result(killSingle, { faultPeriod: [] }) });
  expect(await perform(writeReport, { run, ...request })).toMatchObject({ headline: 'PASS', runPassed: true });
  const report = readJson<ReportFile>(runPaths(plan.runDir).reportJson);
  expect(report?.scenarios.map(({ name }) => name)).toEqual([killSingle.name]);
  expect(report?.details.scenarios[0]).toMatchObject({ guarantees: judged.results, crowd: judged.crowd });
  expect(report?.details.versions).toEqual({ chaos: '0.1.0' });
});

it('a report that cannot be made ends the run without one, and is not tried for ever', async () => {
  writeFileSync(runPaths(plan.runDir).brokers, '{"half');
  const at = (attempt: number) =>
    activityEnvironment(undefined, { attempt }).run(writeReport, {
      run,
      ...request,
    });
  await expect(at(1)).rejects.not.toMatchObject({ nonRetryable: true });
  await expect(at(10)).rejects.toMatchObject({ type: 'REPORT_FAILED', nonRetryable: true });
});
