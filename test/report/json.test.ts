import { describe, expect, it } from 'vitest';
import { jsonReport } from '../../src/report/json.js';
import { outcome, catalogue } from '../../testing/values.js';
import { plan, result, runData } from '../../testing/reports/values.js';

const SDK_FIELDS = ['sdk', 'passed', 'status', 'sent', 'received', 'lost', 'p99_ms', 'duration_seconds', 'errors'];

describe('report.json', () => {
  it('gives run and scenarios in the words of the spec, with times in the zone of the config', () => {
    const file = jsonReport(runData({ plan: { ...plan, timeZone: 'Asia/Shanghai' } }));
    expect(file.run_id).toBe(plan.runId);
    expect([file.started_at, file.finished_at]).toEqual(['2026-11-22T19:58:00+08:00', '2026-11-22T20:10:04+08:00']);
    expect(file.scenarios.map((s) => s.name)).toEqual(catalogue.map((s) => s.name));
    for (const scenario of file.scenarios) {
      for (const row of scenario.sdks) expect(Object.keys(row).sort()).toEqual([...SDK_FIELDS].sort());
    }
  });

  it('says null, and why, where a client gave no result', () => {
    const bad = outcome({ sdk: 'go', result: null, lineProblem: 'expected one JSON object' });
    const first = catalogue[0];
    if (first === undefined) throw new Error('the catalogue is empty');
    const file = jsonReport(runData({ scenarios: [result(first, { validation: [bad] })] }));
    expect(file.scenarios[0]?.sdks[0]).toMatchObject({
      passed: false,
      status: 'script_format_error',
      sent: null,
      p99_ms: null,
      errors: ['expected one JSON object'],
    });
  });

  it('keeps everything that reports are made from', () => {
    const data = runData();
    expect(jsonReport(data).details).toEqual(data);
  });
});
