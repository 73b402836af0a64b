import { NO_FAULT, type FaultRecord } from '../domain/fault-record.js';
import type { HistoryBreaker, HistoryEntry, HistoryIndex, HistoryKnown, HistoryScenario } from '../domain/history.js';
import { countsOf, type KnownVerdict } from '../domain/known.js';
import type { RunPlan } from '../domain/plan.js';
import type { ReportFile, ScenarioResult } from '../domain/report-data.js';
import type { Scenario } from '../domain/scenario.js';
import { brokerOf } from '../domain/tested-broker.js';
import { summaryOf } from './summary.js';

/** How long the recovery and the change of leaders took. A fault that ended before its window has no recovery that could be compared. */
function times(fault: FaultRecord, windowMs: number) {
  const { injectedUs, recoveredUs, recoverError, cutShort, leaders } = fault;
  const proved = injectedUs !== null && recoveredUs !== null && recoverError === null;
  const afterMs = proved ? Math.round((recoveredUs - injectedUs) / 1000) : null;
  const seconds = leaders.flatMap((change) => change.seconds ?? []);
  return {
    recovered_after_ms: afterMs,
    recovery_ms: afterMs === null || cutShort ? null : Math.max(0, afterMs - windowMs),
    leader_ms: seconds.length === 0 ? null : Math.round(Math.max(...seconds) * 1000),
  };
}

/** What of a run's plan makes figures others, though the broker is the same. */
function settingOf({ load, timing, nodeCount, network }: RunPlan, { fault, target, params }: Scenario): string {
  const { messages, ratePerSecond, payloadBytes, subscriberSession = 'persistent' } = load;
  const { leadInMs, faultWindowMs, healWaitMs } = timing;
  const given = Object.entries(params).map(([key, value]) => `${key}=${String(value)}`);
  return [
    ...[fault, target, ...given.sort()],
    ...[`${messages} × ${payloadBytes} B, ${ratePerSecond}/s, ${subscriberSession}`],
    ...[`${leadInMs} + ${faultWindowMs} + ${healWaitMs} ms`, `${nodeCount} nodes, ${network}`],
  ].join('; ');
}

function historyScenario(
  row: ReportFile['scenarios'][number],
  details: ScenarioResult | undefined,
  plan: RunPlan,
): HistoryScenario {
  return {
    name: row.name,
    core: row.core,
    passed: row.passed,
    status: row.status,
    ...times(details?.fault ?? NO_FAULT, plan.timing.faultWindowMs),
    ...(details === undefined ? {} : { setting: settingOf(plan, details.scenario) }),
    sdks: row.sdks.map(({ sdk, passed, status, lost, p99_ms }) => {
      const figures = details?.faultPeriod.find((f) => f.sdk === sdk);
      const outage = figures === undefined ? null : Math.round(figures.longestNoAckMs);
      return { sdk, passed, status, lost, p99_ms, outage_ms: outage, lost_in_fault: figures?.ackedLost ?? 0 };
    }),
  };
}

function historyKnown(verdict: KnownVerdict): HistoryKnown {
  const { newFailures, newWarnings, known } = countsOf(verdict);
  const gone = verdict.gone.map(({ id }) => id);
  return { new_failures: newFailures, new_warnings: newWarnings, known, gone, sightings: verdict.sightings };
}

/** What the history keeps of one report. */
export function historyEntry(report: ReportFile): HistoryEntry {
  const { run_id, started_at, finished_at, headline, run_passed, pass_rate, details } = report;
  const { kind, cluster } = details.plan;
  const scenarios = report.scenarios.map((row) =>
    historyScenario(
      row,
      details.scenarios.find((s) => s.scenario.name === row.name),
      details.plan,
    ),
  );
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
    scenarios,
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
