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
  about: {
    does: 'SIGSTOP to one broker, by pid and start time, for the whole window: longer than an election. Its connections stay open and nobody answers on them, which is harder on clients than a closed port.',
    needs: 'Nothing but the cluster.',
    bites:
      'The kernel says that the process is stopped, and its MQTT port answers nothing. Of a leader: as with broker-kill.',
    over: 'SIGCONT; the same process runs, serves MQTT, is in every group, and no replica lags. If it was killed meanwhile it is started again.',
    survives:
      'As broker-kill: the keeper continues it at the deadline, or stops the cluster. A stopped process is ended by SIGKILL all the same.',
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
