import { CancellationScope } from '@temporalio/workflow';
import { blameOf } from '../domain/status.js';
import { judgeSdk } from '../domain/judge-sdk.js';
import type { Failure } from '../domain/verdict.js';
import { collected } from './answers-of-0-1.js';
import type { RunContext, RunStep } from './run-context.js';

/** The clients without any fault: the baseline. What of the test's own equipment failed in it is a failure of the run. */
export const controlRun: RunStep = async (context, { runFailures, notes }) => {
  const { plan, run, host, progress } = context;
  const { rules, load } = plan;
  const phase = { run, scenario: null, phase: 'control' } as const;
  progress.enter('control run');
  const {
    outcomes: control,
    violated,
    notes: judging,
  } = await (async () => {
    try {
      await host.startClients(phase);
      return collected(await host.collectClients(phase));
    } finally {
      // Nothing if they ended by themselves; a cancelled run leaves none behind.
      await CancellationScope.nonCancellable(() => host.killClients(phase));
    }
  })();
  const controlVerdicts = control.map((outcome) => judgeSdk(outcome, rules, load.messages, violated));
  progress.control(control, controlVerdicts);
  const failures = controlVerdicts.flatMap(({ sdk, status }): Failure[] =>
    status === 'passed' ? [] : [{ status, sdk, blame: blameOf(status) }],
  );
  const equipment = failures.filter((failure) => failure.blame === 'equipment');
  const excuse = failures.length > equipment.length ? await whyEquipment(context) : null;
  const excused: readonly Failure[] =
    excuse === null ? [] : [{ status: 'harness_error', blame: 'equipment', sdk: null }];
  return {
    control,
    controlVerdicts,
    runFailures: [...runFailures, ...equipment, ...excused],
    notes: [...notes, ...judging, ...(excuse === null ? [] : [excuse])],
  };
};

/** A control run that fails blames the cluster, unless it was the equipment that went away under it, or nobody can tell; why, in words. */
async function whyEquipment({ run, host }: RunContext): Promise<string | null> {
  // Histories of 0.1.0 say neither `error` nor what died of the equipment.
  const { error, ended, equipmentDied = [] } = await host.deadNodes({ run, sinceUs: null });
  const why = [
    ...(error == null ? [] : [`which brokers lived could not be told: ${error}`]),
    ...(ended == null ? equipmentDied : [`the cluster was stopped: ${ended}`]),
  ];
  return why.length === 0 ? null : `control run: ${why.join(', ')}; its failures are not blamed on the cluster`;
}
