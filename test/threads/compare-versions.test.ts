import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { seriesRunWorkflowId } from '../../src/domain/ids.js';
import { runDir, runPaths } from '../../src/host/layout/paths.js';
import { readStored } from '../../src/host/os/stored.js';
import type { StoredComparison } from '../../src/messages/versions.js';
import { compareVersions } from '../../src/threads/compare-versions.js';
import { storeRun } from '../../testing/reports/publishable-run.js';
import { temporaryFolder } from '../../testing/processes.js';
import { seriesPlan } from '../../testing/series/plan.js';

it('a series is what its runs left behind; one without a report, or a damaged one, does not count', () => {
  const dataRoot = temporaryFolder();
  const plan = { ...seriesPlan, dataRoot };
  const turns = [1, 2].flatMap((round) => [0, 1].map((version) => ({ round, version })));
  const runs = turns.map((turn) => {
    const runId = seriesRunWorkflowId(plan.series, turn.round, turn.version + 1);
    return { ...turn, runId, workflowId: runId, headline: 'PASS' as const, summary: '' };
  });
  const [first, second, third] = runs as [(typeof runs)[number], (typeof runs)[number], (typeof runs)[number]];
  storeRun(dataRoot, first.runId, 0, {});
  storeRun(dataRoot, second.runId, 0, {});
  storeRun(dataRoot, third.runId, 0, {});
  const report = runPaths(runDir(dataRoot, third.runId)).reportJson;
  writeFileSync(report, readFileSync(report, 'utf8').slice(0, 100));
  expect(dirname(dirname(report))).toBe(`${dataRoot}/series`);
  const { jsonPath, markdownPath, ...said } = compareVersions({ plan, runs });
  const { comparison, series } = readStored<StoredComparison>('comparison', jsonPath) as StoredComparison;
  expect(series).toBe(plan.series);
  expect(comparison.versions.map(({ label, rounds, counted }) => [label, rounds.length, counted])).toEqual([
    ['A', 2, 1],
    ['B', 2, 1],
  ]);
  expect(said).toMatchObject({ worse: false, undecided: false });
  expect(readFileSync(markdownPath, 'utf8')).toContain(said.answer);
});
