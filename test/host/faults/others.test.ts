import { expect, it } from 'vitest';
import { asFarAsOthersLet, heldByOthers, leadersNow, openPaths } from '../../../src/host/faults/others.js';
import { provedHealthy } from '../../../src/host/faults/victim.js';
import type { AlsoOn } from '../../../src/domain/together.js';
import type { FaultCluster, NetworkPath } from '../../../src/host/drivers/contract.js';
import { errorOf } from '../../../testing/host-cluster.js';
import { memoryCluster } from '../../../testing/memory-cluster.js';
import { ticketIn } from '../../../testing/tickets.js';

const kill: AlsoOn = { entry: 'kill', nodes: ['n1'] };
const beside = (cluster: FaultCluster, ...on: AlsoOn[]): FaultCluster => ({ ...cluster, others: () => on });
const path = (...nodes: string[]): NetworkPath => ({
  ...{ name: nodes.join('-'), kind: 'route', nodes },
  measureRoundTripMs: () => Promise.resolve(1),
});

it('a fault that is alone has the whole cluster: nobody holds a broker, and every path is open', () => {
  const { cluster } = memoryCluster();
  expect(heldByOthers(cluster)).toEqual([]);
  expect(openPaths([path('n1', 'n2'), path('n2', 'n3')], cluster)).toHaveLength(2);
});

it('a path to a broker that another fault holds is not looked at', () => {
  const { cluster } = memoryCluster();
  const open = openPaths([path('n1', 'n2'), path('n2', 'n3'), path('n1')], beside(cluster, kill));
  expect(open.map(({ name }) => name)).toEqual(['n2-n3']);
});

it('beside others it is proved that what they do not hold runs, and said that the rest is not', async () => {
  const { cluster } = memoryCluster();
  expect(await asFarAsOthersLet(cluster)).toBeUndefined();
  await cluster.driver.killNode(cluster.dir, 'n1');
  const proof = await asFarAsOthersLet(beside(cluster, kill));
  expect(proof).toMatchObject({ ok: true, observed: 'running: n2, n3' });
  expect(proof?.expected).toMatch(/on: kill.*proved when all are over/);
  await cluster.driver.killNode(cluster.dir, 'n2');
  expect(await asFarAsOthersLet(beside(cluster, kill))).toBeUndefined();
});

it('the proof of health asks for the whole cluster as soon as nothing else is on', async () => {
  const { cluster } = memoryCluster({ unhealthy: () => 'n1 is not in' });
  const ticket = ticketIn('/data');
  expect((await provedHealthy(ticket, beside(cluster, kill), 10)).observed).toBe('running: n2, n3');
  expect(await errorOf(provedHealthy(ticket, cluster, 10))).toMatch(/^BROKER_NOT_BACK .*n1 is not in/);
  expect(await errorOf(provedHealthy(ticket, beside(cluster), 10))).toMatch(/^BROKER_NOT_BACK/);
});

it('a cluster that is whole is said to be whole, whatever is on', async () => {
  const { cluster } = memoryCluster();
  const proof = await provedHealthy(ticketIn('/data'), beside(cluster, kill), 10);
  expect(proof.observed).toMatch(/^every node has joined/);
});

it('the leader is the one whom most brokers see that no other fault holds', async () => {
  const views: Readonly<Record<string, string>> = { n1: 'n1', n2: 'n3', n3: 'n3', any: 'n1' };
  const { cluster } = memoryCluster();
  const leaders = (_dir: string, from = 'any') =>
    Promise.resolve({ cluster: { group: 'meta', leader: views[from] ?? null, term: 1 }, load: [] });
  const split = { ...cluster, driver: { ...cluster.driver, leaders } };
  const leaderOf = async (of: FaultCluster) => (await leadersNow(of)).cluster.leader;
  expect(await leaderOf(split)).toBe('n1');
  expect(await leaderOf(beside(split, { entry: 'cut', nodes: [] }))).toBe('n3');
  expect(await leaderOf(beside(split, { entry: 'kill', nodes: ['n2', 'n3'] }))).toBe('n1');
});
