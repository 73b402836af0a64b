import { expect, test } from 'vitest';
import { judgeKnown } from '../../src/domain/known-verdict.js';
import type { RunPlan } from '../../src/domain/plan.js';
import { historyEntry, historyIndex } from '../../src/report/history.js';
import { jsonReport } from '../../src/report/json.js';
import { knownEntry } from '../../testing/known.js';
import { figures, plan, result, runData } from '../../testing/reports/values.js';
import { catalogue } from '../../testing/values.js';

const report = jsonReport(
  runData({ scenarios: catalogue.map((s) => result(s, { faultPeriod: [figures({ ackedLost: 2 })] })) }),
);

test('an entry has what the history shows: verdicts, p99, outage, time to recover, losses', () => {
  const entry = historyEntry(report);
  expect(entry).toMatchObject({ run_id: report.run_id, headline: 'PASS', pass_rate: 100, kind: 'full' });
  const times = { recovered_after_ms: 32_500, recovery_ms: 2500, leader_ms: 4250 };
  expect(entry.scenarios[0]).toMatchObject({ status: 'passed', ...times });
  expect(entry.scenarios[0]?.sdks[0]).toMatchObject({ p99_ms: 12.5, outage_ms: 4321, lost_in_fault: 2, passed: true });
  expect(entry.scenarios[0]?.sdks[1]).toMatchObject({ sdk: 'rust', outage_ms: null, lost_in_fault: 0 });
});

test('an entry names the broker', () => {
  const versions = { node: '20', 'nats-server': 'v2.15.1', 'nats-server sha256': 'ab' };
  expect(historyEntry(jsonReport(runData({ versions }))).broker).toEqual({
    ...{ version: 'v2.15.1', commit: null, sha256: 'ab' },
  });
});

test('an entry says with what each scenario was played', () => {
  const settingOf = (change: Partial<RunPlan>, params = {}) => {
    const scenario = { ...catalogue[0]!, params: { ...catalogue[0]!.params, ...params } };
    const data = runData({ scenarios: [result(scenario)], plan: { ...plan, ...change } });
    return historyEntry(jsonReport(data)).scenarios[0]?.setting;
  };
  const usual = settingOf({});
  expect(usual).toMatch(
    /^broker-kill; robustmq-server; victim=follower; \d+ × \d+ B, \d+\/s, persistent; .* nodes, proxies$/,
  );
  expect(settingOf({ runId: 'other', binary: '/opt/other', sdks: ['go'] })).toBe(usual);
  const others = [
    settingOf({ load: { ...plan.load, ratePerSecond: 7 } }),
    settingOf({ timing: { ...plan.timing, faultWindowMs: 7 } }),
    settingOf({ nodeCount: 1 }),
    settingOf({}, { victim: 'leader' }),
  ];
  expect(new Set([usual, ...others]).size).toBe(5);
});

test('where no leader was found, or the fault ended too early, there is no time of it', () => {
  const [kill] = catalogue;
  const timesOf = (fault: Parameters<typeof result>[1]) =>
    historyEntry(jsonReport(runData({ scenarios: [result(kill!, fault)] }))).scenarios[0];
  const leader = { group: 'meta', from: 'n2', to: null, seconds: null, termFrom: 2, termTo: null };
  expect(timesOf({ fault: { leaders: [leader] } })).toMatchObject({ leader_ms: null, recovery_ms: 2500 });
  expect(timesOf({ fault: { cutShort: true } })).toMatchObject({ leader_ms: 4250, recovery_ms: null });
  expect(timesOf({ fault: { recoveredUs: 30_900_000 } })).toMatchObject({ recovery_ms: 0 });
});

test('a recovery that was not proved has no time', () => {
  const failed = jsonReport(runData({ scenarios: [result(catalogue[0]!, { fault: { recoverError: 'never came' } })] }));
  expect(historyEntry(failed).scenarios[0]?.recovered_after_ms).toBeNull();
});

test('an index has every run once, the later word counts, and the order is that of their starts, whatever their time zones', () => {
  const entry = historyEntry(report);
  const at = (run_id: string, started_at: string, pass_rate = 1) => ({ ...entry, run_id, started_at, pass_rate });
  const index = historyIndex(
    [
      at('late', '2026-01-01T12:00:00+00:00'),
      at('early', '2026-01-01T18:00:00+08:00'),
      at('late', '2026-01-01T12:00:00+00:00', 2),
    ],
    { runsAt: '' },
  );
  expect(index.runs.map((run) => [run.run_id, run.pass_rate])).toEqual([
    ['early', 1],
    ['late', 2],
  ]);
});

test('an entry has what is new, known and gone, where the config had a list of it', () => {
  expect(historyEntry(report)).not.toHaveProperty('known');
  const entries = [knownEntry(), knownEntry({ id: 'K-2', match: { check: 'sent' }, goneAfter: 1 })];
  const { details } = report;
  expect(historyEntry(jsonReport(judgeKnown(details, { entries, day: '2026-11-29', earlier: [] }))).known).toEqual({
    new_failures: 0,
    new_warnings: 0,
    known: 3,
    gone: ['K-2'],
    sightings: [
      { id: 'K-1', seen: 3 },
      { id: 'K-2', seen: 0 },
    ],
  });
});
