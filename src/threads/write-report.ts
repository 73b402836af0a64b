import type { BrokerUpdated } from '../domain/broker-update.js';
import { changesFoundIn } from '../domain/changes.js';
import { dayOf } from '../domain/day.js';
import { messageOf } from '../domain/errors.js';
import { sightingsBefore } from '../domain/known-history.js';
import { judgeKnown } from '../domain/known-verdict.js';
import type { HistoryEntry } from '../domain/history.js';
import type { RunPlan } from '../domain/plan.js';
import { NO_FAULT } from '../domain/fault-record.js';
import type { RunData, ScenarioResult } from '../domain/report-data.js';
import { controlFailuresOf } from '../domain/judge-control.js';
import { isOnlyFormatErrors, judgeRun } from '../domain/judge-run.js';
import type { ScenarioVerdict } from '../domain/verdict.js';
import { REPORT_JSON, REPORT_MARKDOWN } from '../domain/run-files.js';
import { historyEntries } from '../host/data/history.js';
import { dataRootOf, runPaths } from '../host/layout/paths.js';
import { updatePaths } from '../host/layout/update-paths.js';
import { readStored, readStoredIfWhole } from '../host/os/stored.js';
import { storedGuarantees } from '../host/data/judged-guarantees.js';
import { lossesOf, loudLogs } from '../host/data/run-evidence.js';
import { readLedgers, type StoredLedgers } from '../host/data/stored-ledgers.js';
import { historyMaker } from '../report/history-files.js';
import { jsonReport } from '../report/json.js';
import { runFiles } from '../report/run-files.js';
import { summaryOf } from '../report/summary.js';
import { markdownReport } from '../report/markdown.js';
import { writeReportFiles } from './report-files.js';
import type { ReportWritten, WriteReportRequest } from '../messages/requests.js';
import { unwritten } from '../messages/unwritten.js';

/** A scenario whose workflow ended without writing itself down (terminated): its verdict is all there is. */
function bareResult(plan: RunPlan, name: string, verdict: ScenarioVerdict): ScenarioResult[] {
  const scenario = plan.scenarios.find((s) => s.name === name);
  if (scenario === undefined) return [];
  const at = new Date().toISOString();
  const notes = ['the scenario ended without a record of its own'];
  return [
    {
      scenario,
      startedAt: at,
      finishedAt: at,
      verdict,
      sdkVerdicts: [],
      fault: NO_FAULT,
      borders: [],
      faultPeriod: [],
      validation: [],
      healWaitSeconds: null,
      snapshots: [],
      notes,
      deadNodes: [],
    },
  ];
}

function scenarioResults(plan: RunPlan, request: WriteReportRequest): ScenarioResult[] {
  return plan.scenarios.flatMap(({ name }) => {
    const recorded = readStored<ScenarioResult>('scenario', runPaths(plan.runDir).scenario(name));
    if (recorded !== undefined) return [recorded];
    const verdict = request.verdicts.find((v) => v.name === name)?.verdict;
    return verdict === undefined ? [] : bareResult(plan, name, verdict);
  });
}

/** What a run means beside the runs before it: which figures have changed, and, where the config has a list of known failures, what is new, known and gone. */
function compared(data: RunData): RunData {
  const { plan } = data;
  try {
    const earlier = historyEntries(dataRootOf(plan.runDir), historyMaker);
    const told = toldApart(data, earlier);
    const changes = changesFoundIn(historyMaker.entryOf(jsonReport(told)), earlier);
    return changes.length === 0 ? told : { ...told, changes };
  } catch (error) {
    // The verdict does not wait for the history.
    const note = `what has changed and what is gone could not be told: ${messageOf(error)}`;
    return toldApart({ ...data, notes: [...data.notes, note] }, []);
  }
}

function toldApart(data: RunData, earlier: readonly HistoryEntry[]): RunData {
  const { plan } = data;
  if (plan.known === undefined) return data;
  const day = dayOf(new Date(data.finishedAt), plan.timeZone);
  return judgeKnown(data, { entries: plan.known, day, earlier: sightingsBefore(earlier, data) });
}

function runData(
  plan: RunPlan,
  request: WriteReportRequest,
  stored: StoredLedgers,
  versions: Readonly<Record<string, string>>,
): RunData {
  const scenarios = scenarioResults(plan, request);
  const controlFailures = controlFailuresOf(request, plan.rules);
  const verdict = judgeRun({
    kind: plan.kind,
    planned: plan.scenarios,
    scenarios: scenarios.map(({ scenario, verdict: { passed, failures } }) => ({ ...scenario, passed, failures })),
    runFailures: [...request.runFailures, ...controlFailures],
    cancelled: request.cancelled,
    rules: plan.rules,
  });
  const { workflowId, startedAt, endpoint, dataDirs, control, controlVerdicts, runFailures, endSnapshot, notes } =
    request;
  const controlGuarantees = storedGuarantees(plan.runDir, { scenario: null, phase: 'control' });
  const brokerUpdate = readStoredIfWhole<BrokerUpdated>('broker update', updatePaths(plan.runDir).outcome);
  return {
    runId: plan.runId,
    workflowId,
    startedAt,
    finishedAt: new Date().toISOString(),
    plan,
    ...verdict,
    endpoint,
    dataDirs,
    control,
    controlVerdicts,
    ...(controlGuarantees === undefined ? {} : { controlGuarantees }),
    runFailures,
    controlFailures,
    scenarios,
    endSnapshot,
    losses: lossesOf(plan.runDir, stored, { control, scenarios }),
    notes: [...plan.warnings, ...(brokerUpdate?.ok === true ? [brokerUpdate.text] : []), ...notes, ...stored.problems],
    ...(brokerUpdate === undefined ? {} : { brokerUpdate }),
    versions: { ...versions, ...readStored<Record<string, string>>('versions', runPaths(plan.runDir).versions) },
  };
}

/** Every file of the report. Where the page or its charts cannot be made, the verdict stands all the same, with a note that says so. */
function filesOf(data: RunData, { ledgers }: StoredLedgers): Map<string, string> {
  try {
    return runFiles({ data, ledgers, logs: loudLogs(data.plan.runDir, data) });
  } catch (error) {
    const noted = { ...data, notes: [...data.notes, `the page could not be made: ${messageOf(error)}`] };
    return new Map([
      [REPORT_JSON, `${JSON.stringify(jsonReport(noted), null, 2)}\n`],
      [REPORT_MARKDOWN, markdownReport(noted)],
    ]);
  }
}

/** What the report of a run is made from, beside what lies in its folder. */
export interface ReportTask {
  readonly plan: RunPlan;
  readonly request: WriteReportRequest;
  /** Of the program and of what it starts. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Judges the run, and writes its report as JSON, Markdown and page into its folder. */
export function writeReport({ plan, request, versions }: ReportTask): ReportWritten {
  const stored = readLedgers(
    plan.runDir,
    plan.scenarios.map(({ name }) => name),
    plan.sdks,
  );
  const data = compared(runData(plan, request, stored, versions));
  const full = writeReportFiles(plan.runDir, filesOf(data, stored));
  if (full !== null) return unwritten(data.runId, data.finishedAt, full);
  const { finishedAt, headline, runPassed, passRatePercent } = data;
  return {
    finishedAt,
    headline,
    runPassed,
    passRatePercent,
    onlyFormatErrors: isOnlyFormatErrors(data),
    summary: summaryOf(data),
    jsonPath: runPaths(plan.runDir).reportJson,
    markdownPath: runPaths(plan.runDir).reportMarkdown,
  };
}
