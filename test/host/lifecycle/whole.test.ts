import { beforeEach, expect, it } from 'vitest';
import type { ClusterDriver } from '../../../src/host/drivers/contract.js';
import { proveWhole } from '../../../src/host/lifecycle/whole.js';
import { dirtyMark } from '../../../src/host/tickets/dirty-mark.js';
import { writeTicket } from '../../../src/host/tickets/store.js';
import type { TicketState } from '../../../src/host/tickets/ticket.js';
import { recordingProxies } from '../../../testing/fake-cluster.js';
import { errorOf, unproved } from '../../../testing/host-cluster.js';
import { memoryCluster } from '../../../testing/memory-cluster.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { plan as basePlan } from '../../../testing/reports/values.js';
import { ticketIn } from '../../../testing/tickets.js';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

/** Proves it on a cluster of three with two tickets, with a short patience. */
function prove(change: Partial<ClusterDriver> = {}, state: TicketState = 'recovered') {
  const { clusterDir, runId } = ticketIn(root);
  writeTicket(ticketIn(root, { faultId: 'f-cut', entry: 'cut', state: 'recovered' }));
  writeTicket(ticketIn(root, { faultId: 'f-kill', entry: 'kill', state }));
  const { cluster } = memoryCluster();
  const driver = { ...cluster.driver, network: () => undefined, ...change };
  const timing = { ...basePlan.timing, recoveryBudgetMs: 10 };
  // A host that has time for everything.
  const watch = () => ({ soFar: () => null, end: () => null });
  return proveWhole({ clusterDir, runId, timing }, 'kill', driver, watch);
}
const dirty = () => dirtyMark(ticketIn(root).clusterDir)?.why;

it('a cluster on which every fault is over and every node is in is whole', async () => {
  const rows = await prove();
  expect(rows.map(({ what }) => what)).toEqual(['faults that are on, of cut, kill', 'cluster']);
  expect(unproved(rows)).toEqual([]);
  expect(dirty()).toBeUndefined();
});

it('one with a fault that is on is not, and is dirty', async () => {
  expect(await errorOf(prove({}, 'stuck'))).toBe('RECOVER_FAILED expected no fault that is on, found f-kill');
  expect(dirty()).toMatch(/found f-kill/);
});

it('one with a broker that is not back is the broker’s failure, and is dirty', async () => {
  expect(await errorOf(prove({ unhealthy: () => Promise.resolve('n2 lags') }))).toMatch(/^BROKER_NOT_BACK .*n2 lags/);
  expect(dirty()).toMatch(/n2 lags/);
});

it('one whose proxies hold something is not: that is no broker’s failure', async () => {
  const { proxies } = recordingProxies();
  const network = { proxies, interfaces: () => [], paths: () => Promise.resolve([]) };
  expect(await errorOf(prove({ network: () => network }))).toMatch(/^RECOVER_FAILED expected nothing in the proxies/);
});
