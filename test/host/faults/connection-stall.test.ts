import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/domain/scenario.js';
import { connectionStall as fault } from '../../../src/host/faults/connection-stall.js';
import { faults } from '../../../src/host/faults/index.js';
import { confirmKeeper } from '../../../src/host/keeper/control.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { holdFault, observeFault } from '../../../src/host/lifecycle/observe.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import {
  connectClient,
  disconnectClients,
  driver,
  killOf,
  startCluster,
  unproved,
  type TestCluster,
} from '../../../testing/host-cluster.js';
import { withNetwork } from '../../../testing/fake-cluster.js';
import { until } from '../../../testing/processes.js';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster(2);
});
afterAll(disconnectClients);

const scenario = (target: string): Scenario => ({ ...killOf('follower', target), fault: fault.kind, params: {} });
const handle = (faultId: string) => ({ faults, clusterDir: cluster.dir, faultId, driver });

describe('stalled client links', () => {
  it('open and say nothing, the broker has its clients still, and afterwards it answers again', async () => {
    const { endpoints } = await driver.clientSettings(cluster.dir);
    await connectClient(cluster.dir, endpoints[0] as string, 'a-pub');
    await until('the broker has it', async () => (await driver.connections(cluster.dir))['n1']?.includes('a-pub'));
    const { faultId, targets, reason } = await planFault(faults, cluster.plan, { scenario: scenario('n1') }, driver);
    expect(targets).toEqual(['n1']);
    expect(reason).toMatch(/^links of 1 clients to 1 of 2 brokers/);
    const before = await observeFault(handle(faultId), 0);
    expect(before.observed).toBe(false);
    expect(unproved(before.bite)).toEqual([expect.stringMatching(/^a new client link to n1: .*got an answer$/)]);

    await injectFault(handle(faultId), confirmKeeper);
    const { observed, bite } = await observeFault(handle(faultId), 20_000);
    expect(unproved(bite)).toEqual([]);
    expect(observed).toBe(true);
    expect(bite.map(({ what, observed: seen }) => `${what}: ${seen}`)).toEqual([
      'a new client link to n1: open, no answer within 1000 ms',
      'a new client link to n2: an answer',
      'clients of n1 that the broker takes for connected: 1',
    ]);
    expect(await holdFault(handle(faultId), 0)).toBe(false);
    // Somebody takes it away: it is not in force any more.
    await driver.network(cluster.dir)?.proxies?.clear();
    expect(await holdFault(handle(faultId), 60_000)).toBe(true);
    await injectFault(handle(faultId), confirmKeeper);
    const { healed } = await recoverTicket(handle(faultId), 'workflow', 30_000);
    expect(unproved(healed)).toEqual([]);
    expect((await observeFault(handle(faultId), 0)).observed).toBe(false);
  });

  it('cannot be had without proxies, and are those of every broker where none is named', async () => {
    expect(await fault.available(withNetwork({ proxies: null }))).toMatch(/cluster\.network: proxies/);
    expect(await fault.available({ dir: cluster.dir, driver })).toBeUndefined();
    const plan = await fault.plan(scenario('robustmq-server'), { dir: cluster.dir, driver });
    expect(plan.targets).toEqual(['n1', 'n2']);
  });
});
