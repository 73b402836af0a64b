import { z } from 'zod';
import { ChaosError } from '../../domain/errors.js';
import type { Evidence, LeaderChange } from '../../domain/report-data.js';
import type { Scenario } from '../../domain/scenario.js';
import { monotonicUs, pollUntil } from '../clock.js';
import type { GroupLeader, Leaders, NodeView } from '../drivers/contract.js';
import { isListening } from '../ports.js';
import { isAlive, type ProcessId } from '../processes.js';
import {
  evidence,
  type Fault,
  type FaultCluster,
  type FaultPlan,
  type FaultTicket,
  type ProbeResult,
} from './contract.js';

/** Which broker is killed: one that leads nothing, or the one that leads everything. */
const params = z.strictObject({ victim: z.enum(['follower', 'leader']).default('follower') });

const wantsLeader = (scenario: Pick<Scenario, 'params'>): boolean => params.parse(scenario.params).victim === 'leader';

interface Before {
  readonly process: ProcessId;
  readonly brokerPort: number;
  readonly leaders: readonly GroupLeader[];
}

/**
 * The node that gets all leaderships. Clients are spread so that from two SDKs on the second node has a publisher and a subscriber: a leader that is to
 * be killed goes there, and one that is to survive does not.
 */
function leaderNode(nodes: readonly NodeView[], kill: boolean): NodeView {
  return nodes[kill ? 1 % nodes.length : 0] as NodeView;
}

const leadersOf = (leaders: Leaders): readonly GroupLeader[] => [leaders.cluster, ...leaders.load];

const has = (ids: readonly string[] | undefined, suffix: string): boolean =>
  (ids ?? []).some((id) => id.endsWith(suffix));

/** The follower with a publisher and a subscriber on it, else the one with most clients. */
function chooseFollower(
  nodes: readonly NodeView[],
  leader: string,
  clients: Readonly<Record<string, readonly string[]>>,
): NodeView {
  const weight = (node: NodeView): number => {
    const ids = clients[node.id];
    return (has(ids, '-pub') && has(ids, '-sub') ? 1000 : 0) + (ids?.length ?? 0);
  };
  const followers = nodes.filter((node) => node.id !== leader);
  return [...followers].sort((a, b) => weight(b) - weight(a))[0] ?? (nodes[0] as NodeView);
}

async function plan(scenario: Scenario, { dir, driver }: FaultCluster): Promise<FaultPlan> {
  const nodes = await driver.nodes(dir);
  const kill = wantsLeader(scenario);
  const named = nodes.find((node) => node.id === scenario.target);
  const leader = kill && named ? named : leaderNode(nodes, kill);
  // Subscriptions made since `prepare` have leaders of their own.
  await driver.placeLeader(dir, leader.id);
  const clients = await driver.connections(dir);
  const victim = named ?? (kill || nodes.length === 1 ? leader : chooseFollower(nodes, leader.id, clients));
  const groups = leadersOf(await driver.leaders(dir));
  const led = groups.filter((group) => group.leader === victim.id).map((group) => group.group);
  if (kill && led.length < groups.length) {
    throw new ChaosError(
      'LEADER_NOT_PLACED',
      `expected ${victim.id} to lead ${groups.length} groups, it leads ${led.length}`,
    );
  }
  if (!kill && nodes.length > 1 && led.length > 0) {
    throw new ChaosError('LEADER_NOT_PLACED', `expected ${victim.id} to lead nothing, it leads ${led.join(', ')}`);
  }
  if (victim.process === null) throw new ChaosError('INJECT_FAILED', `expected ${victim.id} to run, found no process`);
  const connected = clients[victim.id] ?? [];
  const before: Before = { process: victim.process, brokerPort: victim.brokerPort, leaders: groups };
  const load = has(connected, '-pub') && has(connected, '-sub') ? 'a publisher and a subscriber of' : 'no full pair of';
  return {
    targets: [victim.id],
    injector: 'sigkill',
    reason: `${victim.id} leads ${led.length} of ${groups.length} groups; ${load} the load among its ${connected.length} clients`,
    before: { ...before },
  };
}

/** New leaders as a survivor sees them, timed from the kill. */
async function leaderChanges(ticket: FaultTicket, { dir, driver }: FaultCluster): Promise<LeaderChange[]> {
  const before = ticket.before as unknown as Before;
  const victim = ticket.targets[0] as string;
  const survivor = (await driver.nodes(dir)).find((node) => node.id !== victim && node.alive);
  const now = survivor === undefined ? undefined : await driver.leaders(dir, survivor.id).catch(() => undefined);
  const seconds = Math.round((monotonicUs() - (ticket.injectedUs ?? 0)) / 1000) / 1000;
  const groups = now === undefined ? [] : leadersOf(now);
  return before.leaders
    .filter((group) => group.leader === victim)
    .map((old) => {
      const found = groups.find((group) => group.group === old.group);
      const to = found !== undefined && found.leader !== victim ? found.leader : null;
      return {
        group: old.group,
        from: victim,
        to,
        seconds: to === null ? null : seconds,
        termFrom: old.term,
        termTo: to === null ? null : (found?.term ?? null),
      };
    });
}

/** With a single node nobody can take over: then the closed port is all there is to see. */
async function probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult> {
  const before = ticket.before as unknown as Before;
  const gone = !isAlive(before.process);
  const closed = !(await isListening(before.brokerPort));
  const proof: Evidence[] = [
    evidence(`process ${before.process.pid} of ${ticket.targets.join()}`, 'gone', gone ? 'gone' : 'alive', gone),
    evidence(`port ${before.brokerPort} of the broker itself`, 'closed', closed ? 'closed' : 'open', closed),
  ];
  const alone = (await cluster.driver.nodes(cluster.dir)).length === 1;
  if (!wantsLeader(ticket) || alone) return { biting: gone && closed, evidence: proof, leaders: [] };
  const leaders = await leaderChanges(ticket, cluster);
  const moved = leaders.filter((change) => change.to !== null && (change.termTo ?? 1) > (change.termFrom ?? 0));
  const all = moved.length === leaders.length;
  proof.push(evidence('groups led by another node, with a higher term', `${leaders.length}`, `${moved.length}`, all));
  return { biting: gone && closed && all, evidence: proof, leaders };
}

async function recover(ticket: FaultTicket, { dir, driver }: FaultCluster, limitMs: number): Promise<Evidence[]> {
  const victim = ticket.targets[0] as string;
  await driver.startNode(dir, victim);
  let missing: string | undefined;
  const healthy = await pollUntil(
    async () => {
      missing = await driver.unhealthy(dir);
      return missing === undefined ? true : undefined;
    },
    { limitMs, everyMs: 100 },
  );
  if (healthy === undefined) {
    throw new ChaosError(
      'RECOVER_FAILED',
      `expected ${victim} back in the cluster within ${limitMs} ms: ${String(missing)}`,
    );
  }
  const node = (await driver.nodes(dir)).find((n) => n.id === victim);
  const { process: old } = ticket.before as unknown as Before;
  return [
    evidence(
      `${victim} runs`,
      `a process other than ${old.pid}, or ${old.pid} if never killed`,
      `${node?.process?.pid ?? 'none'}`,
      node?.alive === true,
    ),
    evidence('cluster', 'every node in, nothing lagging', 'every node in, nothing lagging', true),
  ];
}

/** SIGKILL to one broker by pid and start time; over when that broker is back in the cluster. */
export const brokerKill: Fault = {
  kind: 'broker-kill',
  targetKind: 'broker',
  params,
  available: () => Promise.resolve(undefined),
  prepare: async (scenario, { dir, driver }) => {
    const leader = leaderNode(await driver.nodes(dir), wantsLeader(scenario));
    await driver.placeLeader(dir, leader.id);
  },
  plan,
  inject: async (ticket, { dir, driver }) => {
    // A worker that died in the middle of this may have killed it already.
    const { process } = ticket.before as unknown as Before;
    if (isAlive(process)) await driver.killNode(dir, ticket.targets[0] as string);
  },
  probe,
  recover,
};
