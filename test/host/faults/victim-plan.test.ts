import { expect, it } from 'vitest';
import type { AskedFault } from '../../../src/host/faults/contract.js';
import { takeover } from '../../../src/host/faults/victim.js';
import { planVictim } from '../../../src/host/faults/victim.js';
import { errorOf } from '../../../testing/host-cluster.js';
import { group, memoryCluster } from '../../../testing/memory-cluster.js';
import { ticketIn } from '../../../testing/tickets.js';
import { scenario } from '../../../testing/values.js';

const asked = (target: string, chosen: AskedFault['chosen']): AskedFault => ({
  ...scenario('timeline', { target }),
  ...(chosen === undefined ? {} : { chosen }),
});
const leaders = [group('meta', 'n2', 1), group('stream', 'n2', 4), group('other', 'n1', 7)];

it('a broker that was chosen is hit whatever it leads, and no leader is moved for it', async () => {
  const { cluster, placed } = memoryCluster({ leaders });
  const plan = await planVictim(asked('n2', 'other'), cluster, 'sigkill');
  expect(plan).toMatchObject({ targets: ['n2'], injector: 'sigkill', before: { handsOver: false } });
  expect(plan.reason).toMatch(/^n2 leads 2 of 3 groups/);
  expect(placed).toEqual([]);
});

it('a leader that was chosen must hand over what it leads; not where another fault is on', async () => {
  const { cluster } = memoryCluster({ leaders });
  const alone = await planVictim(asked('n2', 'leader'), cluster, 'sigkill');
  expect(alone.before).toMatchObject({ handsOver: true });
  const beside = { ...cluster, others: () => [{ entry: 'cut', nodes: [] }] };
  expect((await planVictim(asked('n2', 'leader'), beside, 'sigkill')).before).toMatchObject({ handsOver: false });
  const { proof } = await takeover(ticketIn('/data', alone), cluster);
  expect(proof).toMatchObject([{ expected: '2', observed: '0', ok: false }]);
});

it('a broker that does not run is not chosen', async () => {
  const { cluster } = memoryCluster({ leaders });
  await cluster.driver.killNode(cluster.dir, 'n2');
  expect(await errorOf(planVictim(asked('n2', 'other'), cluster, ''))).toMatch(/^INJECT_FAILED expected n2 to run/);
});
