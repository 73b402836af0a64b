import { NO_FAULT, type FaultRecord } from './fault-record.js';
import type { HistoryScenario } from './history.js';
import type { RunPlan } from './plan.js';
import type { ReportFile, RunData, ScenarioResult } from './report-data.js';
import { entriesOf, type FaultEntry, type Scenario } from './scenario.js';

type Row = ReportFile['scenarios'][number];

/** One row per SDK, in the words of the spec: what other programs read. */
const sdkRows = ({ validation, sdkVerdicts }: ScenarioResult): Row['sdks'] =>
  validation.map(({ sdk, result, durationSeconds, lineProblem }, i) => ({
    sdk,
    passed: sdkVerdicts[i]?.passed ?? false,
    status: sdkVerdicts[i]?.status ?? 'harness_error',
    sent: result?.sent ?? null,
    received: result?.received ?? null,
    lost: result?.lost ?? null,
    p99_ms: result?.p99_ms ?? null,
    duration_seconds: durationSeconds,
    errors: [...(lineProblem === null ? [] : [lineProblem]), ...(result?.errors ?? [])],
  }));

/** The scenarios of a run as `report.json` has them at its head. */
export const scenarioRows = ({ scenarios }: Pick<RunData, 'scenarios'>): Row[] =>
  scenarios.map((result) => ({
    name: result.scenario.name,
    core: result.scenario.core,
    passed: result.verdict.passed,
    status: result.verdict.status,
    sdks: sdkRows(result),
  }));

/** How long the recovery and the change of leaders took. `windowMs`: null of a timeline, which has several. A fault that ended before its window has no recovery that could be compared. */
function times(fault: FaultRecord, windowMs: number | null) {
  const { injectedUs, recoveredUs, recoverError, cutShort, leaders } = fault;
  const proved = injectedUs !== null && recoveredUs !== null && recoverError === null;
  const afterMs = proved ? Math.round((recoveredUs - injectedUs) / 1000) : null;
  const seconds = leaders.flatMap((change) => change.seconds ?? []);
  return {
    recovered_after_ms: afterMs,
    recovery_ms: afterMs === null || cutShort || windowMs === null ? null : Math.max(0, afterMs - windowMs),
    leader_ms: seconds.length === 0 ? null : Math.round(Math.max(...seconds) * 1000),
  };
}

/** What of a run's plan makes figures others, though the broker is the same. */
function settingOf({ load, timing, nodeCount, network }: RunPlan, scenario: Scenario): string {
  const { messages, ratePerSecond, payloadBytes, subscriberSession = 'persistent' } = load;
  const { leadInMs, faultWindowMs, healWaitMs } = timing;
  return [
    ...entriesOf(scenario).flatMap((entry) => entrySetting(entry, faultWindowMs)),
    ...[`${messages} × ${payloadBytes} B, ${ratePerSecond}/s, ${subscriberSession}`],
    ...[`${leadInMs} + ${faultWindowMs} + ${healWaitMs} ms`, `${nodeCount} nodes, ${network}`],
  ].join('; ');
}

function entrySetting({ fault, target, params, atMs, forMs, after }: FaultEntry, windowMs: number): string[] {
  const given = Object.entries(params).map(([key, value]) => `${key}=${String(value)}`);
  const since = after === undefined ? '' : ` after ${after}`;
  // One that is there from the first inject on, for the whole window, says no more than it always did.
  const when = atMs === 0 && forMs === undefined && after === undefined;
  return [fault, target, ...given.sort(), ...(when ? [] : [`at ${atMs}${since} for ${forMs ?? windowMs} ms`])];
}

function historyScenario(row: Row, details: ScenarioResult | undefined, plan: RunPlan): HistoryScenario {
  return {
    name: row.name,
    core: row.core,
    passed: row.passed,
    status: row.status,
    ...times(details?.fault ?? NO_FAULT, (details?.faults?.length ?? 1) > 1 ? null : plan.timing.faultWindowMs),
    ...(details === undefined ? {} : { setting: settingOf(plan, details.scenario) }),
    sdks: row.sdks.map(({ sdk, passed, status, lost, p99_ms }) => {
      const figures = details?.faultPeriod.find((f) => f.sdk === sdk);
      const outage = figures === undefined ? null : Math.round(figures.longestNoAckMs);
      return { sdk, passed, status, lost, p99_ms, outage_ms: outage, lost_in_fault: figures?.ackedLost ?? 0 };
    }),
  };
}

/** The scenarios of a run as the history keeps them. `rows`: of its report. */
export const historyScenarios = (
  rows: readonly Row[],
  { scenarios, plan }: Pick<RunData, 'scenarios' | 'plan'>,
): HistoryScenario[] =>
  rows.map((row) =>
    historyScenario(
      row,
      scenarios.find(({ scenario }) => scenario.name === row.name),
      plan,
    ),
  );
