import { historyScenarios } from '../domain/history-scenarios.js';
import type { HistoryBreaker, HistoryEntry, HistoryIndex, HistoryKnown } from '../domain/history.js';
import { countsOf, type KnownVerdict } from '../domain/known.js';
import type { ReportFile } from '../domain/report-data.js';
import { brokerOf } from '../domain/tested-broker.js';
import { summaryOf } from './summary.js';

function historyKnown(verdict: KnownVerdict): HistoryKnown {
  const { newFailures, newWarnings, known } = countsOf(verdict);
  const gone = verdict.gone.map(({ id }) => id);
  return { new_failures: newFailures, new_warnings: newWarnings, known, gone, sightings: verdict.sightings };
}

/** What the history keeps of one report. */
export function historyEntry(report: ReportFile): HistoryEntry {
  const { run_id, started_at, finished_at, headline, run_passed, pass_rate, details } = report;
  const { kind, cluster } = details.plan;
  const summary = summaryOf(details);
  const known = details.known === undefined ? {} : { known: historyKnown(details.known) };
  return {
    run_id,
    kind,
    cluster,
    started_at,
    finished_at,
    headline,
    run_passed,
    pass_rate,
    summary,
    ...known,
    broker: brokerOf(details.versions),
    scenarios: historyScenarios(report.scenarios, details),
  };
}

/**
 * `index.json` from any entries: in the order of their start, each run once (of two the later one given), so that an index can be added to:
 * `historyIndex([...old.runs, entry], …)`.
 */
export function historyIndex(
  entries: readonly HistoryEntry[],
  options: { readonly runsAt: string; readonly breakers?: readonly HistoryBreaker[] },
): HistoryIndex {
  const byId = new Map(entries.map((entry) => [entry.run_id, entry]));
  const time = (entry: HistoryEntry): number => Date.parse(entry.started_at);
  const runs = [...byId.values()].sort((a, b) => time(a) - time(b) || a.run_id.localeCompare(b.run_id));
  return { schema: 'robustmq-chaos-index/1', runs_at: options.runsAt, breakers: options.breakers ?? [], runs };
}
