import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities, type Activities, type ActivityDependencies } from './activities/index.js';
import { recoverAbandonedFaults } from './activities/run-state.js';
import { configNow, loadConfig, type Config, type KnownNames } from './config/load.js';
import { planFrom } from './config/plan.js';
import { notifySettings, publishing } from './config/publish.js';
import { CHAOS_QUEUE, hostQueue } from './domain/ids.js';
import { monotonicUs, pollUntil, sleepMs } from './host/os/clock.js';
import { drivers } from './host/drivers/index.js';
import { faults as allFaults } from './host/faults/index.js';
import { notifiersFor } from './host/notify/index.js';
import { reviveKeepers } from './host/keeper/control.js';
import { clusterDir, runDir } from './host/layout/paths.js';
import { installRoot } from './host/os/tools.js';
import { logLine } from './host/os/log.js';
import { ownBuild, ownVersions } from './host/os/versions.js';
import { DEPLOYMENT } from './temporal/builds.js';
import type { TemporalPlace } from './temporal/connection.js';
import { dataConverter } from './temporal/data-converter.js';
import { keepBuild, type Look } from './temporal/keep-build.js';
import { replayProblem } from './temporal/replay.js';
import { registerSearchAttributes } from './temporal/register-search-attributes.js';

/** How often a worker looks at the builds; and until it could for the first time. */
const LOOK_EVERY_MS = 5000;
const LOOK_AGAIN_MS = 200;

const PACE = { maxHeartbeatThrottleInterval: 1000, shutdownGraceTime: 2000 };
const workflowBundle = { codePath: fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url)) };

export const knownNames: KnownNames = { drivers: drivers.map((driver) => driver.name), faults: allFaults };

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

/** Connects, however long the server takes to come (back). */
async function connect(place: WorkerOptions['place']): Promise<{ connection: NativeConnection; at: TemporalPlace }> {
  for (;;) {
    const at = place();
    const connection =
      at && (await NativeConnection.connect({ ...at.options, address: at.address }).catch(() => undefined));
    if (at !== undefined && connection !== undefined) return { connection, at };
    await sleepMs(500);
  }
}

/** The composition root: one process that serves the workflows' queue and its host's queue, until SIGTERM. */
export async function runWorker(
  { config, place, setCurrent = false, faults = allFaults, alter = (activities) => activities }: WorkerOptions,
  onReady: () => void,
): Promise<void> {
  const logging = { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } as const;
  Runtime.install({ logger: new DefaultLogger('WARN'), telemetryOptions: { logging } });
  await reviveKeepers(config.dataRoot);
  await recoverAbandonedFaults(faults, config.dataRoot);
  const places = { runDir, clusterDir, sdkRoot: join(installRoot, 'sdk_clients') };
  const activities = alter(
    createActivities({
      faults,
      notifiersOf: (path) => notifiersFor(notifySettings(configNow(path, config, knownNames))),
      own: { dataRoot: config.dataRoot, configPath: config.path },
      publishingOf: (path) => publishing(configNow(path, config, knownNames)),
      versions: ownVersions(),
      makePlan: (request, runId) =>
        planFrom(request.config ? loadConfig(request.config, knownNames) : config, request, runId, places),
    }),
  );
  const { connection, at } = await connect(place);
  const server = { connection, namespace: at.namespace, dataConverter };
  const client = new Client(server);
  await recoverAbandonedFaults(faults, config.dataRoot, client);
  await registerSearchAttributes(connection, at.namespace);
  const own = ownBuild().id;
  // Runs stay with the build that began them. Both queues are in it: Temporal gives their activities to this build only there.
  const workerDeploymentOptions = {
    version: { deploymentName: DEPLOYMENT, buildId: own },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'PINNED',
  } as const;
  const common = { ...server, activities, workerDeploymentOptions, ...PACE };
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
  void pollUntil(async () => Promise.resolve(workers.every((w) => w.getState() === 'RUNNING') || undefined), {
    limitMs: 60_000,
    everyMs: 20,
  }).then(onReady);
  const ended = new AbortController();
  const look = keepBuild({
    ...{ client, place: at, own, setCurrent, say: logLine, nowMs: () => monotonicUs() / 1000 },
    replayProblem: (run) => replayProblem(client, run, workflowBundle),
  });
  const keeping = lookAgain(look, ended.signal);
  await running.finally(async () => {
    ended.abort();
    await keeping;
    await connection.close();
  });
}

/** Until the worker ends: soon, as long as its server does not know it yet. */
async function lookAgain(look: Look, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const isDone = await look();
    await sleepMs(isDone ? LOOK_EVERY_MS : LOOK_AGAIN_MS, ended).catch(() => undefined);
  }
}
