import { expect, it } from 'vitest';
import type { ReportWritten } from '../../src/messages/requests.js';
import { NOTHING_FOUND } from '../../src/workflows/run-context.js';
import { reportRequest, resultOf } from '../../src/workflows/run-result.js';
import { outcome } from '../../testing/values.js';
import { killSingle, networkDelay, planWith } from '../../testing/workflows/plans.js';

const run = { runId: 'run', runDir: '/srv/chaos/runs/run' };
const ending = { workflowId: 'chaos-run', startedAt: '2026-11-22T00:00:00.000Z', cancelled: true };
const passed = {
  name: killSingle.name,
  core: true,
  verdict: { passed: true, status: 'passed', failures: [], attribution: 'none' },
  needsNewCluster: false,
} as const;
const written: ReportWritten = {
  finishedAt: '2026-11-22T00:00:04.000Z',
  headline: 'FAIL',
  runPassed: false,
  passRatePercent: 50,
  onlyFormatErrors: false,
  summary: 'a summary',
  jsonPath: '/srv/chaos/runs/run/report.json',
  markdownPath: '/srv/chaos/runs/run/report.md',
};

it('asks for a report of everything that was found', () => {
  const found = {
    ...NOTHING_FOUND,
    up: { endpoint: '127.0.0.1:1883', dataDirs: ['n1'] },
    control: [outcome()],
    notes: ['a note'],
    outcomes: [passed],
  };
  expect(reportRequest(run, found, ending)).toMatchObject({
    run,
    ...ending,
    endpoint: '127.0.0.1:1883',
    dataDirs: ['n1'],
    control: [outcome()],
    notes: ['a note'],
    verdicts: [{ name: killSingle.name, verdict: passed.verdict }],
  });
});

it('asks for a report of a run whose cluster never came up', () => {
  expect(reportRequest(run, NOTHING_FOUND, ending)).toMatchObject({ endpoint: null, dataDirs: [], verdicts: [] });
});

it('answers with every scenario of the plan: one that was not played has not passed', () => {
  const plan = planWith({ scenarios: [killSingle, networkDelay] });
  const { onlyFormatErrors, finishedAt, ...told } = written;
  expect({ onlyFormatErrors, finishedAt }).toBeDefined();
  expect(resultOf(plan, { ...NOTHING_FOUND, outcomes: [passed] }, written)).toEqual({
    ...told,
    runId: plan.runId,
    refusedBy: null,
    scenarios: [
      { name: killSingle.name, passed: true, status: 'passed' },
      { name: networkDelay.name, passed: false, status: 'not run' },
    ],
  });
});
