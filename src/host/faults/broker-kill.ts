import type { Evidence } from '../../domain/fault-record.js';
import { isListening } from '../os/ports.js';
import { isAlive } from '../os/processes.js';
import { evidence, type Fault, type ProbeResult } from './contract.js';
import type { FaultCluster } from '../drivers/contract.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { beforeOf, placeLeaders, planVictim, provedHealthy, takeover, victimOf, victimParams } from './victim.js';

async function probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult> {
  const { process, brokerHost, brokerPort } = beforeOf(ticket);
  const gone = !isAlive(process);
  const closed = !(await isListening(brokerPort, brokerHost));
  const { proof, leaders } = await takeover(ticket, cluster);
  const rows = [
    evidence(`process ${process.pid} of ${ticket.targets.join()}`, 'gone', gone ? 'gone' : 'alive', gone),
    evidence(`port ${brokerPort} of the broker itself`, 'closed', closed ? 'closed' : 'open', closed),
    ...proof,
  ];
  return { biting: rows.every((row) => row.ok), evidence: rows, leaders };
}

async function recover(ticket: FaultTicket, cluster: FaultCluster, limitMs: number): Promise<Evidence[]> {
  const { dir, driver } = cluster;
  const victim = victimOf(ticket);
  await driver.startNode(dir, victim);
  const healthy = await provedHealthy(ticket, cluster, limitMs);
  const node = (await driver.nodes(dir)).find((n) => n.id === victim);
  const old = beforeOf(ticket).process;
  return [
    evidence(
      `${victim} runs`,
      `a process other than ${old.pid}, or ${old.pid} if never killed`,
      `${node?.process?.pid ?? 'none'}`,
      node?.alive === true,
    ),
    healthy,
  ];
}

/** SIGKILL to one broker by pid and start time; over when that broker is back in the cluster. */
export const brokerKill: Fault = {
  kind: 'broker-kill',
  targetKind: 'broker',
  recoveryBlame: 'broker',
  params: victimParams,
  holds: () => 'broker',
  about: {
    does: 'Kills one broker with SIGKILL. The broker is identified by pid and start time. `victim: follower` (the default) kills a broker that leads nothing. `victim: leader` kills the broker that leads everything: all leaderships are moved to it before.',
    needs:
      'Only the cluster. With `victim: leader` another node can take over only if the cluster has at least two nodes.',
    bites:
      "The process is gone. The broker's own port is closed, not only the port of its proxy. With `victim: leader`, every group that the broker led has another leader with a higher term, as a surviving node reports it.",
    over: 'The broker runs again, serves MQTT and is a member of every group. No replica lags.',
    survives:
      'The keeper starts the broker again at the deadline, or stops the cluster when its lease has expired. If the keeper is dead too, the next worker or command does this.',
  },
  available: () => Promise.resolve(undefined),
  prepare: placeLeaders,
  plan: (scenario, cluster) => planVictim(scenario, cluster, 'sigkill'),
  inject: async (ticket, { dir, driver }) => {
    // A worker that died in the middle of this may have killed it already.
    if (isAlive(beforeOf(ticket).process)) await driver.killNode(dir, victimOf(ticket));
  },
  probe,
  isInForce: async (ticket, { dir, driver }) =>
    (await driver.nodes(dir)).some((node) => node.id === victimOf(ticket) && !node.alive),
  intendedDown: (ticket) => ticket.targets,
  recover,
};
