import { expect, test } from 'vitest';
import { compareRuns, comparisonText } from '../../src/report/compare.js';
import { catalogue, outcome } from '../../testing/values.js';
import { figures, plan, result, runData } from '../../testing/reports/values.js';

const a = runData();
const slow = result(catalogue[0]!, {
  validation: [outcome({ sdk: 'go', result: { p99_ms: 25 } }), outcome({ sdk: 'rust', result: { lost: 3 } })],
  faultPeriod: [figures({ longestNoAckMs: 8642 })],
});
const b = runData({
  plan: { ...plan, runId: 'chaos-run-local-9' },
  scenarios: [slow],
  versions: { 'nats-server': 'v2.15.2' },
});
const row = (what: string) => compareRuns(a, b).find((r) => r.what === what);

test('two runs are compared by verdict, p99, losses, outage and versions', () => {
  const { name } = catalogue[0]!;
  expect(row('verdict')).toMatchObject({ a: 'PASS', b: 'FAIL' });
  expect(row(`${name}: status`)).toMatchObject({ a: 'passed', b: 'failed' });
  expect(row(`${name} go: p99 ms`)).toMatchObject({ a: '12.5', b: '25', ratio: '2.00 ×' });
  expect(row(`${name} rust: lost`)).toMatchObject({ a: '0', b: '3' });
  expect(row(`${name} go: no acknowledgement for`)).toMatchObject({ a: '4.32 s', b: '8.64 s', ratio: '2.00 ×' });
  expect(row('nats-server')).toMatchObject({ a: 'v2.15.1', b: 'v2.15.2' });
});

test('what was lost after the fault is compared, and is a dash in a run of 0.1.0, which does not say', () => {
  const lostByPeriod = [
    { period: 'during', count: 1 },
    { period: 'after', count: 40 },
    { period: 'heal wait', count: 2 },
  ] as const;
  const today = runData({
    scenarios: [result(catalogue[0]!, { faultPeriod: [figures({ ackedLost: 43, lostByPeriod })] })],
  });
  const found = compareRuns(a, today).find((r) => r.what.endsWith('go: of these after the fault'));
  expect(found).toMatchObject({ a: '–', b: '42' });
});

test('what only one of them has is a dash in the other', () => {
  expect(row(`${catalogue[1]!.name}: status`)).toMatchObject({ a: 'passed', b: '–', ratio: '–' });
});

test('a run is like itself: nothing is marked, and no version is named', () => {
  const text = comparisonText(a, a);
  expect(text).not.toContain('≠');
  expect(text).not.toContain('nats-server');
  expect(comparisonText(a, b)).toContain('| ≠ | verdict | PASS | FAIL |');
});
