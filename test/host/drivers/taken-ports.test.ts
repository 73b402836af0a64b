import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClusterActivities } from '../../../src/activities/cluster.js';
import { judgeSdk } from '../../../src/domain/judge-sdk.js';
import type { RunPlan, RunRef } from '../../../src/domain/plan.js';
import { faults } from '../../../src/host/faults/index.js';
import { writeLease } from '../../../src/host/tickets/lease.js';
import { NOTHING_FOUND } from '../../../src/workflows/scenario-context.js';
import { resultOf } from '../../../src/workflows/scenario-result.js';
import { perform, plannedRun } from '../../../testing/activities.js';
import { goodFault, outcome, rules } from '../../../testing/values.js';
import { killSingle, planWith } from '../../../testing/workflows/plans.js';
import type { ClusterDriver } from '../../../src/host/drivers/contract.js';
import { readJson } from '../../../src/host/os/files.js';
import { mosquittoDriver } from '../../../src/host/drivers/mosquitto/index.js';
import { natsDriver } from '../../../src/host/drivers/nats/index.js';
import { loadState } from '../../../src/host/drivers/nats/state.js';
import { clusterPaths } from '../../../src/host/layout/paths.js';
import { robustmqDriver } from '../../../src/host/drivers/robustmq/index.js';
import { describeWithStandIn, standInFor } from '../../../testing/robustmq-stand-in.js';
import type * as processes from '../../../src/host/os/processes.js';
import { signalProcess, waitGone, type SpawnRequest } from '../../../src/host/os/processes.js';
import { errorOf } from '../../../testing/host-cluster.js';
import { listenOn } from '../../../testing/listener.js';
import { ownedBy, temporaryFolder } from '../../../testing/processes.js';
import { skippedWithout } from '../../../testing/programs.js';

// Between the choice of a port and its use somebody else may take it: here that is this file, in time, each time.

interface Planned {
  readonly proxyApiPort: number;
  readonly links: readonly { readonly listenPort: number; readonly upstreamPort: number }[];
}

/** What happens before any process is started: the plan is on disk by then, and nobody listens yet. */
let beforeStart: () => Promise<void> = () => Promise.resolve();
vi.mock('../../../src/host/os/processes.js', async (original) => {
  const real = await original<typeof processes>();
  return { ...real, spawnDetached: (request: SpawnRequest) => beforeStart().then(() => real.spawnDetached(request)) };
});
afterEach(() => {
  beforeStart = () => Promise.resolve();
});

/** Has a port of the first `times` plans of a cluster in this folder taken before those that it is for are started. Returns the ports taken so far. */
function steal(dir: string, portOf: (planned: Planned) => number, times: number): readonly number[] {
  const taken: number[] = [];
  beforeStart = async () => {
    const planned = readJson<Planned>(clusterPaths(dir).state);
    const port = planned && portOf(planned);
    if (port === undefined || taken.includes(port) || taken.length === times) return;
    taken.push(port);
    await listenOn(port);
  };
  return taken;
}

const PORTS: readonly [string, (planned: Planned) => number][] = [
  ['a broker', ({ links }) => links[0]!.upstreamPort],
  ['a proxy', ({ links }) => links[0]!.listenPort],
  ["the proxy server's own API", ({ proxyApiPort }) => proxyApiPort],
];

const startsWithOthers = (driver: ClusterDriver, binaryIn: (root: string) => string | undefined): void => {
  const begin = (root: string, dir: string): Promise<unknown> => {
    const options = {
      cluster: 'test',
      runId: 'run-1',
      logDir: join(root, 'logs'),
      nodeCount: 1,
      binary: binaryIn(root),
    };
    return driver.start(dir, options);
  };

  it.each(PORTS)('the port of %s, starts with others', async (_what, portOf) => {
    const root = temporaryFolder();
    const dir = join(root, 'test');
    const stolen = steal(dir, portOf, 1);
    await begin(root, dir);
    expect(stolen).toHaveLength(1);
    expect(await driver.status(dir)).toBe('running');
    expect((await driver.nodes(dir)).map(({ alive }) => alive)).toEqual([true]);
    await driver.stop(dir);
  });

  it('a port every time, is not started, and nobody blames the broker', async () => {
    const root = temporaryFolder();
    const dir = join(root, 'test');
    const stolen = steal(dir, PORTS[0]![1], 3);
    expect(await errorOf(begin(root, dir))).toMatch(/^EQUIPMENT_FAILED cluster test could not be started: PortTaken/);
    expect(stolen).toHaveLength(3);
    expect([ownedBy(root), await driver.status(dir)]).toEqual([[], 'stopped']);
  });
};

describe('proxies that were killed', () => {
  let run: RunRef;
  let dir: string;
  beforeEach(async () => {
    const root = temporaryFolder();
    let plan: RunPlan;
    ({ plan, run } = plannedRun(root, { driver: 'nats', nodeCount: 1 }));
    dir = plan.clusterDir;
    writeLease(dir, { cluster: 'test', driver: 'nats', runId: run.runId, leaseMs: 600_000 });
    await natsDriver.start(dir, { cluster: 'test', runId: 'run-1', logDir: join(root, 'logs'), nodeCount: 1 });
    const { proxyProcess } = loadState(dir);
    signalProcess(proxyProcess!, 'SIGKILL');
    await waitGone(proxyProcess!, 5000);
  });
  afterEach(() => natsDriver.stop(dir));

  it('are started again although their log tells of a port that was taken once', async () => {
    appendFileSync(loadState(dir).proxyLogFile, 'listen tcp: bind: address already in use\n');
    expect(await natsDriver.repairEquipment(dir)).toMatch(/dead; it was started again$/);
  });

  it('and whose port was taken say nothing about the broker, though every SDK passed', async () => {
    await listenOn(loadState(dir).proxyApiPort);
    const left = await perform(createClusterActivities(faults).deadNodes, { run, sinceUs: null });
    expect(left).toEqual({ error: expect.stringMatching(/^expected toxiproxy on .*, got: /) });
    const found = { ...NOTHING_FOUND, fault: goodFault, verdicts: [judgeSdk(outcome(), rules, 1000)] };
    const times = { startedAt: '', finishedAt: '' };
    const plan = planWith({});
    const { verdict, deadNodes } = resultOf({ plan, scenario: killSingle, ...times, found, left, cancelled: false });
    expect(deadNodes).toEqual([]);
    expect(verdict.failures).toEqual([{ status: 'harness_error', blame: 'equipment', sdk: null }]);
  });
});

describe('a cluster of the driver nats, of which somebody takes', () => startsWithOthers(natsDriver, () => undefined));
describeWithStandIn('a cluster of the driver robustmq, of which somebody takes', () =>
  startsWithOthers(robustmqDriver, (root) => standInFor(root).binary),
);
describe.skipIf(skippedWithout('mosquitto', 'mosquitto'))(
  'a cluster of the driver mosquitto, of which somebody takes',
  () => startsWithOthers(mosquittoDriver, () => undefined),
);
