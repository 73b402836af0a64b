import { afterEach, describe, expect, test } from 'vitest';
import { natsDriver } from '../../src/host/drivers/nats/index.js';
import { injectFault } from '../../src/host/lifecycle/inject.js';
import { planFault } from '../../src/host/lifecycle/plan.js';
import { faults } from '../../src/host/faults/index.js';
import { confirmKeeper, keeperOf } from '../../src/host/keeper/control.js';
import { endLease, writeLease } from '../../src/host/tickets/lease.js';
import { openTickets, readTicket } from '../../src/host/tickets/store.js';
import { plan as basePlan } from '../../testing/reports/values.js';
import { killOf } from '../../testing/host-cluster.js';
import {
  catalogue,
  createSandbox,
  nothingLeft,
  removeSandbox,
  start,
  type Sandbox,
} from '../../testing/rounds/round.js';
import { clusterDir } from '../../src/host/layout/paths.js';

// A real cluster with a real fault on it, and people and runs that come across it. No Temporal server until a run starts one.
let sandbox: Sandbox;

afterEach(async () => {
  await natsDriver.stop(sandbox.clusterDir);
  endLease(sandbox.clusterDir);
  await removeSandbox(sandbox);
});

/** Kills a follower of a cluster of this data folder, as a run of somebody's would; returns the fault's id. */
async function killFollower(dir: string): Promise<string> {
  const runDir = `${sandbox.dataRoot}/runs/somebody`;
  const options = { cluster: 'e2e', runId: 'somebody', logDir: `${runDir}/cluster`, nodeCount: 3 };
  writeLease(dir, { cluster: 'e2e', driver: 'nats', runId: 'somebody', leaseMs: 600_000 });
  await natsDriver.start(dir, options);
  // Its deadline is not to come into this.
  const timing = { ...basePlan.timing, faultWindowMs: 600_000 };
  const plan = { ...basePlan, timing, runId: 'somebody', clusterDir: dir, runDir };
  const { faultId } = await planFault(faults, plan, { scenario: killOf('follower') }, natsDriver);
  await injectFault({ faults, clusterDir: dir, faultId, driver: natsDriver }, confirmKeeper);
  return faultId;
}

describe('a fault that is active on this host', () => {
  test('is listed with what, since when, until when and whose, and ended by three at once, once, with proof', async () => {
    sandbox = createSandbox({ sdks: ['go'], scenarios: [catalogue.kill] });
    const faultId = await killFollower(sandbox.clusterDir);
    const listed = await start(['faults', 'list'], sandbox).done;
    expect(listed.stdout).toMatch(
      new RegExp(`${faultId}: broker-kill by sigkill on n\\d, injected, since \\S+, until \\S+, run somebody`),
    );
    expect(listed.stdout).toContain(`keeper ${String(keeperOf(sandbox.clusterDir)?.pid)}`);
    const wrong = await start(['faults', 'recover', 'nonsense'], sandbox).done;
    expect([wrong.status, wrong.stderr]).toEqual([64, expect.stringContaining(`open are ${faultId}`)]);

    const three = [['recover', faultId], ['recover', '--all'], ['recover']];
    const ends = await Promise.all(three.map((args) => start(['faults', ...args], sandbox).done));
    expect(ends.map((end) => end.status)).toEqual([0, 0, 0]);
    expect(ends[0]!.stdout).toMatch(/recovered by the command\n {4}✓ n\d runs/);
    expect(readTicket(sandbox.clusterDir, faultId)).toMatchObject({ state: 'recovered', recoveredBy: 'command' });
    // Each look at the cluster writes a session: for a moment after it a replica may be one entry behind.
    await expect.poll(() => natsDriver.unhealthy(sandbox.clusterDir), { timeout: 10_000 }).toBeUndefined();
    expect((await start(['faults', 'list'], sandbox).done).stdout).toBe('no fault is open on this host\n');
  });

  test('of another cluster makes a run refuse, which says what it is and whose', async () => {
    sandbox = createSandbox({ sdks: ['go'], scenarios: [catalogue.kill] });
    const other = clusterDir(sandbox.dataRoot, 'other');
    try {
      const faultId = await killFollower(other);
      const refused = await start(['scenario', 'broker-kill-single'], sandbox).done;
      expect(refused.status).toBe(75);
      expect(refused.stdout).toMatch(
        new RegExp(
          `refused: a fault of another run is active on this host: ${faultId}: broker-kill .* run somebody.*faults recover`,
        ),
      );
      expect(openTickets(other).map((ticket) => ticket.state)).toEqual(['injected']);
    } finally {
      await natsDriver.stop(other);
      endLease(other);
    }
    expect(await nothingLeft(sandbox)).toEqual([]);
  });
});
