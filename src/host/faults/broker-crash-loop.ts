import { z } from 'zod';
import type { Evidence } from '../../domain/fault-record.js';
import { ChaosError } from '../../domain/errors.js';
import type { FaultCluster, NodeView } from '../drivers/contract.js';
import { notBack } from '../drivers/equipment.js';
import { isAnswering } from '../drivers/mqtt-probe.js';
import { monotonicUs, pollUntil } from '../os/clock.js';
import { isListening } from '../os/ports.js';
import { isAlive } from '../os/processes.js';
import { stepLog, stepsOf } from '../tickets/steps.js';
import type { FaultTicket, TicketStep } from '../tickets/ticket.js';
import { evidence, type Fault, type ProbeResult } from './contract.js';
import { beforeOf, placeLeaders, planVictim, provedHealthy, takeover, victimOf, victimParams } from './victim.js';

const params = victimParams.extend({ times: z.number().int().min(2).max(100).default(3) });

/** A broker that has not answered an MQTT CONNECT for this long is not up yet. */
const ANSWER_MS = 1000;

const timesOf = (ticket: FaultTicket): number => params.parse(ticket.params).times;

const deathsIn = (ticket: FaultTicket): readonly TicketStep[] =>
  stepsOf(ticket, victimOf(ticket)).filter(({ what }) => what === 'died');

async function victimView(ticket: FaultTicket, { dir, driver }: FaultCluster): Promise<NodeView> {
  const node = (await driver.nodes(dir)).find(({ id }) => id === victimOf(ticket));
  if (node !== undefined) return node;
  throw new ChaosError('INJECT_FAILED', `expected a broker ${victimOf(ticket)}, found none`);
}

/** Up is who answers an MQTT client, and not who only runs. */
async function awaitUp(ticket: FaultTicket, cluster: FaultCluster): Promise<NodeView> {
  const limitMs = Math.max(0, (ticket.deadlineUs - monotonicUs()) / 1000);
  const up = await pollUntil(
    async () => {
      const node = await victimView(ticket, cluster);
      if (!node.alive) return 'ended' as const;
      return (await isAnswering({ host: node.brokerHost, port: node.brokerPort }, ANSWER_MS)) ? node : undefined;
    },
    { limitMs, everyMs: 50 },
  );
  if (up !== undefined && up !== 'ended') return up;
  const what = up === 'ended' ? 'it ended by itself' : `not within the ${Math.round(limitMs)} ms that the fault had`;
  const died = deathsIn(stepLog(ticket).ticket()).length;
  throw await notBack(cluster, `expected ${victimOf(ticket)} up again after death ${died}: ${what}`);
}

/** Begun again after a crash in its middle, it goes on with the deaths that were noted. */
async function inject(ticket: FaultTicket, cluster: FaultCluster): Promise<void> {
  const { dir, driver } = cluster;
  const victim = victimOf(ticket);
  const log = stepLog(ticket);
  while (deathsIn(log.ticket()).length < timesOf(ticket)) {
    const { process, alive } = await victimView(ticket, cluster);
    const last = stepsOf(log.ticket(), victim).at(-1);
    if (alive) {
      const up = (await awaitUp(ticket, cluster)).process ?? beforeOf(ticket).process;
      if (last?.what === 'died') log.note(victim, 'up', up);
      await driver.killNode(dir, victim);
      if (isAlive(up)) throw new ChaosError('INJECT_FAILED', `process ${up.pid} of ${victim} outlived a SIGKILL`);
      log.note(victim, 'died', up);
    } else if (last?.what === 'died' && last.process.pid === process?.pid) await driver.startNode(dir, victim);
    // Killed by a worker that could not note that any more.
    else log.note(victim, 'died', process ?? beforeOf(ticket).process);
  }
}

function deathProof(ticket: FaultTicket): Evidence[] {
  const deaths = deathsIn(ticket);
  const rows = deaths.map(({ process, us }, i) => {
    const first = deaths.findIndex((other) => other.process.pid === process.pid) === i;
    const gone = !isAlive(process);
    const seconds = Math.round((us - (ticket.injectedUs ?? 0)) / 10_000) / 100;
    return evidence(
      `death ${i + 1} of ${victimOf(ticket)}: process ${process.pid}`,
      'gone, and another than before',
      gone && first ? `gone ${seconds} s after the inject` : gone ? 'the same as before' : 'alive',
      gone && first,
    );
  });
  const ups = stepsOf(ticket, victimOf(ticket)).filter(({ what }) => what === 'up').length;
  const times = timesOf(ticket);
  return [
    ...rows,
    evidence('deaths', `${times}`, `${deaths.length}`, deaths.length === times),
    evidence('times that it answered MQTT in between', `${times - 1}`, `${ups}`, ups === times - 1),
  ];
}

async function probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult> {
  const { brokerHost, brokerPort } = beforeOf(ticket);
  const closed = !(await isListening(brokerPort, brokerHost));
  // Others may have taken over between two deaths: when, was not watched, and no time is told.
  const { proof } = await takeover(ticket, cluster);
  const port = `port ${brokerPort} of the broker itself, since the last`;
  const rows = [...deathProof(ticket), evidence(port, 'closed', closed ? 'closed' : 'open', closed), ...proof];
  return { biting: rows.every((row) => row.ok), evidence: rows, leaders: [] };
}

/** One broker is killed again whenever it is up, and stays down after the last time. */
export const brokerCrashLoop: Fault = {
  kind: 'broker-crash-loop',
  targetKind: 'broker',
  recoveryBlame: 'broker',
  params,
  holds: () => 'broker',
  about: {
    does: 'Kills one broker with SIGKILL, starts it, and kills it again as soon as it answers an MQTT client: `times` times (default 3). After the last time it stays down until the end of the fault window. `victim` as with broker-kill.',
    needs: 'Only the cluster. All deaths have to fit into the fault window and its grace.',
    bites:
      'So many processes of the broker are gone, each another one, with the time of each death. The broker answered MQTT before each of them. Its own port is closed since the last. With `victim: leader`, every group that the broker led has another leader with a higher term.',
    over: 'The broker runs again, serves MQTT and is a member of every group. No replica lags.',
    survives:
      'As with broker-kill: the keeper starts the broker again at the deadline, or stops the cluster. If the worker dies, the next one goes on after the last death that is in the ticket.',
  },
  available: () => Promise.resolve(undefined),
  prepare: placeLeaders,
  plan: (scenario, cluster) => planVictim(scenario, cluster, 'sigkill'),
  inject,
  probe,
  isInForce: async (ticket, cluster) => !(await victimView(ticket, cluster)).alive,
  intendedDown: (ticket) => ticket.targets,
  recover: async (ticket, cluster, limitMs) => {
    await cluster.driver.startNode(cluster.dir, victimOf(ticket));
    return [await provedHealthy(ticket, cluster, limitMs)];
  },
};
