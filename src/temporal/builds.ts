import type { Client } from '@temporalio/client';
import { buildsInUse, type BuildInUse, type KnownBuilds, type OpenRun } from '../domain/builds.js';
import { CHAOS_QUEUE } from '../domain/ids.js';
import { ChaosError } from '../domain/errors.js';
import { pollUntil } from '../host/os/clock.js';
import { askersOf, isThere } from './askers.js';
import { codeOf, refusalIn } from './refusal.js';

/** One for a whole namespace: workers of all hosts share the queue of the workflows. */
export const DEPLOYMENT = 'robustmq-chaos';

const NOT_FOUND = 5;
/** `PINNED_OVERRIDE_BEHAVIOR_PINNED` and `VERSIONING_BEHAVIOR_PINNED`: the SDK hands out the enums' types, not their values. */
const PINNED = 1;

/** The builds that a server knows; nothing of them as long as no worker has asked for work. */
export async function knownBuilds({ workflowService, options: { namespace } }: Client): Promise<KnownBuilds> {
  try {
    const { workerDeploymentInfo } = await workflowService.describeWorkerDeployment({
      namespace,
      deploymentName: DEPLOYMENT,
    });
    return {
      current: workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? null,
      everCurrent: (workerDeploymentInfo?.versionSummaries ?? []).flatMap(({ deploymentVersion, lastCurrentTime }) =>
        lastCurrentTime != null && deploymentVersion?.buildId ? [deploymentVersion.buildId] : [],
      ),
    };
  } catch (error) {
    if (codeOf(error) === NOT_FOUND) return { current: null, everCurrent: [] };
    throw error;
  }
}

/**
 * New runs and the records of clusters go to this build from now on. `onOwnServer`: queues that it does not serve do not matter, since nobody else has any.
 * Elsewhere the server refuses while a host whose queue was served has no worker of this build.
 */
export async function makeCurrent(client: Client, buildId: string, onOwnServer: boolean): Promise<void> {
  await client.workflowService.setWorkerDeploymentCurrentVersion({
    namespace: client.options.namespace,
    deploymentName: DEPLOYMENT,
    buildId,
    ignoreMissingTaskQueues: onOwnServer,
  });
}

const OPEN =
  "WorkflowType IN ('ChaosRunWorkflow', 'ScenarioWorkflow', 'VersionsWorkflow') AND ExecutionStatus = 'Running'";

/** The build that an execution stays with, as long as nobody moves it. */
export async function openRun(client: Client, workflowId: string): Promise<OpenRun> {
  const { runId, raw } = await client.workflow.getHandle(workflowId).describe();
  const { versioningOverride, deploymentVersion } = raw.workflowExecutionInfo?.versioningInfo ?? {};
  const build = versioningOverride?.pinned?.version?.buildId ?? deploymentVersion?.buildId;
  return { workflowId, temporalRunId: runId, build: build || null };
}

/** Every open run, scenario and series. */
export async function openRuns(client: Client): Promise<OpenRun[]> {
  const found: OpenRun[] = [];
  for await (const { workflowId } of client.workflow.list({ query: OPEN }))
    found.push(await openRun(client, workflowId));
  return found;
}

/** Builds of which a worker asks for work on the queue of the workflows. */
export async function servedBuilds(client: Client): Promise<string[]> {
  const askers = await askersOf(client, CHAOS_QUEUE, 'workflows');
  return [...new Set(askers.filter(isThere).flatMap(({ build }) => build ?? []))];
}

/** The builds that have a worker or an open run, and the current one. */
export async function buildsNow(client: Client): Promise<BuildInUse[]> {
  const [{ current }, served, open] = await Promise.all([knownBuilds(client), servedBuilds(client), openRuns(client)]);
  return buildsInUse(current, served, open);
}

/** An execution, with all that it begins later, belongs to another build from now on. */
export async function moveRun(client: Client, { workflowId, temporalRunId }: OpenRun, buildId: string): Promise<void> {
  await client.workflowService.updateWorkflowExecutionOptions({
    namespace: client.options.namespace,
    workflowExecution: { workflowId, runId: temporalRunId },
    workflowExecutionOptions: {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- as above
      versioningOverride: { pinned: { behavior: PINNED, version: { deploymentName: DEPLOYMENT, buildId } } },
    },
    updateMask: { paths: ['versioning_override'] },
  });
}

/** What a person types to do the same as `makeCurrent`. */
export const setCurrentCommand = (
  buildId: string,
  { address, namespace }: { address: string; namespace: string },
): string =>
  `temporal worker deployment set-current-version --deployment-name ${DEPLOYMENT} --build-id ${buildId} --address ${address} --namespace ${namespace}`;

/** A worker makes its build current within a second of its start, where it may; a start takes long on a busy host. */
const CURRENT_LIMIT_MS = 60_000;

/** Rejects with PREFLIGHT_FAILED where a server keeps no builds apart, or does not allow it to this caller: no worker of this program could work there. */
export async function requireBuilds(client: Client, address: string): Promise<KnownBuilds> {
  try {
    return await knownBuilds(client);
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal === undefined) throw error;
    throw new ChaosError(
      'PREFLIGHT_FAILED',
      `the Temporal server at ${address} refuses DescribeWorkerDeployment (${refusal}): this program needs Worker Deployment Versioning, which server 1.28 and newer have (docs/operating.md lists what it calls)`,
    );
  }
}

/** Waits until a build is current. Rejects with PREFLIGHT_FAILED and what a person types, where none becomes it: a run would wait without end. */
export async function requireCurrent(
  client: Client,
  own: string,
  place: { readonly address: string; readonly namespace: string },
  { workerLog, limitMs = CURRENT_LIMIT_MS }: { readonly workerLog: string; readonly limitMs?: number },
): Promise<void> {
  const current = async (): Promise<string | undefined> =>
    (await requireBuilds(client, place.address)).current ?? undefined;
  if ((await pollUntil(current, { limitMs, everyMs: 100 })) !== undefined) return;
  throw new ChaosError(
    'PREFLIGHT_FAILED',
    `no build of this program is current in the namespace ${place.namespace}, and its worker could not become it (see ${workerLog}). Somebody who may do it types: ${setCurrentCommand(own, place)}`,
  );
}
