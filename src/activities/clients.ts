import { isBasic, type ClientOutcome } from '../domain/client-result.js';
import { NO_FAULT } from '../domain/fault-record.js';
import { faultBorders } from '../domain/periods.js';
import type { LoadPlan, RunPlan } from '../domain/plan.js';
import { clientsOf, longestMs } from '../domain/scenario.js';
import { monotonicUs } from '../host/os/clock.js';
import * as clients from '../host/clients/index.js';
import { runPaths } from '../host/layout/paths.js';
import { refuseFullDisk } from '../host/tickets/lease.js';
import type { FaultPeriodAnswer, FaultPeriodRequest, PhaseCollected } from '../messages/collected.js';
import type { ClientsStopped, PhaseId, PhaseRequest, PhaseStarted } from '../messages/requests.js';
import { inThread } from '../threads/index.js';
import { judgeGuarantees } from './guarantees.js';
import { asActivity, driverOf, planOf } from './support.js';

/** Beyond lead-in, window and recovery, fault-period clients live this long at most: their drain. */
const DRAIN_MARGIN_MS = 60_000;

const labelOf = ({ scenario, phase }: PhaseId): string => (scenario === null ? phase : `${scenario}-${phase}`);

const dirOf = (plan: RunPlan, { scenario, phase }: PhaseId): string => runPaths(plan.runDir).phase(scenario, phase);

/** How long clients of a fault period may have to live: connected before the inject, draining after the recovery. */
function faultPeriodMs({ timing, scenarios }: RunPlan, name: PhaseId['scenario']): number {
  const scenario = scenarios.find((one) => one.name === name);
  return timing.leadInMs + (scenario === undefined ? 0 : longestMs(scenario, timing)) + DRAIN_MARGIN_MS;
}

/** Fault-period clients publish until they are stopped: their count is only a bound. */
function loadOf(plan: RunPlan, { scenario, phase }: PhaseId): LoadPlan {
  if (phase !== 'fault') return plan.load;
  const messages = Math.ceil((faultPeriodMs(plan, scenario) / 1000) * plan.load.ratePerSecond);
  return { ...plan.load, messages };
}

/**
 * Topics of a fault period are led by the node that leads the cluster; those of the other phases by whichever. Other workloads publish to topics below the
 * given one, which they name as they go: whoever leads that one says nothing about them, and they have none to be made. Those of an earlier phase are forgotten.
 */
function topicsOf(plan: RunPlan, { scenario, phase }: PhaseId): clients.PhaseRequest['prepareTopics'] {
  const { prepareTopics } = driverOf(plan);
  const isOneTopic = isBasic(clientsOf(plan, scenario));
  return prepareTopics && ((topics) => prepareTopics(plan.clusterDir, isOneTopic ? topics : [], phase === 'fault'));
}

/** What stands in history: the whole line is in the client's `result.json`. */
function compact(outcome: ClientOutcome): ClientOutcome {
  if (outcome.result === null) return { ...outcome, lineProblem: outcome.lineProblem?.slice(0, 300) ?? null };
  const { errors, lost_seqs, ...rest } = outcome.result;
  const result = {
    ...rest,
    errors: errors.slice(0, 3).map((error) => error.slice(0, 160)),
    ...(lost_seqs === undefined ? {} : { lost_seqs: lost_seqs.slice(0, 20) }),
  };
  return { ...outcome, result };
}

/** Waits until the clients of a phase have ended; then what became of them, by their ledgers too. */
async function outcomesIn(phaseDir: string, sdks: readonly string[], signal: AbortSignal): Promise<ClientOutcome[]> {
  await clients.waitForClients(phaseDir, sdks, signal);
  return inThread('outcomesOf', { phaseDir, sdks }, signal);
}

export const clientActivities = {
  /** Launches every SDK's client and returns when they are connected (or 10 s have passed). Finds a phase again that already runs. */
  startClients: ({ run, scenario, phase }: PhaseRequest): Promise<PhaseStarted> =>
    asActivity(async (signal) => {
      const plan = planOf(run);
      refuseFullDisk(plan.clusterDir);
      const driver = driverOf(plan);
      const settings = await driver.clientSettings(plan.clusterDir);
      const startedUs = monotonicUs();
      const request: clients.PhaseRequest = {
        phaseDir: dirOf(plan, { scenario, phase }),
        clusterDir: plan.clusterDir,
        phase,
        label: labelOf({ scenario, phase }),
        runId: plan.runId,
        ...clientsOf(plan, scenario),
        sdkRoot: plan.sdkRoot,
        load: loadOf(plan, { scenario, phase }),
        limitMs: phase === 'fault' ? faultPeriodMs(plan, scenario) : plan.timing.clientLimitMs,
        settings,
        mqttVersion: driver.mqttVersion,
        repeatable: phase !== 'fault',
        prepareTopics: topicsOf(plan, { scenario, phase }),
      };
      return { startedUs, ready: await clients.startClients(request, signal) };
    }),

  /** Asks the clients to stop publishing, to drain and to report. */
  stopClients: ({ run, scenario, phase }: PhaseRequest): Promise<ClientsStopped> =>
    asActivity(() => Promise.resolve({ stoppedUs: clients.stopClients(dirOf(planOf(run), { scenario, phase })) })),

  /** Kills the clients of a phase: for a run that is cancelled. */
  killClients: ({ run, scenario, phase }: PhaseRequest): Promise<number> =>
    asActivity(() => clients.killClients(planOf(run).clusterDir, labelOf({ scenario, phase }))),

  /** Waits for the clients' ends, also of those that an earlier worker started, and judges what they left. */
  collectClients: ({ run, scenario, phase }: PhaseRequest): Promise<PhaseCollected> =>
    asActivity(async (signal) => {
      const plan = planOf(run);
      const { sdks } = clientsOf(plan, scenario);
      const outcomes = await outcomesIn(dirOf(plan, { scenario, phase }), sdks, signal);
      const judged = await judgeGuarantees({ plan, scenario, phase, outcomes, fault: null }, signal);
      return { outcomes: outcomes.map(compact), ...judged };
    }),

  /** Waits for the fault-period clients, cuts what their ledgers say to [inject, recover], counts every loss in its period, and judges them. */
  collectFaultPeriod: ({
    run,
    scenario,
    phase,
    fromUs,
    toUs,
    ...asked
  }: FaultPeriodRequest): Promise<FaultPeriodAnswer> =>
    asActivity(async (signal) => {
      const plan = planOf(run);
      const phaseDir = dirOf(plan, { scenario, phase });
      const outcomes = await outcomesIn(phaseDir, clientsOf(plan, scenario).sdks, signal);
      const { borders = faultBorders({ ...NO_FAULT, injectedUs: fromUs, recoveredUs: toUs }, null) } = asked;
      const period = await inThread('faultPeriodOf', { phaseDir, outcomes, fromUs, toUs, borders }, signal);
      const withoutLedger = period.withoutLedger?.map(compact) ?? [];
      if (asked.fault === undefined) return { ...period, withoutLedger };
      const { violated, notes } = await judgeGuarantees(
        { plan, scenario, phase, outcomes, fault: asked.fault },
        signal,
      );
      return { ...period, withoutLedger, violated, notes: [...period.notes, ...notes] };
    }),
};
