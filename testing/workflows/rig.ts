import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { activityInfo } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { CHAOS_QUEUE, clusterWorkflowId, scenarioWorkflowId, scheduledRunIdPrefix } from '../../src/domain/ids.js';
import type { RunPlan } from '../../src/domain/plan.js';
import type { Scenario } from '../../src/domain/scenario.js';
import type { chaosRunWorkflow } from '../../src/workflows/chaos-run.js';
import type { scenarioWorkflow } from '../../src/workflows/scenario.js';
import { SEARCH_ATTRIBUTES } from '../../src/messages/search-attributes.js';
import { pollUntil } from '../../src/host/os/clock.js';
import { makeCurrent } from '../../src/temporal/builds.js';
import { buildOptions } from '../../src/temporal/worker-side.js';
import { dataConverter } from '../../src/temporal/data-converter.js';
import { killSingle, planWith } from './plans.js';
import { ACTIVITY_NAMES, createStubHost, type StubHost, type StubOptions } from './stub-host.js';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The bundle that workers of the program run; `npm test` builds it first. */
export const BUNDLE_PATH = pathOf('dist/workflow-bundle.js');
export const TEMPORAL_PATH = pathOf('.tools/bin/temporal');
/** Temporal's test server, whose clock runs ahead where every workflow waits. */
export const TIME_SKIPPING_PATH = pathOf('.tools/bin/temporal-test-server');

/** Timers of a default server fire up to a second late; these within milliseconds. */
const PROMPT_TIMERS = 'history.timerProcessorMaxTimeShift="10ms"';

/** Workers of a test are one build: the record of a cluster says how it goes from one to the next, which a server takes from a build alone. */
const BUILD = 'test';
/** A bound on a hang, not on speed. */
const CURRENT_LIMIT_MS = 15_000;

/** A worker whose activity does not end, since a test has failed, is given up after this long. */
const SHUTDOWN_LIMIT_MS = 5_000;

type RunHandle = WorkflowHandle<typeof chaosRunWorkflow>;
type ScenarioHandle = WorkflowHandle<typeof scenarioWorkflow>;

export interface StartOptions extends StubOptions {
  readonly plan?: Partial<RunPlan>;
  readonly timing?: Partial<RunPlan['timing']>;
  readonly queue?: string;
}

export interface Started<Handle> {
  readonly handle: Handle;
  readonly host: StubHost;
}

/** A real server, one worker with the real workflow bundle, and a stubbed host for each run. */
export interface Rig {
  readonly env: TestWorkflowEnvironment;
  /** Starts a run on a cluster and a host of its own. */
  readonly startRun: (options?: StartOptions) => Promise<Started<RunHandle>>;
  /** A host for the runs that a schedule of this cluster starts. */
  readonly hostOfSchedule: (cluster: string, options?: StubOptions) => StubHost;
  /** Starts a scenario without a run around it. */
  readonly startScenario: (
    options?: StartOptions & { readonly scenario?: Scenario },
  ) => Promise<Started<ScenarioHandle>>;
  /** A host for a run or a series that somebody else starts, by its workflow id. */
  readonly hostFor: (workflowId: string, plan?: Partial<RunPlan>, options?: StubOptions) => StubHost;
  /** The scenario that a run has started. */
  readonly scenarioOf: (run: RunHandle, scenario?: string) => ScenarioHandle;
  /** One more worker, on a queue of its own. */
  readonly createWorker: (queue: string, options?: Partial<WorkerOptions>) => Promise<RunningWorker>;
  /** The rig's own one; the server stays. */
  readonly stopWorker: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface RunningWorker {
  readonly stop: () => Promise<void>;
}

/** Only errors are logged: cancelled activities and failing workflows are what these tests are about. Once in each process. */
export function quietRuntime(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
}

/** As soon as the server knows the build. */
export async function becomeCurrent(client: Client, buildId: string): Promise<void> {
  const set = (): Promise<true> => makeCurrent(client, buildId, true).then(() => true as const);
  const done = await pollUntil(() => set().catch(() => undefined), { limitMs: CURRENT_LIMIT_MS, everyMs: 20 });
  if (done === undefined) await set();
}

/** Of a worker from before there were builds. */
function oldOptions(): Partial<WorkerOptions> {
  const code = readFileSync(BUNDLE_PATH, 'utf8').replace("{ versioningBehavior: 'AUTO_UPGRADE' }", '{}');
  return { workflowBundle: { code } };
}

/** `isOld`: its worker is from before there were builds. */
export async function createRig(
  options: { readonly dynamicConfig?: readonly string[]; readonly identity?: string; readonly isOld?: boolean } = {},
): Promise<Rig> {
  quietRuntime();
  const settings = [PROMPT_TIMERS, ...(options.dynamicConfig ?? [])];
  const identity = options.identity ?? 'test';
  const env = await TestWorkflowEnvironment.createLocal({
    client: { identity, dataConverter },
    server: {
      executable: { type: 'existing-path', path: TEMPORAL_PATH },
      searchAttributes: [...SEARCH_ATTRIBUTES],
      log: { format: 'pretty', level: 'error' },
      extraArgs: settings.flatMap((setting) => ['--dynamic-config-value', setting]),
    },
  });
  const hosts = new Map<string, StubHost>();
  const activities = Object.fromEntries(
    ACTIVITY_NAMES.map((name) => [name, (input: unknown) => hostOfCaller(hosts).perform(name, input)]),
  );
  const createWorker: Rig['createWorker'] = async (queue, change = {}) => {
    const worker = await Worker.create({
      connection: env.nativeConnection,
      identity,
      taskQueue: queue,
      workflowBundle: { codePath: BUNDLE_PATH },
      dataConverter,
      activities,
      maxHeartbeatThrottleInterval: 100,
      stickyQueueScheduleToStartTimeout: 1000,
      shutdownForceTime: SHUTDOWN_LIMIT_MS,
      ...(options.isOld === true ? {} : buildOptions(BUILD)),
      ...change,
    });
    const running = worker.run();
    return {
      stop: async () => {
        if (worker.getState() === 'RUNNING') worker.shutdown();
        await running;
      },
    };
  };
  const worker = await createWorker(CHAOS_QUEUE, options.isOld === true ? oldOptions() : {});
  if (options.isOld !== true) await becomeCurrent(env.client, BUILD);
  let started = 0;
  const nextHost = ({ plan, timing, queue = CHAOS_QUEUE, ...stubs }: StartOptions): [string, StubHost] => {
    const id = `run-${++started}`;
    const runDir = `/srv/chaos/runs/${id}`;
    const made = planWith({ runId: id, runDir, cluster: `cluster-of-${id}`, hostQueue: queue, ...plan }, timing);
    const host = createStubHost(made, stubs);
    hosts.set(id, host);
    // The cluster's own record does things on the host of the latest run, too.
    hosts.set(clusterWorkflowId(made.cluster), host);
    return [id, host];
  };
  return {
    env,
    createWorker,
    stopWorker: worker.stop,
    startRun: async (run = {}) => {
      const [workflowId, host] = nextHost(run);
      const taskQueue = run.queue ?? CHAOS_QUEUE;
      const start = { workflowId, taskQueue, args: [{}] satisfies Parameters<typeof chaosRunWorkflow> };
      const handle = await env.client.workflow.start<typeof chaosRunWorkflow>('ChaosRunWorkflow', start);
      return { handle, host };
    },
    hostFor: (workflowId, plan = {}, options = {}) => {
      const host = createStubHost(planWith({ runId: workflowId, ...plan }), options);
      hosts.set(workflowId, host);
      if (plan.cluster !== undefined) hosts.set(clusterWorkflowId(plan.cluster), host);
      return host;
    },
    hostOfSchedule: (cluster, options) => {
      const id = scheduledRunIdPrefix(cluster);
      const host = createStubHost(planWith({ runId: id, cluster }), options);
      hosts.set(id, host);
      hosts.set(clusterWorkflowId(cluster), host);
      return host;
    },
    startScenario: async ({ scenario = killSingle, ...run } = {}) => {
      const [workflowId, host] = nextHost(run);
      const start = {
        workflowId,
        taskQueue: CHAOS_QUEUE,
        args: [{ plan: host.plan, scenario }] satisfies Parameters<typeof scenarioWorkflow>,
      };
      const handle = await env.client.workflow.start<typeof scenarioWorkflow>('ScenarioWorkflow', start);
      return { handle, host };
    },
    scenarioOf: (run, scenario = killSingle.name) =>
      env.client.workflow.getHandle<typeof scenarioWorkflow>(scenarioWorkflowId(run.workflowId, scenario)),
    close: async () => {
      for (const host of hosts.values()) host.release();
      try {
        await worker.stop();
      } finally {
        await env.teardown();
      }
    },
  };
}

/** The host of the run that the calling activity belongs to; scenarios have their run's id before a slash. */
function hostOfCaller(hosts: ReadonlyMap<string, StubHost>): StubHost {
  const caller = activityInfo().workflowExecution?.workflowId ?? '';
  const run = caller.split('/')[0] ?? '';
  // The server appends the tick's time to the id of a run that a schedule starts.
  const host = hosts.get(run) ?? hosts.get(run.replace(/-\d{4}-\d\d-\d\dT[\d:]+Z$/, ''));
  if (host === undefined) throw new Error(`expected a stubbed host for ${caller}`);
  return host;
}
