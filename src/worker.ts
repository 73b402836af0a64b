import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities, type ActivityDependencies } from './activities/index.js';
import { recoverLeft } from './activities/run-state.js';
import { loadConfig, type Config, type KnownNames } from './config/load.js';
import { planFrom } from './config/plan.js';
import { CHAOS_QUEUE, hostQueue } from './domain/ids.js';
import { pollUntil, sleepMs } from './host/clock.js';
import { drivers } from './host/drivers/index.js';
import { faults as allFaults } from './host/faults/index.js';
import { reviveKeepers } from './host/keeper-control.js';
import { clusterDir, runDir } from './host/paths.js';
import { installRoot } from './host/tools.js';
import { ownVersions } from './host/versions.js';
import type { TemporalPlace } from './client/connection.js';

/** A dead worker's sticky queue holds up its workflows for this long (the default is 10 s). */
const STICKY_TIMEOUT_MS = 1000;
const workflowBundle = { codePath: fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url)) };

export const knownNames: KnownNames = { drivers: drivers.map((driver) => driver.name), faults: allFaults };

export interface WorkerOptions {
  readonly config: Config;
  /** Looked up anew at each attempt to connect: a server that was restarted may have another port. */
  readonly place: () => TemporalPlace | undefined;
  readonly faults?: ActivityDependencies['faults'];
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
  { config, place, faults = allFaults }: WorkerOptions,
  onReady: () => void,
): Promise<void> {
  Runtime.install({
    logger: new DefaultLogger('WARN'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
  await reviveKeepers(config.dataRoot);
  await recoverLeft(faults, config.dataRoot);
  const places = { runDir, clusterDir, sdkRoot: join(installRoot, 'sdk_clients') };
  const activities = createActivities({
    faults,
    versions: await ownVersions(),
    makePlan: (request, runId) =>
      planFrom(request.config ? loadConfig(request.config, knownNames) : config, request, runId, places),
  });
  const { connection, at } = await connect(place);
  await recoverLeft(faults, config.dataRoot, new Client({ connection, namespace: at.namespace }));
  const common = {
    connection,
    namespace: at.namespace,
    activities,
    maxHeartbeatThrottleInterval: 1000,
    shutdownGraceTime: 2000,
  };
  const workers = await Promise.all([
    Worker.create({
      ...common,
      workflowBundle,
      taskQueue: CHAOS_QUEUE,
      stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS,
    }),
    Worker.create({ ...common, taskQueue: hostQueue(config.host.id) }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  void pollUntil(async () => Promise.resolve(workers.every((w) => w.getState() === 'RUNNING') || undefined), {
    limitMs: 60_000,
    everyMs: 20,
  }).then(onReady);
  try {
    await running;
  } finally {
    await connection.close();
  }
}
