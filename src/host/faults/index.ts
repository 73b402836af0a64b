import { brokerKill } from './broker-kill.js';
import { brokerPause } from './broker-pause.js';
import type { Fault } from './contract.js';
import { leaderRebalance } from './leader-rebalance.js';
import { majorityKill } from './majority-kill.js';
import { networkDelay } from './network-delay.js';
import { networkPartition } from './network-partition.js';
import { none } from './none.js';

/** Every fault. A new one is one file and one line here. */
export const faults: readonly Fault[] = [
  brokerKill,
  majorityKill,
  brokerPause,
  leaderRebalance,
  networkDelay,
  networkPartition,
  none,
];
