import { beforeEach, expect, it } from 'vitest';
import type { FaultEntry } from '../../../src/domain/scenario.js';
import type { AlsoOn } from '../../../src/domain/together.js';
import { choose } from '../../../src/host/lifecycle/choose.js';
import { writeTicket } from '../../../src/host/tickets/store.js';
import { errorOf } from '../../../testing/host-cluster.js';
import { group, memoryCluster } from '../../../testing/memory-cluster.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { ticketIn } from '../../../testing/tickets.js';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

const connections = { n1: ['a'], n2: ['b', 'c'], n3: ['d', 'e', 'f'] };

/** The broker that a target means, on a cluster of three that n3 leads. */
async function chosen(target: string, on: readonly AlsoOn[] = [], leader: string | null = 'n3') {
  const { cluster } = memoryCluster({ leaders: [group('meta', leader, 1)], connections });
  const entry: FaultEntry = { name: 'this', fault: 'broker-kill', target, params: {}, atMs: 0 };
  const { runId, clusterDir, scenario } = ticketIn(root);
  const asked = { plan: { runId, clusterDir }, scenario: { name: scenario, faults: [entry] }, entry };
  const found = await choose(asked, { ...cluster, others: () => on });
  return `${found.target} ${String(found.chosen)}`;
}
const hit = (entry: string, targets: readonly string[]): void =>
  writeTicket(ticketIn(root, { faultId: `f-${entry}`, entry, targets, injectedUs: 1, state: 'recovered' }));

it('leader is who leads when the fault begins', async () => {
  expect(await chosen('leader')).toBe('n3 leader');
  expect(await errorOf(chosen('leader', [], null))).toMatch(
    /^INJECT_FAILED scenario kill, entry this: expected a leader for target leader, found none$/,
  );
});

it('follower is the one with most clients of those that lead nothing and are held by no fault', async () => {
  expect(await chosen('follower')).toBe('n2 other');
  expect(await chosen('follower', [{ entry: 'kill', nodes: ['n2'] }])).toBe('n1 other');
  expect(await errorOf(chosen('follower', [{ entry: 'kill', nodes: ['n1', 'n2'] }]))).toMatch(
    /expected a broker that no other fault holds for target follower, found none/,
  );
});

it('another is one that no entry has hit, else one that no fault holds', async () => {
  expect(await chosen('another')).toBe('n3 leader');
  hit('first', ['n3']);
  expect(await chosen('another')).toBe('n2 other');
  hit('second', ['n1', 'n2']);
  expect(await chosen('another', [{ entry: 'second', nodes: ['n2', 'n3'] }])).toBe('n1 other');
});

it('same as is the one broker that an entry hit', async () => {
  hit('first', ['n2']);
  hit('both', ['n1', 'n2']);
  expect(await chosen('same as first')).toBe('n2 other');
  expect(await errorOf(chosen('same as both'))).toMatch(/expected one broker that both hit .*, found n1, n2/);
  expect(await errorOf(chosen('same as nobody'))).toMatch(/found none/);
});

it('a name is that broker, and anything else is left to the fault', async () => {
  expect(await chosen('n1')).toBe('n1 other');
  expect(await chosen('robustmq-server')).toBe('robustmq-server undefined');
});
