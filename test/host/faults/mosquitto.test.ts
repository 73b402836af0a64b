import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunPlan } from '../../../src/domain/plan.js';
import type { Scenario } from '../../../src/domain/scenario.js';
import { mosquittoDriver as driver } from '../../../src/host/drivers/mosquitto/index.js';
import { faults } from '../../../src/host/faults/index.js';
import { confirmKeeper } from '../../../src/host/keeper/control.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { observeFault } from '../../../src/host/lifecycle/observe.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import { writeLease } from '../../../src/host/tickets/lease.js';
import { delayOf, errorOf, killOf, partitionOf, pauseOf, resourceOf, unproved } from '../../../testing/host-cluster.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { skippedWithout } from '../../../testing/programs.js';
import { plan as basePlan } from '../../../testing/reports/values.js';

// The faults on a broker that is alone.

describe.skipIf(skippedWithout('mosquitto', 'mosquitto'))('on one Mosquitto', () => {
  let dir: string;
  let plan: RunPlan;
  beforeAll(async () => {
    const root = temporaryFolder();
    dir = join(root, 'clusters', 'test');
    const runDir = join(root, 'runs', 'run-1');
    mkdirSync(runDir, { recursive: true });
    writeLease(dir, { cluster: 'test', driver: driver.name, runId: 'run-1', leaseMs: 600_000 });
    await driver.start(dir, { cluster: 'test', runId: 'run-1', logDir: join(runDir, 'cluster'), nodeCount: 1 });
    const timing = { ...basePlan.timing, recoveryBudgetMs: 30_000 };
    plan = { ...basePlan, driver: driver.name, runId: 'run-1', clusterDir: dir, runDir, nodeCount: 1, timing };
  });

  const none: Scenario = { ...killOf('follower'), name: 'none', fault: 'none', params: {} };

  const fds = resourceOf('fd-limit', { spare: 1 });

  it.each([killOf('follower'), killOf('leader'), pauseOf('follower'), delayOf(20), fds, none])(
    '$name is injected, seen, and proved to be over',
    async (scenario) => {
      await faults.find(({ kind }) => kind === scenario.fault)?.prepare?.(scenario, { dir, driver });
      const { faultId } = await planFault(faults, plan, scenario, driver);
      await injectFault({ faults, clusterDir: dir, faultId, driver }, confirmKeeper);
      const { observed, leaders } = await observeFault({ faults, clusterDir: dir, faultId, driver }, 20_000);
      // Nobody could take over.
      expect({ observed, leaders }).toEqual({ observed: true, leaders: [] });
      const { healed } = await recoverTicket({ faults, clusterDir: dir, faultId }, 'workflow', 30_000);
      expect(unproved(healed)).toEqual([]);
      expect(await driver.unhealthy(dir)).toBeUndefined();
    },
  );

  it('a partition is refused: there is nobody to be cut off from', async () => {
    expect(await errorOf(planFault(faults, plan, partitionOf('follower'), driver))).toMatch(
      /a single node has nobody to be cut off from/,
    );
  });
});
