import { z } from 'zod';
import { ChaosError } from '../../domain/errors.js';
import type { Evidence } from '../../domain/fault-record.js';
import type { Scenario } from '../../domain/scenario.js';
import { pollUntil } from '../os/clock.js';
import type { ClusterNetwork, NetworkPath, FaultCluster } from '../drivers/contract.js';
import type { Injection, Work } from '../injectors/contract.js';
import { chooseInjector, injectorNamed, injectorNames } from '../injectors/index.js';
import { evidence, type Fault, type ProbeResult } from './contract.js';
import { byInjector } from './by-injector.js';
import { openPaths } from './others.js';
import type { FaultPlan, FaultTicket } from '../tickets/ticket.js';

const params = z.strictObject({
  delay_ms: z.number().int().min(1).max(10_000),
  jitter_ms: z.number().int().min(0).max(10_000).default(0),
  injector: z.enum(injectorNames).default('auto'),
  /** Of a chaosd server, for the injector of that name: `http://127.0.0.1:31767`. */
  chaosd_url: z.url().optional(),
});

/** Round trips measured on each path. The shortest of them is compared: a busy host adds to a round trip, and nothing takes away from it. */
const SAMPLES = 5;
/** The same before the fault. They are short then, and the probe looks again where a busy moment spoilt it, but this is measured once. */
const SAMPLES_BEFORE = 25;
/** A rise below this share of what the injector must give is not this fault … */
const RISE_MIN = 0.75;
/** … nor is one above this share of it, with what a busy host may add to the shortest of a few round trips (ms). */
const RISE_MAX = 1.5;
const HOST_NOISE_MS = 50;
/** Over is what leaves less than this share of the rise: half of it would be a delay that is still on in one direction. */
const REST_MAX = 0.25;
/** … or this little (ms), which no delay of ours can be told from. */
const REST_MIN_MS = 5;

type RoundTrips = Readonly<Record<string, number>>;

/** What a ticket of a delay keeps: the time before, the rise that each path must show, and what the injector needs. */
interface Before {
  readonly roundTripsMs: RoundTrips;
  readonly riseMs: RoundTrips;
  readonly own: Injection['own'];
}

const beforeOf = (ticket: FaultTicket): Before => ticket.before as unknown as Before;

function networkOf({ dir, driver }: FaultCluster): ClusterNetwork {
  const network = driver.network(dir);
  if (network !== undefined) return network;
  throw new ChaosError('INJECT_FAILED', `network-delay: driver ${driver.name} has no network that can be delayed`);
}

const workOf = ({ target, params: given }: Pick<Scenario, 'target' | 'params'>): Work => {
  const { delay_ms, jitter_ms } = params.parse(given);
  return { effect: { kind: 'delay', delayMs: delay_ms, jitterMs: jitter_ms, target }, params: given };
};

const injectionOf = (ticket: FaultTicket): Injection => ({
  ...workOf({ target: ticket.target, params: ticket.params }),
  faultId: ticket.faultId,
  own: beforeOf(ticket).own,
});

async function shortestRoundTripMs(path: NetworkPath, count: number): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < count; i += 1) samples.push(await path.measureRoundTripMs());
  return Math.round(Math.min(...samples) * 10) / 10;
}

/** All paths at once: a probe must not take longer than the slowest of them. */
async function roundTrips(cluster: FaultCluster, count = SAMPLES): Promise<RoundTrips> {
  const paths = openPaths(await networkOf(cluster).paths(), cluster);
  const shortest = await Promise.all(
    paths.map(async (path) => [path.name, await shortestRoundTripMs(path, count)] as const),
  );
  return Object.fromEntries(shortest);
}

/** Beside other faults only what could be measured now is compared; else everything is, and what is missing has failed. */
const open = (before: RoundTrips, now: RoundTrips, { others }: FaultCluster): [string, number][] =>
  Object.entries(before).filter(([path]) => (others?.() ?? []).length === 0 || path in now);

async function plan(scenario: Scenario, cluster: FaultCluster): Promise<FaultPlan> {
  const work = workOf(scenario);
  const { delay_ms, injector: wanted } = params.parse(scenario.params);
  const { injector, why } = await chooseInjector(wanted, work, cluster);
  const roundTripsMs = await roundTrips(cluster, SAMPLES_BEFORE);
  const { own, touches, riseFactor } = await injector.plan(work, cluster);
  const paths = await networkOf(cluster).paths();
  const riseMs = Object.fromEntries(paths.map((path) => [path.name, riseFactor(path) * delay_ms]));
  const before: Before = { roundTripsMs, riseMs, own };
  return {
    targets: Object.keys(roundTripsMs),
    injector: injector.name,
    reason: `${touches} (${why})`,
    before: { ...before },
  };
}

/** A path that must not rise has to stay within what a busy host adds. */
async function probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult> {
  const { roundTripsMs, riseMs } = beforeOf(ticket);
  const now = await roundTrips(cluster);
  const proof = open(roundTripsMs, now, cluster).map(([path, before]) => {
    const expected = riseMs[path] ?? 0;
    const rise = Math.round(((now[path] ?? 0) - before) * 10) / 10;
    const ok =
      rise >= RISE_MIN * expected - (expected === 0 ? before : 0) && rise <= RISE_MAX * expected + HOST_NOISE_MS;
    return evidence(`round trip ${path}`, `+${expected} ms on ${before} ms`, `+${rise} ms`, ok);
  });
  return { biting: proof.length > 0 && proof.every((p) => p.ok), evidence: proof, leaders: [] };
}

const nothingActive = (injector: string, active: readonly string[]): Evidence =>
  evidence(`in force by ${injector}`, 'nothing', active.join(', ') || 'nothing', active.length === 0);

async function backToBefore(ticket: FaultTicket, cluster: FaultCluster): Promise<Evidence[]> {
  const { roundTripsMs, riseMs } = beforeOf(ticket);
  const now = await roundTrips(cluster);
  return open(roundTripsMs, now, cluster).map(([path, before]) => {
    const after = now[path] ?? Infinity;
    const limit = Math.round(before + Math.max(REST_MIN_MS, REST_MAX * (riseMs[path] ?? 0)));
    return evidence(`round trip ${path}`, `≤ ${limit} ms (before: ${before} ms)`, `${after} ms`, after <= limit);
  });
}

/** On a cluster that was stopped there is no round trip left to measure: what is in force on the host is all. */
async function recover(ticket: FaultTicket, cluster: FaultCluster, limitMs: number): Promise<Evidence[]> {
  const injector = injectorNamed(ticket.injector);
  const injection = injectionOf(ticket);
  let proof: Evidence[] = [];
  let problem: string | undefined;
  const healed = await pollUntil(
    async () => {
      problem = undefined;
      try {
        await injector.clear(injection, cluster);
        const rest = nothingActive(injector.name, await injector.active(injection, cluster));
        const stopped = (await cluster.driver.status(cluster.dir)) === 'stopped';
        proof = [rest, ...(stopped ? [] : await backToBefore(ticket, cluster))];
      } catch (error) {
        problem = String(error);
        throw error;
      }
      return proof.every((p) => p.ok) ? true : undefined;
    },
    { limitMs, everyMs: 500 },
  );
  if (healed === true) return proof;
  const bad = proof.filter((p) => !p.ok).map((p) => `${p.what}: expected ${p.expected}, got ${p.observed}`);
  throw new ChaosError('RECOVER_FAILED', `network-delay not over within ${limitMs} ms: ${problem ?? bad.join('; ')}`);
}

/** Slows the cluster's network; over when nothing of it is in force and every round trip is back, but for what a busy host adds. */
export const networkDelay: Fault = {
  kind: 'network-delay',
  targetKind: 'interface',
  recoveryBlame: 'equipment',
  params,
  holds: () => 'network',
  about: {
    does: 'Delays the traffic of the brokers by `delay_ms` ± `jitter_ms`, in each direction that the injector controls. `target` is an interface.',
    needs:
      'An injector that can delay on this host, see below. `injector` names one. `auto`, the default, takes the first one that can; the report names it, and says why the others cannot.',
    bites:
      'The round trip rose on every client link and every route by what the injector must add there: twice the delay through proxies and on loopback, once the delay on the egress of one interface. It did not rise where it must not.',
    over: 'The injector has nothing in force. On every path, less than a quarter of the rise is left.',
    survives:
      'The keeper removes the delay at the deadline. A delay on a real interface can outlive its cluster. The keeper then stays until there is proof that the delay is gone.',
  },
  available: ({ dir, driver }) =>
    Promise.resolve(
      driver.network(dir) === undefined ? `driver ${driver.name} has no network that can be delayed` : undefined,
    ),
  plan,
  ...byInjector(injectionOf),
  probe,
  recover,
};
