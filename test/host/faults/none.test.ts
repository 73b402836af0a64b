import { beforeAll, describe, expect, it } from 'vitest';
import { holdFault, observeFault } from '../../../src/host/lifecycle/observe.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import { confirmKeeper } from '../../../src/host/keeper/control.js';
import { faults } from '../../../src/host/faults/index.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import { driver, startCluster, unproved, type TestCluster } from '../../../testing/host-cluster.js';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster(1);
});

const control = {
  name: 'control',
  fault: 'none',
  target: 'robustmq-server',
  params: {},
  core: false,
  priority: 'P1',
} as const;

describe('the control', () => {
  it.each(['once', 'and a second time'])(
    'is observed as long as nothing happens, and changes nothing: %s',
    async () => {
      const before = await driver.nodes(cluster.dir);
      const { faultId } = await planFault(faults, cluster.plan, { scenario: control }, driver);
      await injectFault({ faults, clusterDir: cluster.dir, faultId, driver }, confirmKeeper);
      expect((await observeFault({ faults, clusterDir: cluster.dir, faultId, driver }, 5000)).observed).toBe(true);
      expect(await holdFault({ faults, clusterDir: cluster.dir, faultId, driver }, 10)).toBe(false);
      expect(
        unproved((await recoverTicket({ faults, clusterDir: cluster.dir, faultId }, 'workflow', 10_000)).healed),
      ).toEqual([]);
      expect(await driver.nodes(cluster.dir)).toEqual(before);
    },
  );

  it('says so when a broker died in it: then it was no control', async () => {
    const { faultId } = await planFault(faults, cluster.plan, { scenario: control }, driver);
    await injectFault({ faults, clusterDir: cluster.dir, faultId, driver }, confirmKeeper);
    await driver.killNode(cluster.dir, 'n1');
    expect((await observeFault({ faults, clusterDir: cluster.dir, faultId, driver }, 0)).observed).toBe(false);
    expect(await holdFault({ faults, clusterDir: cluster.dir, faultId, driver }, 10_000)).toBe(true);
    await driver.startNode(cluster.dir, 'n1');
    await recoverTicket({ faults, clusterDir: cluster.dir, faultId }, 'workflow', 20_000);
  });
});
