import { sleep } from '@temporalio/workflow';
import { judgeSdk } from '../domain/judge-sdk.js';
import { clientsOf } from '../domain/scenario.js';
import type { GuaranteesJudged } from '../messages/guarantees.js';
import type { FaultPeriodAnswer, PhaseRequest } from '../messages/requests.js';
import { judgeGuarantees } from './judge-guarantees.js';
import type { ScenarioContext, ScenarioFound, ScenarioStep } from './scenario-context.js';

/** The heal wait: from the proof of the recovery on the cluster is left alone. Meanwhile the clients of the fault period end, and are counted. */
export const waitForHealing: ScenarioStep = async (context, soFar) => {
  const { plan, scenario, run, host, progress } = context;
  const healFromUs = soFar.fault.recoveredUs ?? (await host.hostTime()).us;
  progress.enter('heal wait', plan.timing.healWaitMs, 'nothing is done to the cluster before the validation');
  const [, { figures, withoutLedger = [], notes, violated }, snapshot] = await Promise.all([
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

type FaultPeriodFound = FaultPeriodAnswer & Pick<GuaranteesJudged, 'violated'>;

/** What the clients of the fault period saw between inject and recovery; nothing where none were started. */
async function collectFaultPeriod(
  { plan, run, scenario, host }: ScenarioContext,
  { prepareError, fault, borders }: ScenarioFound,
  healFromUs: number,
): Promise<FaultPeriodFound> {
  if (prepareError !== null) return { figures: [], notes: [], violated: [] };
  const window = { fromUs: fault.injectedUs ?? healFromUs, toUs: healFromUs };
  const phase: PhaseRequest = { run, scenario: scenario.name, phase: 'fault' };
  const period = await host.collectFaultPeriod({ ...phase, ...window, borders });
  const { violated, notes } = await judgeGuarantees(plan, phase, period.withoutLedger ?? [], fault);
  return { ...period, violated, notes: [...period.notes, ...notes] };
}

/** New clients: the only ones that are judged. */
export const validate: ScenarioStep = async (context, { healFromUs, snapshots, notes }) => {
  const { plan, scenario, run, host, progress } = context;
  const { load, timing, rules } = plan;
  const { sdks } = clientsOf(plan, scenario.name);
  progress.enter('validation', timing.clientLimitMs, `${sdks.length} SDKs, ${load.messages} messages each`);
  const phase: PhaseRequest = { run, scenario: scenario.name, phase: 'validation' };
  const { startedUs } = await host.startClients(phase);
  const validation = await host.collectClients(phase);
  const judged = await judgeGuarantees(plan, phase, validation);
  const verdicts = validation.map((outcome) => judgeSdk(outcome, rules, load.messages, judged.violated));
  progress.clients('validation', validation, verdicts);
  const snapshot = await host.takeSnapshot({ run, label: `${scenario.name}-3-validated` });
  return {
    healWaitSeconds: Math.round((startedUs - (healFromUs ?? startedUs)) / 1000) / 1000,
    validation,
    verdicts,
    snapshots: [...snapshots, snapshot],
    notes: [...notes, ...judged.notes],
  };
};
