import { describe, expect, it } from 'vitest';
import type { GroupLeader, NodeView } from '../../../src/host/drivers/contract.js';
import {
  placeLeaders,
  planVictim,
  provedHealthy,
  secondsSinceInject,
  takeover,
  victimParams,
} from '../../../src/host/faults/victim.js';
import { monotonicUs } from '../../../src/host/os/clock.js';
import { group, memoryCluster } from '../../../testing/memory-cluster.js';
import { errorOf, killOf } from '../../../testing/host-cluster.js';
import { ticketIn } from '../../../testing/tickets.js';

const led = (leader: string | null, term = 1): GroupLeader[] => [group('meta', leader, term), group('s', leader, term)];

describe('the broker to be hit', () => {
  it('is a follower unless the scenario says leader, and nothing else', () => {
    expect(victimParams.parse({})).toEqual({ victim: 'follower' });
    expect(victimParams.safeParse({ victim: 'all' }).success).toBe(false);
  });

  it.each([
    ['leader', 'n2'],
    ['follower', 'n1'],
  ] as const)('is prepared for: of the %s the leader goes to %s', async (victim, node) => {
    const { cluster, placed } = memoryCluster({ leaders: led('n3') });
    await placeLeaders(killOf(victim), cluster);
    expect(placed).toEqual([node]);
  });

  it('is the one that leads everything', async () => {
    const { cluster } = memoryCluster({ leaders: led('n2') });
    const plan = await planVictim(killOf('leader'), cluster, 'sigkill');
    expect(plan).toMatchObject({ targets: ['n2'], injector: 'sigkill', before: { leaders: led('n2') } });
    expect(plan.reason).toMatch(/^n2 leads 2 of 2 groups/);
  });

  it('is the follower with a publisher and a subscriber, else the one with most clients', async () => {
    const clients = { n1: [], n2: ['x', 'y', 'z'], n3: ['a-pub', 'a-sub'] };
    const planned = async (connections: Record<string, string[]>) =>
      (await planVictim(killOf('follower'), memoryCluster({ leaders: led('n1'), connections }).cluster, 's')).targets;
    expect(await planned(clients)).toEqual(['n3']);
    expect(await planned({ ...clients, n3: ['a-pub'] })).toEqual(['n2']);
  });

  it('is the one that the scenario names', async () => {
    const follower = memoryCluster({ leaders: led('n1') });
    expect((await planVictim(killOf('follower', 'n3'), follower.cluster, 's')).targets).toEqual(['n3']);
    const leader = memoryCluster({ leaders: led('n3') });
    await planVictim(killOf('leader', 'n3'), leader.cluster, 's');
    expect(leader.placed).toEqual(['n3']);
  });

  it('is not hit where it does not lead what it should, or leads what it should not', async () => {
    const split = [group('meta', 'n2', 1), group('s', null, 1)];
    const refused = async (victim: 'leader' | 'follower', target: string, leaders: GroupLeader[]) =>
      errorOf(planVictim(killOf(victim, target), memoryCluster({ leaders }).cluster, 's'));
    expect(await refused('leader', 'n2', split)).toMatch(
      /^LEADER_NOT_PLACED expected n2 to lead 2 groups, it leads 1: s is led by nobody/,
    );
    expect(await refused('follower', 'n2', split)).toMatch(/^LEADER_NOT_PLACED .*n2 to lead nothing, it leads meta/);
  });

  it('need not lead who subscribed after the first look: readers come and go all the time', async () => {
    const reader = (name: string, leader: string | null): GroupLeader => ({
      ...group(name, leader, 1),
      ofSubscription: true,
    });
    let looks = 0;
    const leaders = (): GroupLeader[] => {
      const late = [reader('late', null), reader('later', 'n3')];
      return (looks += 1) === 1 ? [...led('n2'), reader('left', 'n1')] : [...led('n2'), ...late];
    };
    const plan = await planVictim(killOf('leader'), memoryCluster({ leaders }).cluster, 's');
    expect(plan.before).toMatchObject({ leaders: led('n2') });
    expect(plan.reason).toMatch(/^n2 leads 2 of 2 groups/);
    const known = [...led('n2'), reader('stays', null)];
    expect(await errorOf(planVictim(killOf('leader'), memoryCluster({ leaders: known }).cluster, 's'))).toMatch(
      /n2 to lead 3 groups, it leads 2: stays is led by nobody/,
    );
  });

  it('is not hit where it does not run', async () => {
    const nodes = memoryCluster().nodes.map((node): NodeView => ({ ...node, process: null }));
    expect(
      await errorOf(planVictim(killOf('leader'), memoryCluster({ nodes, leaders: led('n2') }).cluster, 's')),
    ).toMatch(/^INJECT_FAILED expected n2 to run/);
  });
});

describe('a takeover', () => {
  const ticket = ticketIn('/data', {
    params: { victim: 'leader' },
    targets: ['n2'],
    injectedUs: monotonicUs() - 2_000_000,
    before: { leaders: led('n2', 4), others: [group('o', 'n2', 4)] },
  });

  it('is proved by another leader of each group, with a higher term; the others are recorded only', async () => {
    const leaders = [group('meta', 'n1', 5), group('s', 'n3', 6)];
    const { proof, leaders: changes } = await takeover(ticket, memoryCluster({ leaders }).cluster);
    expect(proof).toMatchObject([{ ok: true, expected: '2', observed: '2' }]);
    expect(changes.map(({ group: name, from, to, termTo }) => [name, from, to, termTo])).toEqual([
      ['meta', 'n2', 'n1', 5],
      ['s', 'n2', 'n3', 6],
      ['o', 'n2', null, null],
    ]);
    expect(changes[0]?.seconds).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ['the victim leads one still', [group('meta', 'n1', 5), group('s', 'n2', 4)]],
    ['the term is the old one', [group('meta', 'n1', 5), group('s', 'n3', 4)]],
    ['one has no leader', [group('meta', 'n1', 5), group('s', null, 5)]],
    ['one is gone', [group('meta', 'n1', 5)]],
  ])('is not proved where %s', async (_what, leaders) => {
    const { proof } = await takeover(ticket, memoryCluster({ leaders }).cluster);
    expect(proof).toMatchObject([{ ok: false, expected: '2', observed: '1' }]);
  });

  it('is not asked of a subscription that has ended since, but of one that has not', async () => {
    const reader = (leader: string, term: number): GroupLeader => ({
      ...group('reader', leader, term),
      ofSubscription: true,
    });
    const withReader = { ...ticket, before: { leaders: [...led('n2', 4), reader('n2', 4)], others: [] } };
    const moved = [group('meta', 'n1', 5), group('s', 'n3', 6)];
    const proofWith = async (leaders: readonly GroupLeader[]) =>
      (await takeover(withReader, memoryCluster({ leaders }).cluster)).proof;
    expect(await proofWith(moved)).toMatchObject([{ ok: true, expected: '2', observed: '2' }]);
    expect(await proofWith([...moved, reader('n1', 5)])).toMatchObject([{ ok: true, expected: '3', observed: '3' }]);
    expect(await proofWith([...moved, reader('n2', 4)])).toMatchObject([{ ok: false, expected: '3', observed: '2' }]);
  });

  it('is not looked for where the follower was hit, or nobody could take over', async () => {
    const none = { proof: [], leaders: [] };
    expect(await takeover({ ...ticket, params: {} }, memoryCluster().cluster)).toEqual(none);
    const nodes = memoryCluster().nodes.slice(0, 1);
    expect(await takeover(ticket, memoryCluster({ nodes }).cluster)).toEqual(none);
  });
});

describe('the end of a fault', () => {
  it('is proved when the cluster is whole, and not before', async () => {
    let looks = 0;
    const { cluster } = memoryCluster({ unhealthy: () => ((looks += 1) < 3 ? 'n2 lags' : undefined) });
    expect(await provedHealthy(ticketIn('/data'), cluster, 10_000)).toMatchObject({ ok: true });
    expect(looks).toBe(3);
  });

  it('that does not come in time is an error with what is still missing', async () => {
    const { cluster } = memoryCluster({ unhealthy: () => 'n2 lags' });
    expect(await errorOf(provedHealthy(ticketIn('/data', { targets: ['n2'] }), cluster, 50))).toMatch(
      /^BROKER_NOT_BACK expected n2 .* within 50 ms: n2 lags$/,
    );
  });

  it('is not the broker’s failure where something of ours stood in the way, or nobody could look', async () => {
    const inTheWay = memoryCluster({ unhealthy: () => 'n2 lags', equipmentProblem: () => 'the proxy server 7: dead' });
    const ticket = ticketIn('/data', { targets: ['n2'] });
    expect(await errorOf(provedHealthy(ticket, inTheWay.cluster, 50))).toMatch(
      /^EQUIPMENT_FAILED .*n2 lags.* not blamed on the broker: the proxy server 7: dead$/,
    );
    let looks = 0;
    const unhealthy = (): string => {
      if ((looks += 1) === 1) return 'n2 lags';
      throw new Error('connect EMFILE');
    };
    expect(await errorOf(provedHealthy(ticket, memoryCluster({ unhealthy }).cluster, 150))).toMatch(
      /^EQUIPMENT_FAILED .*nobody could look: Error: connect EMFILE$/,
    );
  });
});

it('time since the inject is told to the millisecond', () => {
  const seconds = secondsSinceInject(ticketIn('/data', { injectedUs: monotonicUs() - 1_234_567 }));
  expect(seconds).toBeGreaterThanOrEqual(1.234);
  expect(Math.round(seconds * 1000) / 1000).toBe(seconds);
});
