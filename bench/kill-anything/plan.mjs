// What one case does: which fault, who is killed, and when. All of it follows from the seed.

import { pick, randomOf } from './random.mjs';

export const VICTIMS = ['worker', 'keeper', 'toxiproxy', 'server', 'command', 'broker', 'client'];

const scenario = (name, fault, target, params) => ({ name, fault, target, params, core: true, priority: 'P0' });

const SCENARIOS = [
  scenario('kill-follower', 'broker-kill', 'robustmq-server', { victim: 'follower' }),
  scenario('kill-leader', 'broker-kill', 'robustmq-server', { victim: 'leader' }),
  scenario('pause-leader', 'broker-pause', 'robustmq-server', { victim: 'leader' }),
  scenario('delay', 'network-delay', 'eth0', { delay_ms: 60 }),
  scenario('partition', 'network-partition', 'robustmq-server', { victim: 'follower' }),
];

/** Moments that are looked for on disk, and how long after each a kill may come, in ms. */
const MOMENTS = [
  ['cluster', 6000],
  ['planned', 300],
  ['injecting', 300],
  ['injected', 6000],
  ['recovered', 500],
  ['recovered', 9000],
];

/**
 * @param {string} seed
 * @param {number} number of the case, from 1
 */
export function planCase(seed, number) {
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
    /** A short lease lets the keeper stop the cluster before the fault's deadline, a long one after it. */
    leaseSeconds: pick(random, [6, 40]),
    random,
  };
}
