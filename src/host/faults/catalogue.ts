// Every fault. A new one is one file and one line here.
export { brokerCrashLoop } from './broker-crash-loop.js';
export { brokerKill } from './broker-kill.js';
export { brokerPause } from './broker-pause.js';
export { brokerRestart } from './broker-restart.js';
export { clusterRestart } from './cluster-restart.js';
export { connectionStall } from './connection-stall.js';
export { cpuStarved } from './cpu-starved.js';
export { diskFull } from './disk-full.js';
export { fdLimit } from './fd-limit.js';
export { leaderRebalance } from './leader-rebalance.js';
export { majorityKill } from './majority-kill.js';
export { memoryLimit } from './memory-limit.js';
export { networkDelay } from './network-delay.js';
export { networkPartition } from './network-partition.js';
export { none } from './none.js';
export { powerLoss } from './power-loss.js';
