import { ApplicationFailure } from '@temporalio/activity';
import {
  breakerMessage,
  failedMessage,
  formatErrorsMessage,
  knownMessage,
  passedMessage,
  resumedMessage,
  type Notification,
  type RunFacts,
} from '../domain/notification.js';
import { failedBefore } from '../domain/judge-control.js';
import { isNew, isNewsIn, nameOf, ofBroker } from '../domain/known.js';
import type { RunNews } from '../domain/news-lines.js';
import type { RunPlan, RunRef } from '../domain/plan.js';
import type { ReportFile, RunData } from '../domain/report-data.js';
import { runPaths } from '../host/layout/paths.js';
import { readStored } from '../host/os/stored.js';
import { NotifyError, type Notifier } from '../host/notify/contract.js';
import { deliver } from '../host/notify/index.js';
import { showInHistory } from './history.js';
import type { AnnounceRequest, AnnounceResumeRequest, InRun } from '../messages/requests.js';
import { asActivity, planOf } from './support.js';

/** Which ways of telling people a run's config asks for. Given by the composition root. */
export type NotifiersOf = (configPath: string) => readonly Notifier[];

/** Delivers a message that is kept in `folder`; what was not delivered becomes a failure that says whether trying again can help. */
export async function deliverFrom(folder: string, ways: readonly Notifier[], message: Notification): Promise<void> {
  try {
    await deliver(ways, message, { folder });
  } catch (error) {
    if (!(error instanceof NotifyError)) throw error;
    const { message: why, retryable } = error;
    throw ApplicationFailure.create({ type: 'NOTIFY_FAILED', message: why, nonRetryable: !retryable });
  }
}

const reportOf = (run: RunRef): ReportFile | undefined =>
  readStored<ReportFile>('report', runPaths(run.runDir).reportJson);

/** `scenario(status)` of what failed by the equipment; a run that could not be judged at all names no scenario. */
function equipmentFailures(file: ReportFile): string[] {
  if (file.headline !== 'INVALID') return [];
  const own = file.details.runFailures.map(
    ({ sdk, status }) => `${sdk === null ? 'run' : `control/${sdk}`}(${status})`,
  );
  const failed = file.details.scenarios.filter(({ verdict }) =>
    verdict.failures.some(({ blame }) => blame === 'equipment'),
  );
  return [...own, ...failed.map(({ scenario, verdict }) => `${scenario.name}(${verdict.status})`)];
}

/** A run whose report could not be written is told, too: it is INVALID, and nothing in it is known to have passed. */
function factsWithoutReport({ run, consecutiveFailures, opens, report, written }: AnnounceRequest): RunFacts {
  if (written === undefined) throw new Error(`expected the report of run ${run.runId} in ${run.runDir}, found none`);
  const { kind, cluster, scenarios } = planOf(run);
  return {
    ...{ runId: run.runId, kind, cluster, finishedAt: written.finishedAt, passRatePercent: 0 },
    failedScenarios: scenarios.map(({ name }) => name),
    equipmentFailures: [written.summary],
    failedBefore: [],
    updateFailed: false,
    news: null,
    changes: [],
    consecutiveFailures,
    opens,
    report: { ...report, localPath: run.runDir },
  };
}

/** Enough of what was seen to know it by. */
const SEEN_CHARS = 80;
/** A message that is too long is taken by nobody. */
const NAMED = 20;

function newsOf({ known }: RunData): RunNews | null {
  if (known === undefined) return null;
  const findings = ofBroker(known.findings);
  const newOnes = findings.filter(isNew).map((one) => `${nameOf(one)}(${one.text.slice(0, SEEN_CHARS)})`);
  const more = newOnes.length > NAMED ? [`… (${newOnes.length - NAMED})`] : [];
  return {
    isNew: [...newOnes.slice(0, NAMED), ...more],
    known: [...new Set(findings.flatMap(({ ids }) => ids))],
    gone: known.gone.map(({ id }) => id),
  };
}

/** Does nobody need to read of this run with nothing but known failures? */
const isQuiet = ({ plan, known, changes = [], brokerUpdate }: RunData): boolean =>
  plan.knownIsTold === 'on_change' &&
  known !== undefined &&
  !isNewsIn(known) &&
  changes.length === 0 &&
  brokerUpdate?.ok !== false;

function factsOf(file: ReportFile, { run, consecutiveFailures, opens, report }: AnnounceRequest): RunFacts {
  const passed = file.scenarios.filter((scenario) => scenario.passed).map(({ name }) => name);
  return {
    runId: run.runId,
    kind: file.details.plan.kind,
    cluster: file.details.plan.cluster,
    finishedAt: file.finished_at,
    passRatePercent: file.pass_rate,
    failedScenarios: file.details.plan.scenarios.map(({ name }) => name).filter((name) => !passed.includes(name)),
    equipmentFailures: equipmentFailures(file),
    failedBefore: failedBefore(file.details).map(({ sdk, status }) => `control/${sdk}(${status})`),
    updateFailed: file.details.brokerUpdate?.ok === false,
    news: newsOf(file.details),
    changes: file.details.changes ?? [],
    consecutiveFailures,
    opens,
    report: { ...report, localPath: runPaths(run.runDir).reportMarkdown },
  };
}

function messageOf(request: AnnounceRequest): Notification {
  const file = reportOf(request.run);
  const facts = file === undefined ? factsWithoutReport(request) : factsOf(file, request);
  switch (request.message) {
    case 'verdict':
      if (file?.headline === 'KNOWN') return knownMessage(facts, isQuiet(file.details));
      return file?.run_passed === true ? passedMessage(facts) : failedMessage(facts);
    case 'breaker':
      return breakerMessage(facts);
    case 'format-errors':
      return formatErrorsMessage(facts);
    default:
      return request.message satisfies never;
  }
}

export function createNotifyActivities(notifiersOf: NotifiersOf) {
  const send = (run: RunRef, compose: (plan: RunPlan) => Notification): Promise<void> =>
    asActivity(async () => {
      const plan = planOf(run);
      await deliverFrom(run.runDir, notifiersOf(plan.configPath), compose(plan));
    });
  return {
    /** Tells those who wait outside for the next verdict that a full round has started. Nobody else is told, and nothing depends on it. */
    announceStart: ({ run }: InRun): Promise<void> =>
      asActivity(async () => {
        for (const { started } of notifiersOf(planOf(run).configPath)) await started?.(run.runId);
      }),

    /** Tells people how a run came out. One message per run and kind, however often it is tried. */
    announce: (request: AnnounceRequest): Promise<void> => send(request.run, () => messageOf(request)),

    /** Tells people that the runs go on, who said so, and why. */
    announceResume: async ({ run, ...resume }: AnnounceResumeRequest): Promise<void> => {
      await asActivity(() => showInHistory(run.runDir, planOf(run).cluster));
      await send(run, ({ runId, cluster }) => resumedMessage({ runId, cluster }, resume));
    },
  };
}
