import { z } from 'zod';
import { ChaosError } from '../../domain/errors.js';
import type { Evidence, LeaderChange } from '../../domain/fault-record.js';
import type { Scenario } from '../../domain/scenario.js';
import { monotonicUs, pollUntil } from '../os/clock.js';
import { notBack } from '../drivers/equipment.js';
import type { GroupLeader, Leaders, NodeView, FaultCluster } from '../drivers/contract.js';
import { evidence, type AskedFault } from './contract.js';
import { asFarAsOthersLet } from './others.js';
import { has, leadersOf, planChosen, planOf, type BeforeVictim } from './victim-plan.js';
import type { FaultPlan, FaultTicket } from '../tickets/ticket.js';

/** Which broker is hit: one that leads nothing, or the one that leads everything. */
export const victimParams = z.strictObject({ victim: z.enum(['follower', 'leader']).default('follower') });

/** Reads that one parameter: a fault may have others beside it. */
const wantsLeader = ({ params }: Pick<Scenario, 'params'>): boolean =>
  victimParams.shape.victim.parse(params['victim']) === 'leader';

export type { BeforeVictim } from './victim-plan.js';

export const beforeOf = (ticket: FaultTicket): BeforeVictim => ticket.before as unknown as BeforeVictim;

export const victimOf = (ticket: FaultTicket): string => ticket.targets[0] as string;

/**
 * The node that gets all leaderships. Clients are spread so that from two SDKs on the second node has a publisher and a subscriber: a leader that is to
 * be hit goes there, and one that is to be spared does not.
 */
function leaderNode(nodes: readonly NodeView[], hit: boolean): NodeView {
  return nodes[hit ? 1 % nodes.length : 0] as NodeView;
}

const withOthers = (leaders: Leaders): readonly GroupLeader[] => [...leadersOf(leaders), ...(leaders.others ?? [])];

/** Who subscribed since `known` was seen is led by nobody yet, or by chance: it is neither placed nor part of the proof. */
function knownGroups(now: Leaders, known: Leaders): readonly GroupLeader[] {
  const names = new Set(leadersOf(known).map(({ group }) => group));
  return leadersOf(now).filter(({ group, ofSubscription }) => ofSubscription !== true || names.has(group));
}

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

/** Puts all leaders on one node before any client is connected. */
export async function placeLeaders(scenario: Scenario, { dir, driver }: FaultCluster): Promise<void> {
  const hit = wantsLeader(scenario) || scenario.target === 'leader';
  const leader = leaderNode(await driver.nodes(dir), hit);
  await driver.placeLeader(dir, leader.id);
}

/** Names the broker to be hit from who really leads and who is really connected where, and refuses to go on if that is not what was asked for. */
export async function planVictim(scenario: AskedFault, cluster: FaultCluster, injector: string): Promise<FaultPlan> {
  const { dir, driver } = cluster;
  if (scenario.chosen !== undefined) return planChosen(scenario, cluster, injector);
  const nodes = await driver.nodes(dir);
  const hit = wantsLeader(scenario);
  const named = nodes.find((node) => node.id === scenario.target);
  const wanted = hit && named ? named : leaderNode(nodes, hit);
  // Subscriptions made since `prepare` have leaders of their own.
  const known = await driver.leaders(dir);
  const leads = await driver.placeLeader(dir, wanted.id);
  const leader = nodes.find((node) => node.id === leads) ?? wanted;
  const clients = await driver.connections(dir);
  const victim = named ?? (hit || nodes.length === 1 ? leader : chooseFollower(nodes, leader.id, clients));
  const now = await driver.leaders(dir);
  const groups = knownGroups(now, known);
  const led = groups.filter((group) => group.leader === victim.id).map((group) => group.group);
  if (hit && led.length < groups.length) {
    const others = groups.filter(({ leader: by }) => by !== victim.id);
    const seen = others.map(({ group, leader: by }) => `${group} is led by ${by ?? 'nobody'}`).join(', ');
    throw new ChaosError(
      'LEADER_NOT_PLACED',
      `expected ${victim.id} to lead ${groups.length} groups, it leads ${led.length}: ${seen}`,
    );
  }
  if (!hit && nodes.length > 1 && led.length > 0) {
    throw new ChaosError('LEADER_NOT_PLACED', `expected ${victim.id} to lead nothing, it leads ${led.join(', ')}`);
  }
  return planOf(victim, { now, groups, clients, injector });
}

/** To the millisecond. */
export const secondsSinceInject = ({ injectedUs }: FaultTicket): number =>
  Math.round((monotonicUs() - (injectedUs ?? 0)) / 1000) / 1000;

/** New leaders of what the victim led, as a survivor sees them, timed from the inject. */
async function leaderChanges(ticket: FaultTicket, { dir, driver }: FaultCluster): Promise<LeaderChange[]> {
  const victim = victimOf(ticket);
  const survivor = (await driver.nodes(dir)).find((node) => node.id !== victim && node.alive);
  const now = survivor === undefined ? undefined : await driver.leaders(dir, survivor.id).catch(() => undefined);
  const seconds = secondsSinceInject(ticket);
  const groups = now === undefined ? [] : withOthers(now);
  const { leaders, others } = beforeOf(ticket);
  return (
    [...leaders, ...others]
      .filter((group) => group.leader === victim)
      .map((old) => ({ old, found: groups.find((group) => group.group === old.group) }))
      // A subscription that has ended has nobody to be led by.
      .filter(({ old, found }) => now === undefined || found !== undefined || old.ofSubscription !== true)
      .map(({ old, found }) => {
        const to = found !== undefined && found.leader !== victim ? found.leader : null;
        return {
          group: old.group,
          from: victim,
          to,
          seconds: to === null ? null : seconds,
          termFrom: old.term,
          termTo: to === null ? null : (found?.term ?? null),
        };
      })
  );
}

/** Where the leader is the victim: has another node taken over all it led? Nothing to see where nobody could take over. */
export async function takeover(
  ticket: FaultTicket,
  cluster: FaultCluster,
): Promise<{ readonly proof: readonly Evidence[]; readonly leaders: readonly LeaderChange[] }> {
  const alone = (await cluster.driver.nodes(cluster.dir)).length === 1;
  if (!(beforeOf(ticket).handsOver ?? wantsLeader(ticket)) || alone) return { proof: [], leaders: [] };
  const leaders = await leaderChanges(ticket, cluster);
  const recorded = beforeOf(ticket).others.map(({ group }) => group);
  const needed = leaders.filter(({ group }) => !recorded.includes(group));
  const moved = needed.filter((change) => change.to !== null && (change.termTo ?? 1) > (change.termFrom ?? 0));
  const all = moved.length === needed.length;
  const proof = [
    evidence('groups led by another node, with a higher term', `${needed.length}`, `${moved.length}`, all),
  ];
  return { proof, leaders };
}

/**
 * Waits until every node is in and nothing lags; rejects with what is still missing: BROKER_NOT_BACK, where nothing of ours stood in the way. While other faults of
 * a timeline are on, the brokers that they do not hold must run, and the rest is proved when all are over.
 */
export async function provedHealthy(ticket: FaultTicket, cluster: FaultCluster, limitMs: number): Promise<Evidence> {
  const { dir, driver } = cluster;
  let missing: string | undefined;
  let unable: unknown;
  const look = async (): Promise<Evidence | undefined> => {
    [missing, unable] = [undefined, undefined];
    missing = await driver.unhealthy(dir).catch((error: unknown) => {
      unable = error;
      return String(error);
    });
    return missing === undefined ? evidence('cluster', WHOLE, WHOLE, true) : asFarAsOthersLet(cluster);
  };
  const proof = await pollUntil(look, { limitMs, everyMs: 100 });
  if (proof !== undefined) return proof;
  const expected = `expected ${ticket.targets.join(', ')} back in the cluster within ${limitMs} ms`;
  if (missing === undefined || unable !== undefined)
    throw new ChaosError('EQUIPMENT_FAILED', `${expected}; nobody could look: ${String(unable)}`);
  throw await notBack({ dir, driver }, `${expected}: ${missing}`);
}

const WHOLE = 'every node has joined, no replica lags';
