import { z } from 'zod';
import { ChaosError } from '../../domain/errors.js';
import type { Evidence } from '../../domain/report-data.js';
import { pollUntil } from '../clock.js';
import type { NetworkPath, ProxiedNetwork } from '../drivers/contract.js';
import { evidence, type Fault, type FaultCluster, type FaultTicket } from './contract.js';

const params = z.strictObject({
  delay_ms: z.number().int().min(1).max(10_000),
  jitter_ms: z.number().int().min(0).max(10_000).default(0),
});

/** Round trips measured on each path. The shortest of them is compared: a busy host adds to a round trip, and nothing takes away from it. */
const SAMPLES = 5;
/** A rise below this share of what the injector must give is not this fault … */
const RISE_MIN = 0.75;
/** … nor is one above this share of it, with what a busy host may add to the shortest of a few round trips (ms). */
const RISE_MAX = 1.5;
const HOST_NOISE_MS = 50;

type RoundTrips = Readonly<Record<string, number>>;

function networkOf({ dir, driver }: FaultCluster): ProxiedNetwork {
  const network = driver.network(dir);
  if (network !== undefined) return network;
  throw new ChaosError('INJECT_FAILED', `network-delay: driver ${driver.name} has no proxied network`);
}

async function shortestRoundTripMs(path: NetworkPath): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < SAMPLES; i += 1) samples.push(await path.measureRoundTripMs());
  return Math.round(Math.min(...samples) * 10) / 10;
}

/** All paths at once: a probe must not take longer than the slowest of them. */
async function roundTrips(network: ProxiedNetwork): Promise<RoundTrips> {
  const paths = await network.paths();
  const shortest = await Promise.all(paths.map(async (path) => [path.name, await shortestRoundTripMs(path)] as const));
  return Object.fromEntries(shortest);
}

const baselineOf = (ticket: FaultTicket): RoundTrips => ticket.before['roundTripsMs'] as RoundTrips;

/** Proxies delay each direction: the round trip rises by twice the delay. */
const expectedRiseMs = (ticket: FaultTicket): number => 2 * params.parse(ticket.params).delay_ms;

async function recover(ticket: FaultTicket, cluster: FaultCluster, limitMs: number): Promise<Evidence[]> {
  const network = networkOf(cluster);
  const tolerance = Math.max(5, 0.1 * expectedRiseMs(ticket));
  let proof: Evidence[] = [];
  const healed = await pollUntil(
    async () => {
      await network.clear();
      const active = await network.active();
      const rest = evidence('toxics in force', 'none', active.join(', ') || 'none', active.length === 0);
      const now = await roundTrips(network);
      const back = Object.entries(baselineOf(ticket)).map(([path, before]) => {
        const after = now[path] ?? Infinity;
        const limit = Math.round(before + tolerance);
        return evidence(`round trip ${path}`, `≤ ${limit} ms (before: ${before} ms)`, `${after} ms`, after <= limit);
      });
      proof = [rest, ...back];
      return proof.every((p) => p.ok) ? true : undefined;
    },
    { limitMs, everyMs: 500 },
  );
  if (healed === true) return proof;
  const bad = proof.filter((p) => !p.ok).map((p) => `${p.what}: expected ${p.expected}, got ${p.observed}`);
  throw new ChaosError(
    'RECOVER_FAILED',
    `network-delay not over within ${limitMs} ms: ${bad.join('; ') || 'no answer'}`,
  );
}

/** Delay on every client link and every route of the cluster, in each direction. */
export const networkDelay: Fault = {
  kind: 'network-delay',
  targetKind: 'interface',
  params,
  available: ({ dir, driver }) =>
    Promise.resolve(driver.network(dir) === undefined ? `driver ${driver.name} has no proxied network` : undefined),
  plan: async (scenario, cluster) => {
    const network = networkOf(cluster);
    const roundTripsMs = await roundTrips(network);
    return {
      targets: Object.keys(roundTripsMs),
      injector: 'toxiproxy',
      reason: `${scenario.target} stands for the whole network of this cluster: every client link and every route`,
      before: { roundTripsMs },
    };
  },
  inject: async (ticket, cluster) => {
    const { delay_ms, jitter_ms } = params.parse(ticket.params);
    await networkOf(cluster).delay(delay_ms, jitter_ms);
  },
  probe: async (ticket, cluster) => {
    const expected = expectedRiseMs(ticket);
    const now = await roundTrips(networkOf(cluster));
    const proof = Object.entries(baselineOf(ticket)).map(([path, before]) => {
      const rise = Math.round(((now[path] ?? 0) - before) * 10) / 10;
      const ok = rise >= RISE_MIN * expected && rise <= RISE_MAX * expected + HOST_NOISE_MS;
      return evidence(`round trip ${path}`, `+${expected} ms on ${before} ms`, `+${rise} ms`, ok);
    });
    return { biting: proof.length > 0 && proof.every((p) => p.ok), evidence: proof, leaders: [] };
  },
  recover,
};
