import type { Client } from '@temporalio/client';
import { NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { OpenRun } from '../domain/builds.js';
import type { RunPlan } from '../domain/plan.js';
import { messageOf } from '../domain/errors.js';
import { monotonicUs, pollUntil, sleepMs } from '../host/os/clock.js';
import { logLine } from '../host/os/log.js';
import { DEPLOYMENT, requireBuilds } from './builds.js';
import { claimHost } from './claim-host.js';
import { wayTo, type TemporalPlace } from './connection.js';
import { dataConverter } from './data-converter.js';
import { workerIdentity } from './identity.js';
import { workerWay } from './proxy.js';
import { registerSearchAttributes, withoutAttributes } from './register-search-attributes.js';
import { keepBuild, type BuildKeeper } from './keep-build.js';

/** What of Temporal a worker alone needs: commands would wait a second for its library. */

/** Connects, however long the server takes to come (back). */
export async function connectWorker(
  place: () => TemporalPlace | undefined,
): Promise<{ connection: NativeConnection; at: TemporalPlace }> {
  let said = '';
  for (;;) {
    const at = place();
    const connection =
      at &&
      (await NativeConnection.connect({ ...at.options, ...workerWay(at.address) }).catch((error: unknown) => {
        const line = `waiting for the Temporal server at ${wayTo(at)}: ${messageOf(error)}`;
        // Of the embedded one it is usual that it comes later.
        if (line !== said && at.kind === 'outside') logLine(line);
        said = line;
        return undefined;
      }));
    if (at !== undefined && connection !== undefined) return { connection, at };
    await sleepMs(500);
  }
}

/**
 * Sees to it that a server has what runs need, as far as it allows that: what it lacks goes into their plans. Rejects with PREFLIGHT_FAILED where no worker
 * of this program could work, and with CONFIG_INVALID where another machine is this host.
 */
export async function prepareServer(
  client: Client,
  connection: NativeConnection,
  at: TemporalPlace,
  hostId: string,
): Promise<Pick<RunPlan, 'missingAttributes'>> {
  // Nobody else's machine reaches the server of a data folder.
  if (at.kind === 'outside') await claimHost(client, hostId);
  await requireBuilds(client, at.address);
  const unregistered = await registerSearchAttributes(connection, at.namespace);
  if (unregistered === undefined) return {};
  logLine(`${withoutAttributes(unregistered.names, at)}\n(the server said: ${unregistered.why})`);
  return { missingAttributes: unregistered.names };
}

const SERVED_LIMIT_MS = 60_000;

/** When every worker asks for work. */
export const whenServed = (workers: readonly Worker[]): Promise<unknown> =>
  pollUntil(() => Promise.resolve(workers.every((worker) => worker.getState() === 'RUNNING') || undefined), {
    limitMs: SERVED_LIMIT_MS,
    everyMs: 20,
  });

/** Runs stay with the build that began them. Every worker of a host has these: Temporal keeps activities in a build only on queues of that build. */
export const buildOptions = (buildId: string) =>
  ({
    workerDeploymentOptions: {
      version: { deploymentName: DEPLOYMENT, buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    },
  }) as const;

/** The same, and which host it is of. */
export const workerOptions = (
  buildId: string,
  hostId: string,
): ReturnType<typeof buildOptions> & { readonly identity: string } => ({
  identity: workerIdentity(hostId),
  ...buildOptions(buildId),
});

/** Why these workflows cannot go on with what an open run has done so far; undefined if they can. */
export async function replayProblem(
  client: Client,
  { workflowId, temporalRunId }: OpenRun,
  workflowBundle: WorkflowBundleOption,
): Promise<string | undefined> {
  const history = await client.workflow.getHandle(workflowId, temporalRunId).fetchHistory();
  try {
    await Worker.runReplayHistory({ workflowBundle, dataConverter }, history, workflowId);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** How often a worker looks at the builds; and until it could for the first time, since its server does not know it yet. */
const LOOK_EVERY_MS = 5000;
const LOOK_AGAIN_MS = 200;

/** Cares for this worker's build until it ends. */
export async function careForBuild(
  worker: Pick<BuildKeeper, 'client' | 'place' | 'own' | 'setCurrent'>,
  workflowBundle: WorkflowBundleOption,
  ended: AbortSignal,
): Promise<void> {
  const look = keepBuild({
    ...worker,
    replayProblem: (run) => replayProblem(worker.client, run, workflowBundle),
    say: logLine,
    nowMs: () => monotonicUs() / 1000,
  });
  while (!ended.aborted) {
    const isDone = await look();
    await sleepMs(isDone ? LOOK_EVERY_MS : LOOK_AGAIN_MS, ended).catch(() => undefined);
  }
}
