import { beforeAll, expect, it } from 'vitest';
import type { FaultEntry, Scenario } from '../../src/domain/scenario.js';
import { faults } from '../../src/host/faults/index.js';
import { confirmKeeper } from '../../src/host/keeper/control.js';
import { injectFault } from '../../src/host/lifecycle/inject.js';
import { observeFault } from '../../src/host/lifecycle/observe.js';
import { planFault } from '../../src/host/lifecycle/plan.js';
import { recoverTicket } from '../../src/host/lifecycle/recover.js';
import { proveWhole } from '../../src/host/lifecycle/whole.js';
import { monotonicUs } from '../../src/host/os/clock.js';
import { readTicket, writeTicket } from '../../src/host/tickets/store.js';
import type { FaultTicket } from '../../src/host/tickets/ticket.js';
import { driver, errorOf, healthy, startCluster, unproved, type TestCluster } from '../../testing/host-cluster.js';
import { until } from '../../testing/processes.js';
import { scenario } from '../../testing/values.js';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster(3);
});

const entry = (name: string, fault: string, target: string): FaultEntry => ({
  name,
  fault,
  target,
  params: {},
  atMs: 0,
});
const timeline = (...entries: readonly FaultEntry[]): Scenario =>
  scenario(entries.map(({ name }) => name).join('-'), { faults: entries });

/** An entry that is on, and seen to be. */
async function on(of: Scenario, name: string): Promise<FaultTicket> {
  const { faultId } = await planFault(faults, cluster.plan, { scenario: of, entry: name }, driver);
  const handle = { faults, clusterDir: cluster.dir, faultId, driver };
  const ticket = await injectFault(handle, confirmKeeper);
  const { bite } = await observeFault(handle, 20_000);
  expect(unproved(bite)).toEqual([]);
  return ticket;
}
const ticketOf = ({ faultId }: FaultTicket) => readTicket(cluster.dir, faultId) as FaultTicket;
const recover = ({ faultId }: FaultTicket) =>
  recoverTicket({ faults, clusterDir: cluster.dir, faultId }, 'workflow', 30_000);
const whole = ({ name }: Scenario) => proveWhole(cluster.plan, name, driver);

it('a broker dies and comes back while another is cut off: each end is proved, and then the whole', async () => {
  const both = timeline(
    entry('cut', 'network-partition', 'follower'),
    entry('kill', 'broker-kill', 'another'),
    entry('again', 'broker-pause', 'same as kill'),
  );
  const cut = await on(both, 'cut');
  const kill = await on(both, 'kill');
  expect(kill.targets).not.toEqual(cut.targets);
  expect(await errorOf(planFault(faults, cluster.plan, { scenario: both, entry: 'again' }, driver))).toMatch(
    /INJECT_FAILED .*(again cannot begin while kill is on|expected n\d to run)/,
  );
  const back = await recover(kill);
  expect(back.healed.at(-1)?.expected).toMatch(/what no other fault holds runs \(on: cut\)/);
  // The cut is on still: its end, and only its own, is not what the other one's end was.
  expect(await driver.network(cluster.dir)?.proxies?.active()).not.toEqual([]);
  const over = await recover(cut);
  expect([...unproved(back.healed), ...unproved(over.healed)]).toEqual([]);
  expect([...back.died, ...over.died]).toEqual([]);
  expect(unproved(await whole(both))).toEqual([]);
});

it('the keeper alone ends each fault at its own deadline, and takes no broker that another keeps down for one that died', async () => {
  await healthy(cluster);
  const both = timeline(entry('pause', 'broker-pause', 'n1'), entry('kill', 'broker-kill', 'n2'));
  const pause = await on(both, 'pause');
  const kill = await on(both, 'kill');
  const deadline = (ticket: FaultTicket, ms: number): void =>
    writeTicket({ ...ticketOf(ticket), deadlineUs: monotonicUs() + ms * 1000 });
  deadline(pause, 0);
  await until('the keeper ends the pause', () => ticketOf(pause).state === 'recovered', 40_000);
  expect(ticketOf(kill).state).toBe('injected');
  expect((await driver.nodes(cluster.dir)).find(({ id }) => id === 'n2')?.alive).toBe(false);
  deadline(kill, 0);
  await until('the keeper ends the kill', () => ticketOf(kill).state === 'recovered', 40_000);
  for (const ticket of [pause, kill]) expect(ticketOf(ticket)).toMatchObject({ recoveredBy: 'keeper', died: [] });
  expect(unproved(await whole(both))).toEqual([]);
});
