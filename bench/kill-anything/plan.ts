// What one case does: which fault, who is killed, and when. All of it follows from the seed.

import type { Scenario } from '../../src/domain/scenario.js';
import { pick, randomOf, type Random } from '../random.js';

const VICTIMS = ['worker', 'keeper', 'toxiproxy', 'server', 'command', 'broker', 'client'] as const;
export type Victim = (typeof VICTIMS)[number];

const scenario = (name: string, fault: string, target: string, params: Scenario['params']): Scenario => ({
  name,
  fault,
  target,
  params,
  core: true,
  priority: 'P0',
});

const SCENARIOS = [
  scenario('kill-follower', 'broker-kill', 'robustmq-server', { victim: 'follower' }),
  scenario('kill-leader', 'broker-kill', 'robustmq-server', { victim: 'leader' }),
  scenario('pause-leader', 'broker-pause', 'robustmq-server', { victim: 'leader' }),
  scenario('delay', 'network-delay', 'eth0', { delay_ms: 60 }),
  scenario('partition', 'network-partition', 'robustmq-server', { victim: 'follower' }),
];

/**
 * What is done at the moment of a case.
 * - kill: SIGKILL to the victims.
 * - pause: SIGSTOP to the victim for 20 s, as on a machine that is suspended or swaps.
 * - clock-step: the wall clock of every Node process of ours is an hour off from then on.
 * - taken-port: the victim is killed, and somebody else listens on its port at once.
 * - disk-full: no byte can be written to the data folder for 20 s.
 */
export type Harm = 'kill' | 'pause' | 'clock-step' | 'taken-port' | 'disk-full';

/** Who can be paused: what is ours, and acts by itself. */
const PAUSED: readonly Victim[] = ['worker', 'keeper', 'server'];

/** The cluster is up, or the ticket's state. */
export type Moment = 'cluster' | 'planned' | 'injecting' | 'injected' | 'recovered';

/** Moments that are looked for on disk, and how long after each a kill may come, in ms. */
const MOMENTS: readonly (readonly [Moment, number])[] = [
  ['cluster', 6000],
  ['planned', 300],
  ['injecting', 300],
  ['injected', 6000],
  ['recovered', 500],
  ['recovered', 9000],
];

export interface CasePlan {
  readonly name: string;
  readonly scenario: Scenario;
  readonly sdk: string;
  readonly harm: Harm;
  readonly victims: readonly Victim[];
  readonly moment: Moment;
  readonly afterMs: number;
  /** A short lease lets the keeper stop the cluster before the fault's deadline, a long one after it. */
  readonly leaseSeconds: number;
  readonly random: Random;
}

/** A third of the cases are no kill. Drawn from a seed of its own, so that the kills of a seed stay what they are. */
function otherHarm(seed: string, number: number): Pick<CasePlan, 'harm' | 'victims'> | undefined {
  const random = randomOf(`${seed}/${number}/harm`);
  if (random() > 1 / 3) return undefined;
  const harm = pick(random, ['pause', 'clock-step', 'taken-port', 'disk-full'] as const);
  if (harm === 'pause') return { harm, victims: [pick(random, PAUSED)] };
  return { harm, victims: harm === 'taken-port' ? ['toxiproxy'] : [] };
}

/** @param number of the case, from 1 */
export function planCase(seed: string, number: number): CasePlan {
  const random = randomOf(`${seed}/${number}`);
  const [moment, spanMs] = pick(random, MOMENTS);
  const afterMs = Math.floor(random() * spanMs);
  const first = pick(random, VICTIMS);
  // A third of the cases kill two at once.
  const second =
    random() < 1 / 3
      ? pick(
          random,
          VICTIMS.filter((victim) => victim !== first),
        )
      : undefined;
  return {
    name: `${seed}/${number}`,
    scenario: pick(random, SCENARIOS),
    sdk: pick(random, ['go', 'rust']),
    ...(otherHarm(seed, number) ?? { harm: 'kill', victims: second === undefined ? [first] : [first, second] }),
    moment,
    afterMs,
    leaseSeconds: pick(random, [6, 40]),
    random,
  };
}
