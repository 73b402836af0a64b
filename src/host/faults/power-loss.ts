import { z } from 'zod';
import { ChaosError } from '../../domain/errors.js';
import type { Evidence } from '../../domain/fault-record.js';
import type { Scenario } from '../../domain/scenario.js';
import type { FaultCluster } from '../drivers/contract.js';
import { diskProblem, isShutDown, type LoopDisk } from '../os/loop-disks.js';
import { isListening } from '../os/ports.js';
import { isAlive } from '../os/processes.js';
import { stepLog } from '../tickets/steps.js';
import type { FaultPlan, FaultTicket } from '../tickets/ticket.js';
import { evidence, type Fault, type ProbeResult } from './contract.js';
import { placeLeaders, planVictim, provedHealthy, takeover, victimParams, type BeforeVictim } from './victim.js';
import { givePower, leftOn, takePower, writeSynced } from './without-power.js';

const params = victimParams
  .extend({
    nodes: z.enum(['one', 'majority', 'all']).default('one'),
    /** How it is done; there is one way. */
    injector: z.enum(['auto', 'ext4']).default('auto'),
    /** `always`: the control, with a broker that syncs each write before it acknowledges. */
    sync: z.enum(['default', 'always']).default('default'),
  })
  .refine(({ nodes, victim }) => nodes === 'one' || victim === 'follower', {
    path: ['victim'],
    message: 'expected none beside nodes: majority or all, which take the leader in any case',
  });

interface Victim extends Pick<BeforeVictim, 'process' | 'brokerHost' | 'brokerPort'> {
  readonly disk: LoopDisk;
}

const victimsOf = ({ before }: FaultTicket): Readonly<Record<string, Victim>> =>
  before['victims'] as Readonly<Record<string, Victim>>;

/** The leader first. */
async function chosen(
  scenario: Scenario,
  cluster: FaultCluster,
): Promise<Pick<FaultPlan, 'targets' | 'reason' | 'before'>> {
  const { dir, driver } = cluster;
  const { nodes } = params.parse(scenario.params);
  if (nodes === 'one') return planVictim(scenario, cluster, 'ext4');
  const ids = (await driver.nodes(dir)).map(({ id }) => id);
  const leader = (await driver.leaders(dir)).cluster.leader;
  const sorted = [...ids].sort((a, b) => Number(b === leader) - Number(a === leader));
  const targets = nodes === 'all' ? sorted : sorted.slice(0, Math.floor(ids.length / 2) + 1);
  return {
    targets,
    reason: `${targets.length} of ${ids.length} nodes, the leader ${String(leader)} among them`,
    before: {},
  };
}

async function plan(scenario: Scenario, cluster: FaultCluster): Promise<FaultPlan> {
  const { targets, reason, before } = await chosen(scenario, cluster);
  const nodes = await cluster.driver.nodes(cluster.dir);
  const victims = Object.fromEntries(
    nodes.flatMap(({ id, process, brokerHost, brokerPort, disk }) =>
      targets.includes(id) && process !== null && disk !== undefined
        ? [[id, { process, brokerHost, brokerPort, disk } satisfies Victim]]
        : [],
    ),
  );
  if (Object.keys(victims).length < targets.length)
    throw new ChaosError(
      'INJECT_FAILED',
      `expected ${targets.join(', ')} to run, each with a disk of its own; found less`,
    );
  return { targets, injector: 'ext4', reason, before: { ...before, victims } };
}

async function inject(ticket: FaultTicket, cluster: FaultCluster): Promise<void> {
  const victims = Object.entries(victimsOf(ticket));
  for (const [id, { disk, process }] of victims) if (isAlive(process)) writeSynced(ticket, id, disk);
  const log = stepLog(ticket);
  for (const [id, { process }] of victims) {
    if (isAlive(process)) await cluster.driver.killNode(cluster.dir, id);
    if (!log.has(id, 'died')) log.note(id, 'died', process);
  }
  await takePower(ticket, Object.fromEntries(victims.map(([id, { disk }]) => [id, disk])));
  for (const [id, { disk }] of victims) await givePower(ticket, id, disk, cluster);
}

const count = (bytes: number): string => bytes.toLocaleString('en-US');

function diskRows(ticket: FaultTicket, id: string): Evidence[] {
  const left = leftOn(ticket, id);
  const { files = 0, bytes = 0, filesHurt = 0, bytesGone = 0, synced = false, notSynced = true } = left ?? {};
  const gone = `${count(bytesGone)} of ${count(bytes)}, in ${filesHurt} of ${files} files`;
  return [
    evidence(
      `bytes of the broker's files thrown away, ${id}`,
      'counted',
      left ? gone : 'not counted',
      left !== undefined,
    ),
    evidence(
      `file of ours on ${id}, written and not synced`,
      'thrown away',
      notSynced ? 'there' : 'thrown away',
      !notSynced,
    ),
    evidence(`file of ours on ${id}, synced before`, 'whole', synced ? 'whole' : 'not whole', synced),
  ];
}

async function probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult> {
  const rows = await Promise.all(
    Object.entries(victimsOf(ticket)).map(async ([id, { process, brokerHost, brokerPort }]) => {
      const gone = !isAlive(process) && !(await isListening(brokerPort, brokerHost));
      const dead = evidence(`process ${process.pid} of ${id}, and its port`, 'gone', gone ? 'gone' : 'there', gone);
      return [dead, ...diskRows(ticket, id)];
    }),
  );
  const { proof, leaders } = await takeover(ticket, cluster);
  const all = [...rows.flat(), ...proof];
  return { biting: all.every((row) => row.ok), evidence: all, leaders };
}

async function recover(ticket: FaultTicket, cluster: FaultCluster, limitMs: number): Promise<Evidence[]> {
  const { dir, driver } = cluster;
  for (const [id, { disk }] of Object.entries(victimsOf(ticket))) {
    // Of an inject that ended in its middle.
    const { process = null } = (await driver.nodes(dir)).find((node) => node.id === id) ?? {};
    if (isShutDown(disk.folder)) {
      if (process !== null && isAlive(process)) await driver.killNode(dir, id);
      await driver.remountDisk?.(dir, id);
    }
    await driver.startNode(dir, id);
  }
  return [await provedHealthy(ticket, cluster, limitMs)];
}

/** SIGKILL to nodes, and the loss of whatever they had written and not synced, by the kernel's own rules; over when all of them are back. */
export const powerLoss: Fault = {
  kind: 'power-loss',
  targetKind: 'broker',
  recoveryBlame: 'broker',
  params,
  startedWith: (given) => ({ disks: 'ext4', ...(params.parse(given).sync === 'always' ? { sync: 'always' } : {}) }),
  about: {
    does: 'Takes the power from `nodes: one` (the default; `victim` as with broker-kill), `majority` or `all` nodes: SIGKILL to the brokers, and the loss of whatever they had written and not synced. Injector `ext4`, the only one: the file system of each node is shut down without its journal and mounted again, so it is the kernel that decides what is lost. In the last seconds written and not synced is lost; what is older the kernel may have stored by itself. `sync: always` is the control: the broker syncs each write before it acknowledges, and nothing may be lost.',
    needs:
      'A cluster of its own, started with a disk for each node: root with CAP_SYS_ADMIN, loop devices, ext4, and a driver that can (nats, robustmq; `sync: always` nats alone). Before and after it the run has a plain cluster.',
    bites:
      'The processes are gone, and their own ports are closed. On the disk of each node a file of ours that was written and not synced is gone, and one that was synced is whole. The bytes of the broker that were thrown away are counted.',
    over: 'The brokers run on what is left, serve MQTT and are members of every group. No replica lags.',
    survives:
      'As with broker-kill: the keeper mounts the disks and starts the brokers again at the deadline, or stops the cluster and unmounts them. If everything is killed, the next start of the cluster unmounts what is left.',
  },
  hostProblem: () => diskProblem(['python3']),
  available: () => Promise.resolve(undefined),
  prepare: async (scenario, cluster) => {
    if (params.parse(scenario.params).nodes === 'one') await placeLeaders(scenario, cluster);
  },
  plan,
  inject,
  probe,
  isInForce: async (ticket, { dir, driver }) =>
    (await driver.nodes(dir)).every((node) => !ticket.targets.includes(node.id) || !node.alive),
  intendedDown: (ticket) => ticket.targets,
  recover,
};
