import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rejudge } from '../../src/domain/rejudge.js';
import type { ReportFile, RunData } from '../../src/domain/report-data.js';
import { installRoot } from '../../src/host/os/tools.js';
import { comparisonText } from '../../src/report/compare.js';
import { runFiles } from '../../src/report/run-files.js';
import { summaryOf } from '../../src/report/summary.js';
import { problemsOf } from '../../testing/json-schema.js';
import { runData } from '../../testing/reports/values.js';

/** Reports that version 0.1.0 wrote of real rounds: without periods, borders, or a verdict on the control run. */
const storedReport = (name: string): ReportFile =>
  JSON.parse(readFileSync(join(installRoot, 'docs', 'robustmq', `${name}.json`), 'utf8')) as ReportFile;
const stored = (name: string): RunData => storedReport(name).details;
const judgedAgain = (data: RunData, rules = data.plan.rules): ReturnType<typeof rejudge> =>
  rejudge(data, { ledger: () => undefined }, rules, null);

describe.each(['run-1', 'topics-ahead'])('a stored report of version 0.1.0: %s', (name) => {
  const data = stored(name);

  it('is shown, with its losses where it saw them', () => {
    const files = runFiles({ data, ledgers: [], logs: {} });
    for (const text of [files.get('report.md'), files.get('report.html')]) {
      expect(text).toContain(`${data.losses[0]!.count}`);
      expect(text).not.toMatch(/undefined|NaN/);
    }
  });

  it('is what the schema of today says', () => {
    expect(problemsOf('report.schema.json', storedReport(name))).toEqual([]);
  });

  it('is judged again as it was', () => {
    expect(judgedAgain(data).differences).toEqual([]);
  });

  it('can be compared with one of today', () => {
    expect(comparisonText(data, runData())).not.toMatch(/undefined|NaN/);
  });
});

it('a stored report in which the broker failed before any fault says so, and is a FAIL by verdict.control: fail', () => {
  const data = stored('topics-ahead');
  expect(summaryOf(data)).toContain(
    'the broker failed before anything was done to it (control run: python failed, lost 1000; ',
  );
  const { data: now } = judgedAgain(data, { ...data.plan.rules, control: 'fail' });
  expect(now.controlFailures?.length).toBeGreaterThan(0);
  expect(now.runPassed).toBe(false);
});
