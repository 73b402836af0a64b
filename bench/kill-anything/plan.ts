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
  readonly victims: readonly Victim[];
  readonly moment: Moment;
  readonly afterMs: number;
  /** A short lease lets the keeper stop the cluster before the fault's deadline, a long one after it. */
  readonly leaseSeconds: number;
  readonly random: Random;
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
    victims: second === undefined ? [first] : [first, second],
    moment,
    afterMs,
    leaseSeconds: pick(random, [6, 40]),
    random,
  };
}
