import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { generate } from 'mqtt-packet';
import { ChaosError } from '../src/domain/errors.js';
import type { RunPlan } from '../src/domain/plan.js';
import type { Scenario } from '../src/domain/scenario.js';
import type { StartedWith } from '../src/domain/started-with.js';
import type { NetworkMode } from '../src/host/drivers/contract.js';
import { natsDriver } from '../src/host/drivers/nats/index.js';
import { writeLease } from '../src/host/tickets/lease.js';
import type { Evidence } from '../src/domain/fault-record.js';
import { plan as basePlan } from './reports/values.js';
import { temporaryFolder, until } from './processes.js';

export const driver = natsDriver;

/** Longer than any test file takes. */
const LEASE_MS = 600_000;

export interface TestCluster {
  readonly root: string;
  /** State folder of the cluster. */
  readonly dir: string;
  readonly runDir: string;
  /** As a run's own plan, with durations for a test. */
  readonly plan: RunPlan;
}

/** A real cluster in a temporary folder; the processes end with the test file. */
export async function startCluster(
  nodeCount: number,
  network: NetworkMode = 'proxies',
  startedWith: StartedWith = {},
): Promise<TestCluster> {
  const root = temporaryFolder();
  const dir = join(root, 'clusters', 'test');
  const runDir = join(root, 'runs', 'run-1');
  // A keeper, which nothing is injected without, stays as long as there is a lease.
  writeLease(dir, { cluster: 'test', driver: driver.name, runId: 'run-1', leaseMs: LEASE_MS });
  const logDir = join(runDir, 'cluster');
  await driver.start(dir, { cluster: 'test', runId: 'run-1', logDir, nodeCount, network, startedWith });
  const timing = { ...basePlan.timing, recoveryBudgetMs: 30_000 };
  return {
    root,
    dir,
    runDir,
    plan: { ...basePlan, runId: 'run-1', clusterDir: dir, runDir, nodeCount, network, timing },
  };
}

/** Waits for it: a look at MQTT leaves a session in a stream, which a replica may be a moment behind in. */
export const healthy = ({ dir }: TestCluster): Promise<void> =>
  until('the cluster is healthy', async () => (await driver.unhealthy(dir)) === undefined, 30_000);

export const killOf = (victim: 'follower' | 'leader', target = 'robustmq-server'): Scenario => ({
  name: `kill-${victim}`,
  fault: 'broker-kill',
  target,
  params: { victim },
  core: true,
  priority: 'P0',
});

const victimOf =
  (fault: string) =>
  (victim: 'follower' | 'leader', target = 'robustmq-server'): Scenario => ({
    ...killOf(victim, target),
    name: `${fault}-${victim}`,
    fault,
  });

export const pauseOf = victimOf('broker-pause');
export const partitionOf = victimOf('network-partition');

/** A fault of a resource, of one named node. */
export const resourceOf = (fault: string, params: Scenario['params'], target = 'n1'): Scenario => ({
  ...killOf('follower', target),
  name: `${fault}-${target}`,
  fault,
  params,
});

export const delayOf = (delayMs: number, target = 'eth0'): Scenario => ({
  name: 'delay',
  fault: 'network-delay',
  target,
  params: { delay_ms: delayMs, jitter_ms: 0 },
  core: false,
  priority: 'P1',
});

const sockets: Socket[] = [];

/** Connects an MQTT client to an endpoint of the cluster, and leaves it there. */
export async function connectClient(dir: string, endpoint: string, clientId: string): Promise<void> {
  const { username, password } = await driver.clientSettings(dir);
  const socket = connect({ port: Number(endpoint.split(':')[1]), host: '127.0.0.1' });
  sockets.push(socket);
  const login = { username, password: Buffer.from(password) };
  socket.write(
    generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId,
      keepalive: 60,
      ...login,
    }),
  );
  await new Promise((resolve, reject) => {
    socket.once('data', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
}

export function disconnectClients(): void {
  for (const socket of sockets.splice(0)) socket.destroy();
}

/** What was measured and did not hold: empty if everything is proved. */
export const unproved = (rows: readonly Evidence[]): string[] =>
  rows.filter((row) => !row.ok).map((row) => `${row.what}: expected ${row.expected}, got ${row.observed}`);

/** The code and text of the error that a piece of work ends with. */
export async function errorOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  return error instanceof ChaosError ? `${error.code} ${error.message}` : String(error);
}
