import type { Evidence } from '../../domain/fault-record.js';
import { isAnswering } from '../drivers/mqtt-probe.js';
import { isAlive, isStopped, signalProcess } from '../os/processes.js';
import { evidence, type Fault, type ProbeResult } from './contract.js';
import type { FaultCluster } from '../drivers/contract.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { beforeOf, placeLeaders, planVictim, provedHealthy, takeover, victimOf, victimParams } from './victim.js';

/** A broker that has not answered an MQTT CONNECT for this long is silent. */
const SILENCE_MS = 500;

async function probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult> {
  const { process, brokerHost, brokerPort } = beforeOf(ticket);
  const stopped = isStopped(process);
  const silent = !(await isAnswering({ host: brokerHost, port: brokerPort }, SILENCE_MS));
  const { proof, leaders } = await takeover(ticket, cluster);
  const rows = [
    evidence(
      `process ${process.pid} of ${ticket.targets.join()}`,
      'stopped',
      stopped ? 'stopped' : 'not stopped',
      stopped,
    ),
    evidence(
      'MQTT at the broker itself',
      `no answer within ${SILENCE_MS} ms`,
      silent ? 'no answer' : 'an answer',
      silent,
    ),
    ...proof,
  ];
  return { biting: rows.every((row) => row.ok), evidence: rows, leaders };
}

async function recover(ticket: FaultTicket, cluster: FaultCluster, limitMs: number): Promise<Evidence[]> {
  const { dir, driver } = cluster;
  const victim = victimOf(ticket);
  const { process } = beforeOf(ticket);
  signalProcess(process, 'SIGCONT');
  // It may have been killed while it was stopped: then it is started again.
  await driver.startNode(dir, victim);
  const healthy = await provedHealthy(ticket, cluster, limitMs);
  const node = (await driver.nodes(dir)).find((n) => n.id === victim);
  const runs = node?.alive === true && node.process !== null && !isStopped(node.process);
  return [
    evidence(`${victim} runs`, 'not stopped', runs ? `process ${node.process.pid} runs` : 'it does not', runs),
    healthy,
  ];
}

/** SIGSTOP to one broker by pid and start time, for longer than an election takes: its connections stay open and nobody answers on them. */
export const brokerPause: Fault = {
  kind: 'broker-pause',
  targetKind: 'broker',
  recoveryBlame: 'broker',
  params: victimParams,
  holds: () => 'broker',
  about: {
    does: 'Stops one broker with SIGSTOP for the whole fault window, which is longer than an election. The broker is identified by pid and start time. Its connections stay open, but it does not answer on them. Clients handle this worse than a closed port.',
    needs: 'Only the cluster.',
    bites:
      "The kernel reports that the process is stopped. The broker's MQTT port does not answer. With `victim: leader`, the leaders change as with broker-kill.",
    over: 'The process was continued with SIGCONT. It serves MQTT and is a member of every group. No replica lags. If the process was killed in the meantime, the broker is started again.',
    survives:
      'As with broker-kill: the keeper continues the process at the deadline, or stops the cluster. SIGKILL also ends a stopped process.',
  },
  available: () => Promise.resolve(undefined),
  prepare: placeLeaders,
  plan: (scenario, cluster) => planVictim(scenario, cluster, 'sigstop'),
  inject: async (ticket) => {
    const { process } = beforeOf(ticket);
    if (isAlive(process)) signalProcess(process, 'SIGSTOP');
  },
  probe,
  isInForce: (ticket) => Promise.resolve(isStopped(beforeOf(ticket).process)),
  recover,
};
