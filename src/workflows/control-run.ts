import { CancellationScope } from '@temporalio/workflow';
import type { ClientOutcome } from '../domain/client-result.js';
import type { RunPlan, RunRef } from '../domain/plan.js';
import { blameOf } from '../domain/status.js';
import { judgeSdk, type Failure, type SdkVerdict } from '../domain/verdict.js';
import { hostActivities } from './activities.js';
import type { RunProgressKeeper } from './run-progress.js';

/** What the control run adds to what a run gathers. */
export interface ControlCourse {
  control: readonly ClientOutcome[];
  controlVerdicts: readonly SdkVerdict[];
  runFailures: Failure[];
  notes: string[];
}

/** The clients without any fault: the baseline. True if the test's own equipment failed. */
export async function controlRun(
  plan: RunPlan,
  run: RunRef,
  course: ControlCourse,
  progress: RunProgressKeeper,
): Promise<boolean> {
  const host = hostActivities(plan.hostQueue);
  const phase = { run, scenario: null, phase: 'control' } as const;
  try {
    await host.startClients(phase);
    course.control = await host.collectClients(phase);
  } finally {
    // Nothing if they ended by themselves; a cancelled run leaves none behind.
    await CancellationScope.nonCancellable(() => host.killClients(phase));
  }
  course.controlVerdicts = course.control.map((outcome) => judgeSdk(outcome, plan.rules, plan.load.messages));
  progress.control(course.control, course.controlVerdicts);
  const failures = course.controlVerdicts.flatMap(({ sdk, status }): Failure[] =>
    status === 'passed' ? [] : [{ status, sdk, blame: blameOf(status, '') }],
  );
  const equipment = failures.filter((failure) => failure.blame === 'equipment');
  if (failures.length > equipment.length) equipment.push(...(await equipmentEnd(plan, run, course)));
  course.runFailures.push(...equipment);
  return equipment.length > 0;
}

/** A control run that fails blames the cluster, unless it was the equipment that went away under it. */
async function equipmentEnd(plan: RunPlan, run: RunRef, course: ControlCourse): Promise<Failure[]> {
  const { ended = null, equipmentDied = [] } = await hostActivities(plan.hostQueue).deadNodes({ run, sinceUs: null });
  const why = ended === null ? equipmentDied : [`the cluster was stopped: ${ended}`];
  if (why.length === 0) return [];
  course.notes.push(`control run: ${why.join(', ')}; its failures are not blamed on the cluster`);
  return [{ status: 'harness_error', blame: 'equipment', sdk: null }];
}
