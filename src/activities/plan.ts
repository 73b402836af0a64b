import { mkdirSync } from 'node:fs';
import { runIdOf } from '../domain/ids.js';
import { refuseNewerPlan } from '../domain/format.js';
import type { RunPlan, RunRequest } from '../domain/plan.js';
import { runPaths } from '../host/layout/paths.js';
import { readStored, writeStored } from '../host/os/stored.js';
import type { PreparePlanRequest, RestorePlanRequest } from '../messages/requests.js';
import { demandHost, type Hosts } from './hosts.js';
import { asActivity, storedPlan } from './support.js';

/** Reads the config and makes the plan of a run; throws CONFIG_INVALID. Given by the composition root. */
export type MakePlan = (request: RunRequest, runId: string) => RunPlan;

/** `run.json` of a run's folder: which workflow it is. */
export interface RunMark {
  readonly workflowId: string;
  readonly temporalRunId: string;
  readonly startedAt: string;
}

/** A workflow id may be used twice; a run's folder may not. */
function planInFreeFolder(makePlan: MakePlan, { request, workflowId, temporalRunId }: PreparePlanRequest): RunPlan {
  const plain = makePlan(request, runIdOf(workflowId));
  const mark = readStored<RunMark>('run mark', runPaths(plain.runDir).mark);
  if (mark === undefined || mark.temporalRunId === temporalRunId) return plain;
  return makePlan(request, `${plain.runId}-${temporalRunId.slice(0, 8)}`);
}

export function createPlanActivities(makePlan: MakePlan, hosts: Hosts) {
  return {
    /** Reads the config and writes the run's plan down. A config that cannot be used ends the run at once. */
    preparePlan: (input: PreparePlanRequest): Promise<RunPlan> =>
      asActivity(async () => {
        await demandHost(input.request, hosts);
        const plan = planInFreeFolder(makePlan, input);
        // Of an earlier attempt, and then of this program.
        storedPlan(plan);
        mkdirSync(plan.runDir, { recursive: true });
        const { workflowId, temporalRunId } = input;
        const files = runPaths(plan.runDir);
        writeStored('run mark', files.mark, {
          workflowId,
          temporalRunId,
          startedAt: new Date().toISOString(),
        } satisfies RunMark);
        writeStored('plan', files.plan, plan);
        return plan;
      }),

    /** Writes the plan of a run down again, where its host has lost it: the report and the messages need it. */
    restorePlan: ({ plan }: RestorePlanRequest): Promise<void> =>
      asActivity(() => {
        refuseNewerPlan(plan, `the plan of run ${plan.runId}`);
        const files = runPaths(plan.runDir);
        if (storedPlan(plan) === undefined) writeStored('plan', files.plan, plan);
        return Promise.resolve();
      }),
  };
}
