import { sleep } from '@temporalio/workflow';
import { judgeSdk } from '../domain/judge-sdk.js';
import { clientsOf } from '../domain/scenario.js';
import type { FaultPeriodAnswer } from '../messages/collected.js';
import type { PhaseRequest } from '../messages/requests.js';
import { collected } from './answers-of-0-1.js';
import type { ScenarioContext, ScenarioFound, ScenarioStep } from './scenario-context.js';

/** The heal wait: from the proof of the recovery on the cluster is left alone. Meanwhile the clients of the fault period end, and are counted. */
export const waitForHealing: ScenarioStep = async (context, soFar) => {
  const { plan, scenario, run, host, progress } = context;
  const healFromUs = soFar.fault.recoveredUs ?? (await host.hostTime()).us;
  progress.enter('heal wait', plan.timing.healWaitMs, 'nothing is done to the cluster before the validation');
  const [, { figures, withoutLedger = [], notes, violated = [] }, snapshot] = await Promise.all([
    sleep(plan.timing.healWaitMs, { summary: 'heal wait before the validation' }),
    collectFaultPeriod(context, soFar, healFromUs),
    host.takeSnapshot({ run, label: `${scenario.name}-2-recovered` }),
  ]);
  return {
    healFromUs,
    faultPeriod: figures,
    withoutLedger,
    violatedInFault: violated,
    notes: [...soFar.notes, ...notes],
    snapshots: [...soFar.snapshots, snapshot],
  };
};

/** What the clients of the fault period saw between inject and recovery; nothing where none were started. */
async function collectFaultPeriod(
  { run, scenario, host }: ScenarioContext,
  { prepareError, fault, borders }: ScenarioFound,
  healFromUs: number,
): Promise<FaultPeriodAnswer> {
  if (prepareError !== null) return { figures: [], notes: [] };
  const window = { fromUs: fault.injectedUs ?? healFromUs, toUs: healFromUs };
  const phase: PhaseRequest = { run, scenario: scenario.name, phase: 'fault' };
  return host.collectFaultPeriod({ ...phase, ...window, borders, fault });
}

/** New clients: the only ones that are judged. */
export const validate: ScenarioStep = async (context, { healFromUs, snapshots, notes }) => {
  const { plan, scenario, run, host, progress } = context;
  const { load, timing, rules } = plan;
  const { sdks } = clientsOf(plan, scenario.name);
  progress.enter('validation', timing.clientLimitMs, `${sdks.length} SDKs, ${load.messages} messages each`);
  const phase: PhaseRequest = { run, scenario: scenario.name, phase: 'validation' };
  const { startedUs } = await host.startClients(phase);
  const { outcomes: validation, violated, notes: judging } = collected(await host.collectClients(phase));
  const verdicts = validation.map((outcome) => judgeSdk(outcome, rules, load.messages, violated));
  progress.clients('validation', validation, verdicts);
  const snapshot = await host.takeSnapshot({ run, label: `${scenario.name}-3-validated` });
  return {
    healWaitSeconds: Math.round((startedUs - (healFromUs ?? startedUs)) / 1000) / 1000,
    validation,
    verdicts,
    snapshots: [...snapshots, snapshot],
    notes: [...notes, ...judging],
  };
};
