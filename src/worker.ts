import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { createActivities, type Activities, type ActivityDependencies } from './activities/index.js';
import { recoverAbandonedFaults } from './activities/run-state.js';
import { plansByRequest } from './config/asked.js';
import { configNow, type Config, type KnownNames } from './config/load.js';
import { notifySettings, publishing } from './config/publish.js';
import { CHAOS_QUEUE, hostQueue } from './domain/ids.js';
import type { RunPlan } from './domain/plan.js';
import { offerMetrics } from './host/data/metrics-server.js';
import { drivers } from './host/drivers/index.js';
import { faults as allFaults } from './host/faults/index.js';
import { notifiersFor } from './host/notify/index.js';
import { reviveKeepers } from './host/keeper/control.js';
import { clusterDir, runDir } from './host/layout/paths.js';
import { installRoot } from './host/os/tools.js';
import { ownBuild, ownVersions } from './host/os/versions.js';
import { hostsServing } from './temporal/askers.js';
import type { TemporalPlace } from './temporal/connection.js';
import { dataConverter } from './temporal/data-converter.js';
import { installRuntime } from './temporal/runtime.js';
import { careForBuild, connectWorker, prepareServer, whenServed, workerOptions } from './temporal/worker-side.js';

const PACE = { maxHeartbeatThrottleInterval: 1000, shutdownGraceTime: 2000 };
const workflowBundle = { codePath: fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url)) };

export const knownNames: KnownNames = { drivers, faults: allFaults };

export interface WorkerOptions {
  readonly config: Config;
  /** Looked up again at each attempt to connect: a server that was restarted may have another port. */
  readonly place: () => TemporalPlace | undefined;
  /** This build becomes current on a server of somebody else's, too. */
  readonly setCurrent?: boolean;
  readonly faults?: ActivityDependencies['faults'];
  /** For tests that break things: changes what this worker's activities do. */
  readonly alter?: (activities: Activities) => Activities;
}

/** The composition root: one process that serves the workflows' queue and its host's queue, until SIGTERM. */
export async function runWorker(
  { config, place, setCurrent = false, faults = allFaults, alter = (activities) => activities }: WorkerOptions,
  onReady: () => void,
): Promise<void> {
  const ended = new AbortController();
  await offerMetrics({ ...config, sdkMetrics: installRuntime(config.worker.metrics) }, ended.signal);
  await reviveKeepers(config.dataRoot);
  await recoverAbandonedFaults(faults, config.dataRoot);
  const plans = plansByRequest(config, knownNames, { runDir, clusterDir, sdkRoot: join(installRoot, 'sdk_clients') });
  let lacks: Pick<RunPlan, 'missingAttributes'> = {};
  const activities = alter(
    createActivities({
      faults,
      notifiersOf: (path) => notifiersFor(notifySettings(configNow(path, config, knownNames))),
      own: { dataRoot: config.dataRoot, configPath: config.path },
      publishingOf: (path) => publishing(configNow(path, config, knownNames)),
      versions: ownVersions(),
      hosts: { own: config.host.id, serving: () => hostsServing(client) },
      makeVersionsPlan: plans.versions,
      makePlan: (request, runId) => ({ ...plans.run(request, runId), ...lacks }),
    }),
  );
  const { connection, at } = await connectWorker(place);
  const server = { connection, namespace: at.namespace, dataConverter };
  const client = new Client(server);
  await recoverAbandonedFaults(faults, config.dataRoot, client);
  lacks = await prepareServer(client, connection, at, config.host.id);
  const own = ownBuild().id;
  const common = { ...server, activities, ...workerOptions(own, config.host.id), ...PACE };
  const workers = await Promise.all([
    Worker.create({
      ...common,
      workflowBundle,
      taskQueue: CHAOS_QUEUE,
      // A dead worker's sticky queue holds up its workflows for this long (the default is 10 s).
      stickyQueueScheduleToStartTimeout: 1000,
    }),
    Worker.create({ ...common, taskQueue: hostQueue(config.host.id) }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  void whenServed(workers).then(onReady);
  const caring = careForBuild({ client, place: at, own, setCurrent }, workflowBundle, ended.signal);
  await running.finally(async () => {
    ended.abort();
    await caring;
    await connection.close();
  });
}
