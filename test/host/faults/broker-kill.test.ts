import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFaultActivities } from '../../../src/activities/fault.js';
import { judgeScenario } from '../../../src/domain/judge-scenario.js';
import { judgeSdk } from '../../../src/domain/judge-sdk.js';
import { runPaths } from '../../../src/host/layout/paths.js';
import { writeJson } from '../../../src/host/os/files.js';
import { clearDirty } from '../../../src/host/tickets/dirty-mark.js';
import { checkScenario, planFault } from '../../../src/host/lifecycle/plan.js';
import { faultOf } from '../../../src/host/lifecycle/fault-handle.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { observeFault } from '../../../src/host/lifecycle/observe.js';
import { confirmKeeper } from '../../../src/host/keeper/control.js';
import { faults } from '../../../src/host/faults/index.js';
import type { FaultTicket } from '../../../src/host/tickets/ticket.js';
import { isAlive, signalProcess } from '../../../src/host/os/processes.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import { readTicket, writeTicket } from '../../../src/host/tickets/store.js';
import type { Scenario } from '../../../src/domain/scenario.js';
import {
  connectClient,
  disconnectClients,
  driver,
  errorOf,
  healthy,
  killOf,
  startCluster,
  unproved,
  type TestCluster,
} from '../../../testing/host-cluster.js';
import { perform } from '../../../testing/activities.js';
import { listenOn } from '../../../testing/listener.js';
import { until } from '../../../testing/processes.js';
import { goodFault, outcome, rules } from '../../../testing/values.js';

/** Of a scenario in which all the rest went well. */
const nothingElse = {
  verdicts: [judgeSdk(outcome(), rules, 1000)],
  lostInFault: { count: 0, uncounted: [] },
  deadNodes: [],
  clusterEnded: null,
  brokersUnknown: null,
  equipmentDied: [],
  rules,
};

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster(3);
});
afterAll(disconnectClients);

const plan = (scenario: Scenario) => planFault(faults, cluster.plan, { scenario }, driver);
const inject = (faultId: string) => injectFault({ faults, clusterDir: cluster.dir, faultId, driver }, confirmKeeper);
const observe = (faultId: string, limitMs = 20_000) =>
  observeFault({ faults, clusterDir: cluster.dir, faultId, driver }, limitMs);
const recover = (faultId: string) => recoverTicket({ faults, clusterDir: cluster.dir, faultId }, 'workflow', 30_000);

const processOf = async (id: string) =>
  (await driver.nodes(cluster.dir)).find((node) => node.id === id)?.process ?? null;

/** Who leads what, without terms. */
async function leaderships(): Promise<Record<string, string | null>> {
  const { cluster: meta, load } = await driver.leaders(cluster.dir);
  return Object.fromEntries([meta, ...load].map((group) => [group.group, group.leader]));
}

async function wholeKill(scenario: Scenario): Promise<{ ticket: FaultTicket; closed: FaultTicket }> {
  const ticket = await plan(scenario);
  await inject(ticket.faultId);
  const { observed, bite } = await observe(ticket.faultId);
  expect(unproved(bite)).toEqual([]);
  expect(observed).toBe(true);
  const closed = await recover(ticket.faultId);
  expect(unproved(closed.healed)).toEqual([]);
  await healthy(cluster);
  return { ticket, closed };
}

describe('the kill of a follower', () => {
  it('hits the broker that leads nothing and has a publisher and a subscriber on it', async () => {
    const { endpoints } = await driver.clientSettings(cluster.dir);
    await connectClient(cluster.dir, endpoints[1] as string, 'a-pub');
    await connectClient(cluster.dir, endpoints[2] as string, 'b-pub');
    await connectClient(cluster.dir, endpoints[2] as string, 'b-sub');
    const ticket = await plan(killOf('follower'));
    expect(ticket.targets).toEqual(['n3']);
    expect(ticket.reason).toContain('leads 0 of');
    expect(ticket.reason).toContain('a publisher and a subscriber of the load among its 2 clients');
    const leads = await leaderships();
    expect(Object.values(leads)).not.toContain('n3');
    await inject(ticket.faultId);
    expect((await observe(ticket.faultId)).observed).toBe(true);
    // Nobody had to take over.
    expect(await leaderships()).toEqual(leads);
    await recover(ticket.faultId);
    disconnectClients();
  });

  it('hits the broker that is named', async () => {
    const { ticket } = await wholeKill(killOf('follower', 'n2'));
    expect(ticket.targets).toEqual(['n2']);
  });
});

describe('the kill of the leader', () => {
  it.each(['once', 'and a second time'])(
    'hits the one that leads all, and tells who took over each group: %s',
    async () => {
      const ticket = await plan(killOf('leader'));
      const leads = await leaderships();
      expect(new Set(Object.values(leads))).toEqual(new Set(ticket.targets));
      const before = await processOf(ticket.targets[0] as string);

      await inject(ticket.faultId);
      const { observed, bite, leaders } = await observe(ticket.faultId);
      expect(unproved(bite)).toEqual([]);
      expect(observed).toBe(true);
      expect(leaders.map((change) => change.group).sort()).toEqual(Object.keys(leads).sort());
      for (const change of leaders) {
        expect(change.from).toBe(ticket.targets[0]);
        expect(['n1', 'n2', 'n3'].filter((id) => id !== change.from)).toContain(change.to);
        expect(change.termTo).toBeGreaterThan(change.termFrom as number);
        expect(change.seconds).toBeGreaterThan(0);
      }

      const closed = await recover(ticket.faultId);
      expect(unproved(closed.healed)).toEqual([]);
      const after = await processOf(ticket.targets[0] as string);
      expect(after?.pid).not.toBe(before?.pid);
      await healthy(cluster);
    },
  );
});

describe('a ticket of a kill', () => {
  it('that was never injected is recovered with proof, and nobody was killed', async () => {
    const { faultId, targets } = await plan(killOf('follower'));
    const before = await processOf(targets[0] as string);
    const looked = await observe(faultId, 0);
    expect(looked.observed).toBe(false);
    const closed = await recover(faultId);
    expect(unproved(closed.healed)).toEqual([]);
    expect(await processOf(targets[0] as string)).toEqual(before);
    expect(await errorOf(inject(faultId))).toMatch(/was recovered by the workflow before it was injected/);
  });

  it('that was recovered stays as it is when it is recovered again', async () => {
    const { ticket, closed } = await wholeKill(killOf('follower', 'n3'));
    const victim = await processOf('n3');
    expect(await recoverTicket({ faults, clusterDir: cluster.dir, faultId: ticket.faultId }, 'keeper', 1000)).toEqual(
      closed,
    );
    expect(await processOf('n3')).toEqual(victim);
  });

  it('is finished by the next worker when the first one died in the middle of the inject', async () => {
    const ticket = await plan(killOf('follower', 'n3'));
    const injectedAt = '2026-11-22T12:00:00.000Z';
    writeTicket({ ...ticket, state: 'injecting', injectedAt, injectedUs: 1 });
    await driver.killNode(cluster.dir, 'n3');
    expect(await inject(ticket.faultId)).toMatchObject({ state: 'injected', injectedAt, injectedUs: 1 });
    await recover(ticket.faultId);
    expect(isAlive((await processOf('n3'))!)).toBe(true);
  });

  it('is over, too, if another broker dies while its end is being proved', async () => {
    const { faultId } = await plan(killOf('follower', 'n3'));
    await inject(faultId);
    const other = (await processOf('n2'))!;
    // It does not answer, so that the proof cannot come before it dies.
    signalProcess(other, 'SIGSTOP');
    const recovering = recover(faultId);
    await until('n3 runs again', async () => isAlive((await processOf('n3'))!), 20_000);
    signalProcess(other, 'SIGKILL');
    const closed = await recovering;
    expect(closed).toMatchObject({ state: 'recovered', died: ['n2'] });
    expect(unproved(closed.healed)).toEqual([]);
    await healthy(cluster);
  });

  it('that finds its port taken is not blamed, and comes back once the port is free', async () => {
    const ticket = await plan(killOf('follower', 'n3'));
    const { faultId, runId, runDir } = ticket;
    await inject(faultId);
    const { brokerPort } = (await driver.nodes(cluster.dir)).find((node) => node.id === 'n3')!;
    const thief = await listenOn(brokerPort);
    const timing = { ...cluster.plan.timing, recoveryBudgetMs: 3000 };
    writeJson(runPaths(runDir).plan, { ...cluster.plan, timing });
    const recoverFault = () => perform(createFaultActivities(faults).recoverFault, { run: { runId, runDir }, faultId });
    const { error, recoverErrorBlame = 'broker' } = await recoverFault();
    expect(recoverErrorBlame).toBe('equipment');
    expect(error).toMatch(
      new RegExp(`n3 is not running; .* port ${brokerPort} of n3 is held by process ${process.pid} `),
    );
    const fault = { ...goodFault, recoveryBlame: 'broker', recoverError: error, recoverErrorBlame } as const;
    const verdict = judgeScenario({ ...nothingElse, fault });
    expect(verdict.failures).toEqual([{ status: 'harness_error', blame: 'equipment', sdk: null }]);
    await thief.close();
    await recover(faultId);
    clearDirty(cluster.dir);
    await healthy(cluster);
  });

  it('lies in the cluster’s folder and in the run’s, with everything that recovery needs', async () => {
    const { faultId } = await plan(killOf('follower'));
    const ticket = readTicket(cluster.dir, faultId);
    expect(ticket).toMatchObject({ state: 'planned', runId: 'run-1', driver: 'nats', clusterDir: cluster.dir });
    expect(readTicket(cluster.runDir, faultId)).toEqual(ticket);
    await recover(faultId);
  });
});

describe('a target that does not exist', () => {
  it('is refused with those that do', async () => {
    const message = /INJECT_FAILED .*expected a target of robustmq-server, broker-server, n1, n2, n3, got n9/;
    expect(await errorOf(plan(killOf('follower', 'n9')))).toMatch(message);
    const fault = faultOf(faults, 'broker-kill');
    const targets = await driver.targets({ nodeCount: 3 });
    expect(() => checkScenario(fault, killOf('leader', 'eth0'), targets, driver)).toThrow(/got eth0/);
  });

  it('of a fault that does not exist is refused with those that do', async () => {
    const unknown = { ...killOf('leader'), fault: 'sunspots' };
    expect(await errorOf(plan(unknown))).toMatch(
      /expected a fault of broker-crash-loop, .*network-delay.*, got sunspots/,
    );
  });
});
