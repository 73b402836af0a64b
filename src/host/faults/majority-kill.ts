import { z } from 'zod';
import { ChaosError } from '../../domain/errors.js';
import { isListening } from '../os/ports.js';
import { isAlive } from '../os/processes.js';
import { evidence, type Fault, type ProbeResult } from './contract.js';
import type { FaultCluster } from '../drivers/contract.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { provedHealthy, type BeforeVictim } from './victim.js';

/** What a ticket keeps of each broker that it takes. */
type Before = Pick<BeforeVictim, 'process' | 'brokerHost' | 'brokerPort'>;

const beforeOf = (ticket: FaultTicket): Readonly<Record<string, Before>> =>
  ticket.before['victims'] as Readonly<Record<string, Before>>;

async function probe(ticket: FaultTicket): Promise<ProbeResult> {
  const rows = await Promise.all(
    Object.entries(beforeOf(ticket)).map(async ([id, { process, brokerHost, brokerPort }]) => {
      const gone = !isAlive(process) && !(await isListening(brokerPort, brokerHost));
      return evidence(`process ${process.pid} of ${id}, and its port`, 'gone', gone ? 'gone' : 'there', gone);
    }),
  );
  return { biting: rows.every((row) => row.ok), evidence: rows, leaders: [] };
}

/** The leader, and as many others as leave no majority. */
async function chooseVictims({ dir, driver }: FaultCluster): Promise<{ ids: string[]; reason: string }> {
  const ids = (await driver.nodes(dir)).map(({ id }) => id);
  const leader = (await driver.leaders(dir)).cluster.leader;
  const [first = '', ...others] = [...ids].sort((a, b) => Number(b === leader) - Number(a === leader));
  const victims = [first, ...others].slice(0, Math.ceil(ids.length / 2));
  return {
    ids: victims,
    reason: `${victims.length} of ${ids.length} brokers, the leader ${String(leader)} among them`,
  };
}

/** SIGKILL to so many brokers at once that those which are left have no majority; over when all of them are back. */
export const majorityKill: Fault = {
  kind: 'majority-kill',
  targetKind: 'broker',
  recoveryBlame: 'broker',
  params: z.strictObject({}),
  holds: () => 'brokers',
  about: {
    does: 'Kills the leader and so many other brokers that no majority is left (two of three), all at once, with SIGKILL. The brokers are identified by pid and start time.',
    needs: 'A cluster of at least two nodes.',
    bites: 'The processes are gone, and their own ports are closed.',
    over: 'All brokers run again, serve MQTT and are members of every group. No replica lags.',
    survives: 'As with broker-kill: the keeper starts the brokers again at the deadline, or stops the cluster.',
  },
  available: async ({ dir, driver }) =>
    (await driver.nodes(dir)).length > 1 ? undefined : 'a single node has no majority but itself: use broker-kill',
  plan: async (_scenario, cluster) => {
    const { ids, reason } = await chooseVictims(cluster);
    const nodes = await cluster.driver.nodes(cluster.dir);
    const victims = Object.fromEntries(
      nodes.flatMap(({ id, process, brokerHost, brokerPort }) =>
        ids.includes(id) && process !== null ? [[id, { process, brokerHost, brokerPort }]] : [],
      ),
    );
    if (Object.keys(victims).length < ids.length)
      throw new ChaosError('INJECT_FAILED', `expected ${ids.join(', ')} to run, found less`);
    return { targets: ids, injector: 'sigkill', reason, before: { victims } };
  },
  inject: async (ticket, { dir, driver }) => {
    for (const [id, { process }] of Object.entries(beforeOf(ticket)))
      if (isAlive(process)) await driver.killNode(dir, id);
  },
  probe,
  isInForce: async (ticket, { dir, driver }) =>
    (await driver.nodes(dir)).every((node) => !ticket.targets.includes(node.id) || !node.alive),
  intendedDown: (ticket) => ticket.targets,
  recover: async (ticket, cluster, limitMs) => {
    for (const id of ticket.targets) await cluster.driver.startNode(cluster.dir, id);
    return [await provedHealthy(ticket, cluster, limitMs)];
  },
};
