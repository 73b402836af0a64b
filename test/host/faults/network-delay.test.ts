import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clearDirty, dirtyMark } from '../../../src/host/tickets/dirty-mark.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { observeFault } from '../../../src/host/lifecycle/observe.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import { confirmKeeper } from '../../../src/host/keeper/control.js';
import { faults } from '../../../src/host/faults/index.js';
import { loadState } from '../../../src/host/drivers/nats/state.js';
import { addDelay } from '../../../src/host/drivers/toxiproxy/api.js';
import { signalProcess, waitGone, type ProcessId } from '../../../src/host/os/processes.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import { readTicket } from '../../../src/host/tickets/store.js';
import { delayOf, driver, errorOf, startCluster, unproved, type TestCluster } from '../../../testing/host-cluster.js';

const DELAY_MS = 60;
const PATHS = ['clients-n1', 'clients-n2', 'clients-n3', 'n1-n2', 'n1-n3', 'n2-n3'];

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster(3);
});
beforeEach(async () => {
  expect(await active()).toEqual([]);
});

const network = () => driver.network(cluster.dir)!.proxies!;
const active = () => network().active();
const plan = (delayMs = DELAY_MS) => planFault(faults, cluster.plan, { scenario: delayOf(delayMs) }, driver);
const inject = (faultId: string) => injectFault({ faults, clusterDir: cluster.dir, faultId, driver }, confirmKeeper);
const look = (faultId: string) => observeFault({ faults, clusterDir: cluster.dir, faultId, driver }, 0);
const recover = (faultId: string) => recoverTicket({ faults, clusterDir: cluster.dir, faultId }, 'workflow', 20_000);

describe('a network delay', () => {
  it.each(['once', 'and a second time'])(
    'slows every path by twice the delay, and goes away without a trace: %s',
    async () => {
      const { faultId, targets, reason } = await plan();
      expect(targets).toEqual(PATHS);
      expect(reason).toContain('eth0 stands for the whole network');
      expect((await look(faultId)).observed).toBe(false);

      await inject(faultId);
      const { observed, bite } = await look(faultId);
      expect(unproved(bite)).toEqual([]);
      expect(bite.map((row) => row.what)).toEqual(PATHS.map((path) => `round trip ${path}`));
      expect(bite.every((row) => row.expected.startsWith(`+${2 * DELAY_MS} ms`))).toBe(true);
      expect(observed).toBe(true);

      const closed = await recover(faultId);
      expect(closed).toMatchObject({ state: 'recovered', recoveredBy: 'workflow', lastRecoverError: null });
      expect(closed.healed.map((row) => row.what)).toEqual([
        'in force by toxiproxy',
        ...PATHS.map((path) => `round trip ${path}`),
      ]);
      expect(unproved(closed.healed)).toEqual([]);
      expect(await active()).toEqual([]);
    },
  );

  it('is on every link in both directions, also when it is injected twice', async () => {
    const { faultId } = await plan();
    await inject(faultId);
    await inject(faultId);
    await network().delay(DELAY_MS, 0);
    // Three client links and two routes for each pair of nodes, upstream and downstream.
    expect(await active()).toHaveLength((3 + 6) * 2);
    await recover(faultId);
  });

  it('that hit only a part of the network does not count as seen', async () => {
    const { faultId } = await plan();
    const { proxyApiPort } = loadState(cluster.dir);
    await addDelay(proxyApiPort, 'client-n2', DELAY_MS, 0);
    const { observed, bite } = await look(faultId);
    expect(observed).toBe(false);
    expect(bite.filter((row) => row.ok).map((row) => row.what)).toEqual(['round trip clients-n2']);
    await recover(faultId);
  });

  it('that is half as long as it should be does not count as seen', async () => {
    const { faultId } = await plan();
    await network().delay(DELAY_MS / 2, 0);
    expect((await look(faultId)).observed).toBe(false);
    await recover(faultId);
  });

  it('is seen although the host was busy for a moment while the time before it was taken', async () => {
    const whole = driver.network(cluster.dir)!;
    const paths = (await whole.paths()).map((path) => {
      let samples = 0;
      const measureRoundTripMs = async (): Promise<number> =>
        (await path.measureRoundTripMs()) + ((samples += 1) <= 10 ? DELAY_MS : 0);
      return { ...path, measureRoundTripMs };
    });
    const busy = { ...driver, network: () => ({ ...whole, paths: () => Promise.resolve(paths) }) };
    const { faultId } = await planFault(faults, cluster.plan, { scenario: delayOf(DELAY_MS) }, busy);
    await inject(faultId);
    expect(unproved((await look(faultId)).bite)).toEqual([]);
    await recover(faultId);
  });

  it('that was never injected is recovered, with proof', async () => {
    const { faultId } = await plan();
    const closed = await recover(faultId);
    expect(unproved(closed.healed)).toEqual([]);
    expect(await errorOf(inject(faultId))).toMatch(
      /INJECT_FAILED .* was recovered by the workflow before it was injected/,
    );
    expect(await active()).toEqual([]);
  });

  it('may be recovered twice, also by two at once, and the first one’s word stands', async () => {
    const { faultId } = await plan();
    await inject(faultId);
    const [one, other] = await Promise.all([
      recover(faultId),
      recoverTicket({ faults, clusterDir: cluster.dir, faultId }, 'keeper', 20_000),
    ]);
    expect(other).toEqual(one);
    expect(await recoverTicket({ faults, clusterDir: cluster.dir, faultId }, 'command', 20_000)).toEqual(one);
  });

  it('is proved to be over although the proxies were killed while it was on', async () => {
    const { faultId } = await plan();
    await inject(faultId);
    const proxy = loadState(cluster.dir).proxyProcess as ProcessId;
    signalProcess(proxy, 'SIGKILL');
    expect(await waitGone(proxy, 5000)).toBe(true);
    const closed = await recover(faultId);
    expect(unproved(closed.healed)).toEqual([]);
    expect(loadState(cluster.dir).proxyProcess).not.toEqual(proxy);
    expect(await driver.status(cluster.dir)).toBe('running');
  });

  it('that does not go away is an error that says what is wrong, and leaves the ticket open', async () => {
    const { faultId } = await plan();
    await inject(faultId);
    const stuck = faults.map((fault) => ({
      ...fault,
      recover: ((ticket, target) => {
        const whole = driver.network(cluster.dir)!;
        const kept = { ...whole, proxies: { ...network(), clear: () => Promise.resolve() } };
        return fault.recover(ticket, { ...target, driver: { ...driver, network: () => kept } }, 100);
      }) satisfies typeof fault.recover,
    }));
    const error = await errorOf(recoverTicket({ faults: stuck, clusterDir: cluster.dir, faultId }, 'workflow', 100));
    expect(error).toMatch(
      /RECOVER_FAILED network-delay not over within 100 ms: in force by toxiproxy: expected nothing, got client-n1/,
    );
    expect(readTicket(cluster.dir, faultId)).toMatchObject({ state: 'stuck', recoveredAt: null });
    expect(dirtyMark(cluster.dir)).toMatchObject({ faultId });
    // No scenario goes on this cluster any more, also when the fault is over later.
    expect(await errorOf(plan())).toMatch(/INJECT_FAILED expected a clean cluster, got a dirty one/);
    expect(readTicket(cluster.dir, faultId)?.lastRecoverError).toContain('in force by toxiproxy');
    await recover(faultId);
    expect(await errorOf(plan())).toMatch(/got a dirty one/);
    clearDirty(cluster.dir);
  });

  it.each([
    [
      'an interface that does not exist',
      delayOf(10, 'eth9'),
      /expected a target of eth0, lo, got eth9; this host has lo/,
    ],
    ['a broker', delayOf(10, 'n1'), /expected a target of eth0, lo, got n1/],
  ])('on %s is refused with what there is', async (_what, scenario, message) => {
    expect(await errorOf(planFault(faults, cluster.plan, { scenario }, driver))).toMatch(message);
  });
});
