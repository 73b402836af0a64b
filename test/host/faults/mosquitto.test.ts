import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunPlan } from '../../../src/domain/plan.js';
import type { Scenario } from '../../../src/domain/scenario.js';
import { mosquittoDriver as driver } from '../../../src/host/drivers/mosquitto/index.js';
import { faults } from '../../../src/host/faults/index.js';
import { END_LIMIT_MS } from '../../../src/host/faults/restarts.js';
import { beforeOf } from '../../../src/host/faults/victim.js';
import { confirmKeeper } from '../../../src/host/keeper/control.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { observeFault } from '../../../src/host/lifecycle/observe.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import { monotonicUs } from '../../../src/host/os/clock.js';
import { isAlive, signalProcess } from '../../../src/host/os/processes.js';
import { writeTicket } from '../../../src/host/tickets/store.js';
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

  const scenario = (fault: string, params: Scenario['params'] = {}): Scenario => ({
    ...killOf('follower'),
    name: fault,
    fault,
    params,
  });

  const fds = resourceOf('fd-limit', { spare: 1 });

  it.each([
    killOf('follower'),
    killOf('leader'),
    pauseOf('follower'),
    delayOf(20),
    fds,
    scenario('broker-restart', { down_seconds: 0 }),
    scenario('cluster-restart', { stop_signal: 'SIGKILL', down_seconds: 0 }),
    scenario('broker-crash-loop', { times: 2 }),
    scenario('none'),
  ])('$name is injected, seen, and proved to be over', async (scenario) => {
    await faults.find(({ kind }) => kind === scenario.fault)?.prepare?.(scenario, { dir, driver });
    const { faultId } = await planFault(faults, plan, { scenario }, driver);
    await injectFault({ faults, clusterDir: dir, faultId, driver }, confirmKeeper);
    const { observed, leaders } = await observeFault({ faults, clusterDir: dir, faultId, driver }, 20_000);
    // Nobody could take over.
    expect({ observed, leaders }).toEqual({ observed: true, leaders: [] });
    const { healed } = await recoverTicket({ faults, clusterDir: dir, faultId }, 'workflow', 30_000);
    expect(unproved(healed)).toEqual([]);
    expect(await driver.unhealthy(dir)).toBeUndefined();
  });

  it('a broker that does not end when it is asked is not taken for restarted, and the recovery kills and starts it', async () => {
    const planned = await planFault(faults, plan, { scenario: scenario('broker-restart') }, driver);
    const handle = { faults, clusterDir: dir, faultId: planned.faultId, driver };
    const { process } = beforeOf(planned);
    // Its time is over by then.
    const asked = { node: 'n1', what: 'asked', process, at: '', us: monotonicUs() - END_LIMIT_MS * 1000 } as const;
    writeTicket({ ...planned, state: 'injected', injectedUs: asked.us, steps: [asked] });
    const { observed, bite } = await observeFault(handle, 0);
    expect(observed).toBe(false);
    expect(unproved(bite)[0]).toMatch(/^n1 after SIGTERM: expected ends by itself within 30 s, got it did not end$/);
    // It hears no SIGTERM.
    signalProcess(process, 'SIGSTOP');
    const { healed } = await recoverTicket(handle, 'workflow', 30_000);
    expect(unproved(healed)).toEqual([]);
    expect(isAlive(process)).toBe(false);
    expect(await driver.status(dir)).toBe('running');
  });

  it('a partition is refused: there is nobody to be cut off from', async () => {
    expect(await errorOf(planFault(faults, plan, { scenario: partitionOf('follower') }, driver))).toMatch(
      /a single node has nobody to be cut off from/,
    );
  });
});
