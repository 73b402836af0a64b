import type { HistoryBreaker, HistoryEntry } from '../../src/domain/history.js';
import { dataPaths } from '../../src/host/layout/paths.js';
import { writeStoredText } from '../../src/host/os/stored.js';
import { historyIndex } from '../../src/report/history.js';
import { syntheticHistory } from './synthetic-history.js';

/** Free text, as a report may have it. */
export const AWKWARD = 'a "quoted" \\ name\nof two lines';

const STEADY: Partial<HistoryEntry> = { cluster: 'steady', headline: 'PASS', run_passed: true };
const AFTER = { every_ms: 14_400_000, overdue_after_ms: 32_400_000 };

const breaker = (cluster: string, change: Partial<HistoryBreaker>): HistoryBreaker => ({
  ...{ cluster, failures_in_a_row: 0, open: false, since: null, note: null, waiting: null, unplanned: null },
  ...change,
});

/**
 * Writes the history of two clusters into a data folder: of `local` the last round failed, with a new failure, after 21 that passed, two that were INVALID and one that
 * was KNOWN, and the breaker is open; of `steady` one round passed, and the next verdict is long overdue.
 */
export function storeHistory(dataRoot: string): readonly HistoryEntry[] {
  const runs = syntheticHistory(25);
  const last = runs.at(-1)!;
  const failed: HistoryEntry = {
    ...last,
    known: { new_failures: 1, new_warnings: 2, known: 3, gone: ['RMQ-1'], sightings: [] },
  };
  const [first] = failed.scenarios;
  const steady: HistoryEntry = {
    ...runs[0]!,
    ...STEADY,
    run_id: 'steady-1',
    scenarios: [{ ...first!, name: AWKWARD }],
  };
  const entries = [...runs.slice(0, -1), failed, steady];
  const breakers = [
    breaker('local', { failures_in_a_row: 3, open: true }),
    breaker('steady', { waiting: { since: steady.finished_at, ...AFTER } }),
  ];
  const index = historyIndex(entries, { runsAt: 'runs/', breakers });
  writeStoredText('history', dataPaths(dataRoot).historyJson, JSON.stringify(index));
  return entries;
}
