import { ServiceError, type Client } from '@temporalio/client';
import { buildsInUse, type BuildInUse, type KnownBuilds, type OpenRun } from '../domain/builds.js';
import { CHAOS_QUEUE } from '../domain/ids.js';
import { askersOf, isThere } from './askers.js';

/** One for a whole namespace: workers of all hosts share the queue of the workflows. */
export const DEPLOYMENT = 'robustmq-chaos';

const NOT_FOUND = 5;
/** `PINNED_OVERRIDE_BEHAVIOR_PINNED` and `VERSIONING_BEHAVIOR_PINNED`: the SDK hands out the enums' types, not their values. */
const PINNED = 1;

const isNotFound = (error: unknown): boolean =>
  (error as { readonly code?: unknown }).code === NOT_FOUND ||
  (error instanceof ServiceError && (error.cause as { readonly code?: unknown } | undefined)?.code === NOT_FOUND);

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
    if (isNotFound(error)) return { current: null, everCurrent: [] };
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

const OPEN = "WorkflowType IN ('ChaosRunWorkflow', 'ScenarioWorkflow') AND ExecutionStatus = 'Running'";

/** The build that an execution stays with, as long as nobody moves it. */
export async function openRun(client: Client, workflowId: string): Promise<OpenRun> {
  const { runId, raw } = await client.workflow.getHandle(workflowId).describe();
  const { versioningOverride, deploymentVersion } = raw.workflowExecutionInfo?.versioningInfo ?? {};
  const build = versioningOverride?.pinned?.version?.buildId ?? deploymentVersion?.buildId;
  return { workflowId, temporalRunId: runId, build: build || null };
}

/** Every open run and scenario. */
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
