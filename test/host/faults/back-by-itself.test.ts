import { expect, it } from 'vitest';
import type { ClusterDriver, NodeView } from '../../../src/host/drivers/contract.js';
import { provedBack } from '../../../src/host/faults/back-by-itself.js';
import { isAlive, type ProcessId } from '../../../src/host/os/processes.js';
import { driver as fake } from '../../../testing/fake-fault.js';
import { errorOf, unproved } from '../../../testing/host-cluster.js';
import { shell, temporaryFolder } from '../../../testing/processes.js';
import { ticketIn } from '../../../testing/tickets.js';

/** A cluster that stays as sick as `missing` says, before and after its broker is started again. */
async function sick(missing: (starts: number) => string | undefined, problem?: string) {
  const dir = temporaryFolder();
  const process = await shell(dir, 'exec sleep 60');
  let starts = 0;
  const node = (): NodeView => ({
    ...{ id: 'n2', process, alive: isAlive(process), clientEndpoint: '', brokerHost: '', brokerPort: 1 },
  });
  const driver: ClusterDriver = {
    ...fake,
    nodes: () => Promise.resolve([node()]),
    startNode: () => Promise.resolve(void (starts += 1)),
    unhealthy: () => Promise.resolve(missing(starts)),
    equipmentProblem: () => Promise.resolve(problem),
  };
  const result = () => provedBack(ticketIn(dir), { dir, driver }, 400);
  return { result, process, starts: () => starts };
}

const runs = (process: ProcessId, starts: () => number) => ({ alive: isAlive(process), starts: starts() });

it('a broker that comes back is left alone', async () => {
  let looks = 0;
  const { result, process, starts } = await sick(() => ((looks += 1) > 2 ? undefined : 'a replica is behind'));
  expect(unproved([await result()])).toEqual([]);
  expect(runs(process, starts)).toEqual({ alive: true, starts: 0 });
});

it('a broker that stays sick is restarted, and blamed although that was enough', async () => {
  const { result, process, starts } = await sick((n) => (n === 0 ? 'a replica is behind' : undefined));
  expect(await errorOf(result())).toMatch(
    /^BROKER_NOT_BACK the fault was over, but: .* within 300 ms: a replica is behind; n2 had to be restarted, and that was enough$/,
  );
  expect(runs(process, starts)).toEqual({ alive: false, starts: 1 });
});

it('a broker that a restart does not heal either is blamed with both', async () => {
  const { result } = await sick((n) => (n === 0 ? 'a replica is behind' : 'it has no leader'));
  expect(await errorOf(result())).toMatch(/a replica is behind; n2 was restarted, .* not enough: .*it has no leader$/);
});

it('nobody is restarted or blamed where something of ours stands in the way', async () => {
  const { result, process, starts } = await sick(() => 'a replica is behind', 'the disk is full');
  expect(await errorOf(result())).toMatch(/^EQUIPMENT_FAILED .*the disk is full/);
  expect(runs(process, starts)).toEqual({ alive: true, starts: 0 });
});
