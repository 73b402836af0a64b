import { z } from 'zod';
import { ChaosError } from '../../domain/errors.js';
import type { Evidence } from '../../domain/fault-record.js';
import type { FaultCluster, NodeView, Proxies } from '../drivers/contract.js';
import { linkState, type Endpoint, type LinkState } from '../drivers/mqtt-probe.js';
import { pollUntil } from '../os/clock.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { evidence, type Fault, type ProbeResult } from './contract.js';
import { heldByOthers } from './others.js';
import { provedHealthy } from './victim.js';

/** A link that has been open and silent for this long is stalled. */
const SILENCE_MS = 1000;
/** One that is not stalled may need longer on a busy host, and is waited for. */
const ANSWER_MS = 5000;

const NOT_STALLED: LinkState = 'answers';

function proxiesOf({ dir, driver }: FaultCluster): Proxies | undefined {
  return driver.network(dir)?.proxies ?? undefined;
}

function mustProxies(cluster: FaultCluster): Proxies {
  const proxies = proxiesOf(cluster);
  if (proxies !== undefined) return proxies;
  throw new ChaosError('INJECT_FAILED', 'connection-stall: the clients of this cluster do not come through proxies');
}

/** Where clients connect, by node; ids of the clients that the broker has there. */
const clientsBefore = (ticket: FaultTicket): Readonly<Record<string, readonly string[]>> =>
  ticket.before['clients'] as Readonly<Record<string, readonly string[]>>;

function endpointOf({ clientEndpoint }: NodeView): Endpoint {
  const [host = '', port = ''] = clientEndpoint.split(':');
  return { host, port: Number(port) };
}

/** A link of ours to each node, as a client makes it. */
async function linkProof(ticket: FaultTicket, cluster: FaultCluster, stalled: boolean): Promise<Evidence[]> {
  const held = heldByOthers(cluster);
  const nodes = (await cluster.driver.nodes(cluster.dir)).filter(({ id }) => !held.includes(id));
  return Promise.all(
    nodes.map(async (node) => {
      const expected: LinkState = stalled && ticket.targets.includes(node.id) ? 'silent' : NOT_STALLED;
      const limitMs = expected === 'silent' ? SILENCE_MS : ANSWER_MS;
      const state = await linkState(endpointOf(node), limitMs);
      const words = { answers: 'an answer', silent: `open, no answer within ${limitMs} ms`, closed: 'closed' };
      return evidence(`a new client link to ${node.id}`, words[expected], words[state], state === expected);
    }),
  );
}

/** The broker must not have noticed: its clients hang on links that it takes for open. */
async function clientProof(ticket: FaultTicket, cluster: FaultCluster): Promise<Evidence[]> {
  const held = heldByOthers(cluster);
  const now = await cluster.driver.connections(cluster.dir);
  const asked = Object.entries(clientsBefore(ticket)).filter(([id]) => !held.includes(id));
  return asked.map(([id, before]) => {
    const still = before.filter((client) => now[id]?.includes(client) === true).length;
    const ok = still > 0 || before.length === 0;
    return evidence(`clients of ${id} that the broker takes for connected`, `some of ${before.length}`, `${still}`, ok);
  });
}

async function probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult> {
  const links = await linkProof(ticket, cluster, true);
  const rows = [...links, ...(await clientProof(ticket, cluster))];
  // Where another fault holds every stalled broker there is nothing to be seen.
  const held = heldByOthers(cluster);
  const seen = ticket.targets.some((id) => !held.includes(id));
  return { biting: seen && rows.every(({ ok }) => ok), evidence: rows, leaders: [] };
}

async function recover(ticket: FaultTicket, cluster: FaultCluster, limitMs: number): Promise<Evidence[]> {
  const proxies = mustProxies(cluster);
  let rows: Evidence[] = [];
  const cleared = await pollUntil(
    async () => {
      await proxies.clear();
      const active = await proxies.active();
      const nothing = evidence(
        'in force by the proxies',
        'nothing',
        active.join(', ') || 'nothing',
        active.length === 0,
      );
      rows = [nothing, ...(await linkProof(ticket, cluster, false))];
      return rows.every(({ ok }) => ok) || undefined;
    },
    { limitMs, everyMs: 500 },
  );
  return cleared === true ? [...rows, await provedHealthy(ticket, cluster, limitMs)] : rows;
}

/** Client links stay open, and nothing passes: neither end learns of it but by its own patience. */
export const connectionStall: Fault = {
  kind: 'connection-stall',
  targetKind: 'broker',
  recoveryBlame: 'equipment',
  params: z.strictObject({}),
  holds: () => 'network',
  about: {
    does: 'Stalls the links between clients and a broker, in both directions: they stay open, and nothing passes, as behind a firewall that has forgotten them. New links open and are silent, too. `target: robustmq-server` stalls the links of every broker, `n1` those of one. The traffic between brokers passes. At the end the stalled links are closed, since bytes are missing in them.',
    needs: '`cluster.network: proxies`, the default.',
    bites:
      'A new client link to each stalled broker opens, stays open and gets no answer. The broker still takes its clients for connected. A broker that is not stalled answers.',
    over: 'The proxies have nothing in force. Every broker answers a new client link. Every node is a member of the cluster. No replica lags.',
    survives: 'The keeper removes the stall at the deadline. It exists only in the process of the proxies.',
  },
  available: (cluster) =>
    Promise.resolve(
      proxiesOf(cluster) === undefined
        ? 'the clients of this cluster do not come through proxies (cluster.network: proxies)'
        : undefined,
    ),
  plan: async (scenario, { dir, driver }) => {
    const ids = (await driver.nodes(dir)).map(({ id }) => id);
    const targets = ids.includes(scenario.target) ? [scenario.target] : ids;
    const connected = await driver.connections(dir);
    const clients = Object.fromEntries(targets.map((id) => [id, connected[id] ?? []]));
    const count = Object.values(clients).flat().length;
    const reason = `links of ${count} clients to ${targets.length} of ${ids.length} brokers, black-holed in both directions`;
    return { targets, injector: 'toxiproxy', reason, before: { clients } };
  },
  inject: (ticket, cluster) => mustProxies(cluster).stall(ticket.targets),
  probe,
  isInForce: (ticket, cluster) => mustProxies(cluster).isWhole({ stall: ticket.targets }),
  recover,
};
