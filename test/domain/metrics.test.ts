import { describe, expect, it } from 'vitest';
import type { HistoryBreaker, HistoryEntry } from '../../src/domain/history.js';
import { expositionText, historyMetrics } from '../../src/domain/metrics.js';
import { syntheticHistory } from '../../testing/reports/synthetic-history.js';

const HOUR = 3_600_000;
const [round] = syntheticHistory(1) as [HistoryEntry];
const at = (hours: number): string => new Date(Date.UTC(2026, 0, 1) + hours * HOUR).toISOString();
const now = Date.parse(at(10));

/** The values of what the history says, by `name{labels}` without the prefix. */
function valuesOf(runs: readonly HistoryEntry[], breakers: readonly HistoryBreaker[] = []): Record<string, number> {
  const all = historyMetrics({ runs, breakers }, now).flatMap(({ name, samples }) =>
    samples.map(({ labels, value }) => [
      `${name.replace('robustmq_chaos_', '')} ${Object.values(labels).join(' ')}`,
      value,
    ]),
  );
  return Object.fromEntries(all) as Record<string, number>;
}

describe('of a cluster', () => {
  it('the last full round with a verdict counts, whatever came after it', () => {
    const values = valuesOf([
      { ...round, headline: 'PASS', finished_at: at(1) },
      { ...round, headline: 'FAIL', finished_at: at(4) },
      { ...round, headline: 'CANCELLED', finished_at: at(5) },
      { ...round, headline: 'PASS', kind: 'single', finished_at: at(6) },
      { ...round, headline: 'INVALID', cluster: 'other', finished_at: at(7) },
    ]);
    expect(values).toMatchObject({
      'last_verdict local PASS': 0,
      'last_verdict local FAIL': 1,
      'last_verdict local INVALID': 0,
      'last_verdict local KNOWN': 0,
      'last_verdict other INVALID': 1,
      'last_verdict_timestamp_seconds local': Date.parse(at(4)) / 1000,
      'last_verdict_age_seconds local': 6 * 3600,
      'verdicts local PASS': 1,
      'verdicts local FAIL': 1,
      'verdicts local KNOWN': 0,
      'verdicts other PASS': 0,
    });
    expect(Object.keys(values).filter((name) => name.includes('CANCELLED'))).toEqual([]);
  });

  it('what is new, known and gone is there only with a list of known failures', () => {
    const known = { new_failures: 1, new_warnings: 2, known: 3, gone: ['A', 'B', 'C', 'D'], sightings: [] };
    expect(valuesOf([{ ...round, known }])).toMatchObject({
      'new_failures local': 1,
      'new_warnings local': 2,
      'known_findings local': 3,
      'known_entries_gone local': 4,
    });
    expect(valuesOf([round])).not.toHaveProperty('new_failures local');
  });

  it('the breaker is told, and when a verdict is overdue if one is waited for', () => {
    const breaker = { cluster: 'local', failures_in_a_row: 2, open: false, since: null, note: null };
    const waiting = { since: at(1), every_ms: 4 * HOUR, overdue_after_ms: 9 * HOUR };
    expect(valuesOf([], [{ ...breaker, waiting }])).toEqual({
      'failures_in_a_row local': 2,
      'breaker_open local': 0,
      'verdict_interval_seconds local': 4 * 3600,
      'verdict_overdue_timestamp_seconds local': Date.parse(at(10)) / 1000,
    });
    const quiet = { 'failures_in_a_row local': 2, 'breaker_open local': 1 };
    expect(valuesOf([], [{ ...breaker, open: true, waiting: null }])).toEqual(quiet);
    expect(valuesOf([], [{ ...breaker, open: true }])).toEqual(quiet);
  });

  it('each scenario and SDK has its figures, in seconds; one that there is not is left out', () => {
    const figures = { passed: true, status: 'passed', lost: 3, p99_ms: 12.5, outage_ms: 4200, lost_in_fault: 7 };
    const none = { passed: false, status: 'timeout', lost: null, p99_ms: null, outage_ms: null, lost_in_fault: 0 };
    const sdks = [
      { sdk: 'go', ...figures },
      { sdk: 'java', ...none },
    ];
    const scenarios = [{ ...round.scenarios[0]!, name: 'kill', sdks }];
    const values = Object.entries(valuesOf([{ ...round, scenarios }])).filter(([name]) => name.includes('kill'));
    expect(Object.fromEntries(values)).toEqual({
      'validation_p99_seconds local kill go': 0.0125,
      'validation_lost_messages local kill go': 3,
      'fault_outage_seconds local kill go': 4.2,
      'fault_lost_messages local kill go': 7,
      'fault_lost_messages local kill java': 0,
    });
  });
});

it('text of others stays one label; a gauge without a value has no lines', () => {
  const samples = [{ labels: { cluster: 'a"b\\n\nc', sdk: 'go' }, value: 0.5 }];
  expect(
    expositionText([
      { name: 'x', help: 'Help.', samples },
      { name: 'y', help: 'None.', samples: [] },
    ]),
  ).toBe('# HELP x Help.\n# TYPE x gauge\nx{cluster="a\\"b\\\\n\\nc",sdk="go"} 0.5\n');
  expect(expositionText(historyMetrics({ runs: [], breakers: [] }, now))).toBe('');
});
