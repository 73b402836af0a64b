import { brokerKill } from './broker-kill.js';
import type { Fault } from './contract.js';
import { networkDelay } from './network-delay.js';

/** Every fault. A new one is one file and one line here. */
export const faults: readonly Fault[] = [brokerKill, networkDelay];
