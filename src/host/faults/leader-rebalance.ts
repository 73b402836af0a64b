import { z } from 'zod';
import { ChaosError } from '../../domain/errors.js';
import type { Evidence, LeaderChange } from '../../domain/fault-record.js';
import { pollUntil } from '../os/clock.js';
import type { GroupLeader, FaultCluster } from '../drivers/contract.js';
import { isAlive } from '../os/processes.js';
import { evidence, type Fault, type ProbeResult } from './contract.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { beforeOf, placeLeaders, planVictim, provedHealthy, secondsSinceInject, takeover, victimOf } from './victim.js';

/** Others must have taken over by then, and the node must be back: a broker expires after 30 s, and electing takes up to 40. */
const TAKEOVER_LIMIT_MS = 90_000;
const RETURN_LIMIT_MS = 90_000;

/** Kills the leader, waits until others lead, and brings it back: only then there is something to move. */
async function inject(ticket: FaultTicket, cluster: FaultCluster): Promise<void> {
  const { dir, driver } = cluster;
  const victim = victimOf(ticket);
  // A worker that died in the middle of this may have done a part of it already.
  if (isAlive(beforeOf(ticket).process)) await driver.killNode(dir, victim);
  const down = (await driver.nodes(dir)).some((node) => node.id === victim && !node.alive);
  const taken = await pollUntil(
    async () =>
      !down || (await takeover(hitsLeader(ticket), cluster)).proof.every((row) => row.ok) ? true : undefined,
    { limitMs: TAKEOVER_LIMIT_MS, everyMs: 200 },
  );
  if (taken === undefined)
    throw new ChaosError('INJECT_FAILED', `nobody took over from ${victim} within ${TAKEOVER_LIMIT_MS} ms`);
  await driver.startNode(dir, victim);
  await provedHealthy(ticket, cluster, RETURN_LIMIT_MS);
}

const loadOf = ({ group }: GroupLeader): boolean => group.startsWith('topic ');

/** Which of the load's groups are led by the old leader again, each with a higher term than it had. */
async function backAgain(ticket: FaultTicket, { dir, driver }: FaultCluster): Promise<LeaderChange[]> {
  const victim = victimOf(ticket);
  const seconds = secondsSinceInject(ticket);
  const now = (await driver.leaders(dir)).load;
  return beforeOf(ticket)
    .leaders.filter(loadOf)
    .map((old) => {
      const found = now.find(({ group }) => group === old.group);
      const back = found?.leader === victim && (found.term ?? 0) > (old.term ?? 0) + 1;
      return {
        group: old.group,
        from: found?.leader ?? 'nobody',
        to: back ? victim : null,
        seconds: back ? seconds : null,
        termFrom: old.term,
        termTo: back ? found.term : null,
      };
    });
}

async function everyoneLives({ dir, driver }: FaultCluster): Promise<Evidence> {
  const dead = (await driver.nodes(dir)).filter((node) => !node.alive).map(({ id }) => id);
  return evidence('brokers that are down', 'none', dead.join(', ') || 'none', dead.length === 0);
}

async function probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult> {
  const leaders = await backAgain(ticket, cluster);
  const back = leaders.filter(({ to }) => to !== null).length;
  const rows = [
    await everyoneLives(cluster),
    evidence(
      `topics led by ${victimOf(ticket)} again, moved twice`,
      `${leaders.length}`,
      `${back}`,
      back === leaders.length && back > 0,
    ),
  ];
  return { biting: rows.every((row) => row.ok), evidence: rows, leaders };
}

/** The broker's own planned move of leaderships back to where it wants them, with every node alive. */
export const leaderRebalance: Fault = {
  kind: 'leader-rebalance',
  targetKind: 'broker',
  recoveryBlame: 'broker',
  params: z.strictObject({}),
  about: {
    does: 'Kills the leader, waits until other nodes have taken over, and starts the old leader again. The broker then moves the leaderships of the topics back to it, while every node is alive. Clients run during all of this. The times of lost messages show at which of the two moves they were lost.',
    needs: 'A broker that moves leaderships back (driver robustmq), and at least two nodes.',
    bites: 'Every topic of the load is led by its first leader again, and its term has grown twice. No broker is down.',
    over: 'Every node is a member of the cluster again. No replica lags.',
    survives: 'As with broker-kill: the keeper starts the broker again at the deadline, or stops the cluster.',
  },
  available: async ({ dir, driver }) => {
    if (driver.prepareTopics === undefined) return `driver ${driver.name} has no topics whose leaders come back`;
    return (await driver.nodes(dir)).length > 1 ? undefined : 'a single node has nobody to take over';
  },
  prepare: (scenario, cluster) => placeLeaders(hitsLeader(scenario), cluster),
  plan: (scenario, cluster) => planVictim(hitsLeader(scenario), cluster, 'sigkill'),
  inject,
  probe,
  isInForce: async (_ticket, cluster) => (await everyoneLives(cluster)).ok,
  recover: async (ticket, cluster, limitMs) => {
    await cluster.driver.startNode(cluster.dir, victimOf(ticket));
    return [await provedHealthy(ticket, cluster, limitMs)];
  },
};

function hitsLeader<S extends { readonly params: object }>(scenario: S): S {
  return { ...scenario, params: { victim: 'leader' } };
}
