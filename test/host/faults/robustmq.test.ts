import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { RunPlan } from '../../../src/domain/plan.js';
import type { Scenario } from '../../../src/domain/scenario.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { observeFault } from '../../../src/host/lifecycle/observe.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import { confirmKeeper } from '../../../src/host/keeper/control.js';
import { robustmqDriver as driver } from '../../../src/host/drivers/robustmq/index.js';
import { faults } from '../../../src/host/faults/index.js';
import { writeLease } from '../../../src/host/tickets/lease.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import { plan as basePlan } from '../../../testing/reports/values.js';
import { describeWithStandIn, standInFor } from '../../../testing/robustmq-stand-in.js';
import { errorOf, killOf, partitionOf, unproved } from '../../../testing/host-cluster.js';
import { temporaryFolder } from '../../../testing/processes.js';

// The faults on the driver `robustmq`, with the stand-in for its broker: nothing here is about RobustMQ.

let dir: string;
let plan: RunPlan;
beforeAll(async () => {
  const root = temporaryFolder();
  dir = join(root, 'clusters', 'test');
  const runDir = join(root, 'runs', 'run-1');
  mkdirSync(runDir, { recursive: true });
  writeLease(dir, { cluster: 'test', driver: driver.name, runId: 'run-1', leaseMs: 600_000 });
  const { binary } = standInFor(root);
  const options = { cluster: 'test', runId: 'run-1', logDir: join(runDir, 'cluster'), nodeCount: 3, binary };
  await driver.start(dir, options);
  const timing = { ...basePlan.timing, recoveryBudgetMs: 30_000 };
  plan = { ...basePlan, driver: driver.name, runId: 'run-1', clusterDir: dir, runDir, nodeCount: 3, timing };
});

/** As in a run, no two phases have a topic in common. */
let phases = 0;

/** The steps of a scenario up to the inject: the fault prepares, the clients' topics are made, the victim is named. */
async function planned(scenario: Scenario): Promise<{ faultId: string; targets: readonly string[]; reason: string }> {
  await faults.find(({ kind }) => kind === scenario.fault)?.prepare?.(scenario, { dir, driver });
  phases += 1;
  const topics = ['python-1', 'go-1'].map((name) => `chaos/r/f${phases}/${name}`);
  await driver.prepareTopics?.(dir, topics, true);
  return planFault(faults, plan, { scenario }, driver);
}

const observe = (faultId: string) => observeFault({ faults, clusterDir: dir, faultId, driver }, 20_000);
const recover = (faultId: string) => recoverTicket({ faults, clusterDir: dir, faultId }, 'workflow', 30_000);
const scenarioOf = (fault: string): Scenario => ({ ...killOf('leader'), name: fault, fault, params: {} });

describeWithStandIn('on a broker that lets nobody choose its leader,', () => {
  it('the kill of a follower hits one that leads neither the cluster nor a topic of the load', async () => {
    const { faultId, targets, reason } = await planned(killOf('follower'));
    const { cluster, load } = await driver.leaders(dir);
    expect(targets).not.toContain(cluster.leader);
    expect(load.map(({ leader }) => leader)).not.toContain(targets[0]);
    expect(reason).toContain('leads 0 of 3 groups');
    await injectFault({ faults, clusterDir: dir, faultId, driver }, confirmKeeper);
    expect((await observe(faultId)).observed).toBe(true);
    expect(unproved((await recover(faultId)).healed)).toEqual([]);
  });

  it('the kill of the leader hits the one that leads the cluster and all topics, and shows who took over, and when', async () => {
    const { faultId, targets, reason } = await planned(killOf('leader'));
    expect(targets).toEqual([(await driver.leaders(dir)).cluster.leader]);
    expect(reason).toContain('leads 3 of 3 groups');
    await injectFault({ faults, clusterDir: dir, faultId, driver }, confirmKeeper);
    const { observed, leaders } = await observe(faultId);
    expect(observed).toBe(true);
    // The two raft groups that nobody can place are recorded, too.
    expect(leaders.map(({ group }) => group.replace(/\.\d+$/, '')).sort()).toEqual([
      'data_0',
      'metadata_0',
      'offset_0',
      'topic go-1',
      'topic python-1',
    ]);
    for (const { from, to, seconds, termFrom, termTo } of leaders) {
      expect(from).toBe(targets[0]);
      expect(to).not.toBe(from);
      expect(seconds).toBeGreaterThan(1);
      expect(termTo).toBeGreaterThan(termFrom ?? 0);
    }
    expect(unproved((await recover(faultId)).healed)).toEqual([]);
  });

  it('a leader whose topics could not be made is not killed: the load would not depend on it', async () => {
    await driver.placeLeader(dir, 'n1');
    // The broker refuses empty names, and anything else that it does not like.
    await driver.prepareTopics?.(dir, [''], true);
    expect(await errorOf(planFault(faults, plan, { scenario: killOf('leader') }, driver))).toMatch(/LEADER_NOT_PLACED/);
  });

  it('a rebalance is seen: killed, taken over, back, and led by the first leader again with every node alive', async () => {
    const { faultId, targets } = await planned(scenarioOf('leader-rebalance'));
    await injectFault({ faults, clusterDir: dir, faultId, driver }, confirmKeeper);
    expect((await driver.nodes(dir)).every(({ alive }) => alive)).toBe(true);
    const { observed, leaders } = await observe(faultId);
    expect(observed).toBe(true);
    expect(leaders.map(({ to }) => to)).toEqual([targets[0], targets[0]]);
    for (const { termFrom, termTo } of leaders) expect(termTo).toBe((termFrom ?? 0) + 2);
    expect(unproved((await recover(faultId)).healed)).toEqual([]);
  });

  it('two of three are killed at once, the leader among them, and come back', async () => {
    const { faultId, targets } = await planned(scenarioOf('majority-kill'));
    expect(targets).toHaveLength(2);
    expect(targets).toContain((await driver.leaders(dir)).cluster.leader);
    await injectFault({ faults, clusterDir: dir, faultId, driver }, confirmKeeper);
    expect((await driver.nodes(dir)).filter(({ alive }) => alive)).toHaveLength(1);
    expect((await observe(faultId)).observed).toBe(true);
    const { healed, died } = await recover(faultId);
    expect(unproved(healed)).toEqual([]);
    expect(died).toEqual([]);
  });

  it('every broker is restarted in turn, each when the cluster is whole with the one before', async () => {
    const rolling = { ...scenarioOf('broker-restart'), params: { rolling: true, down_seconds: 0 } };
    const { faultId } = await planned(rolling);
    await injectFault({ faults, clusterDir: dir, faultId, driver }, confirmKeeper);
    const { observed, bite } = await observe(faultId);
    expect(unproved(bite)).toEqual([]);
    expect(observed).toBe(true);
    const { healed, died } = await recover(faultId);
    expect([unproved(healed), died]).toEqual([[], []]);
  });

  it('a partition is refused, since what the nodes say to each other goes past the proxies', async () => {
    expect(await errorOf(planned(partitionOf('follower')))).toMatch(/does not go through its proxies/);
  });
});
