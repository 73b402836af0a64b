import type { LoadPlan, RunPlan, TimingPlan } from './plan.js';
import { longestMs, type Scenario } from './scenario.js';

/** What the room that a run needs follows from. */
export interface RoomFacts {
  readonly load: Pick<LoadPlan, 'messages' | 'ratePerSecond' | 'payloadBytes'>;
  readonly timing: Pick<TimingPlan, 'leadInMs' | 'faultWindowMs' | 'recoveryBudgetMs'>;
  readonly nodeCount: number;
  readonly sdks: Pick<RunPlan['sdks'], 'length'>;
  readonly scenarios: RunPlan['scenarios'];
  readonly startedWith?: RunPlan['startedWith'];
}

const MB = 1_048_576;
/** Logs, configs, the report, and what the embedded server notes. */
const FIXED_BYTES = 10 * MB;
/** Snapshots of metrics and logs, and charts. */
const SCENARIO_BYTES = MB;
const NODE_BYTES = MB;
/** An empty disk of a node: its journal, and what the file system notes. */
const DISK_BYTES = 24 * MB;
/** What a broker keeps beside the payload of a message. */
const BROKER_BYTES = 64;
/** A row of a client's ledger, before it is packed. */
const LEDGER_BYTES = 160;

/** How many bytes a run may write: what every broker keeps of each message, and every ledger. Meant to be too much rather than too little. */
export function roomForRun({ load, timing, nodeCount, sdks, scenarios, startedWith = {} }: RoomFacts): number {
  const messagesIn = (scenario: Scenario): number => {
    const faultMs = timing.leadInMs + longestMs(scenario, { ...timing, observeBudgetMs: 0 });
    return load.messages + Math.ceil((faultMs / 1000) * load.ratePerSecond);
  };
  const perSdk = load.messages + scenarios.reduce((sum, scenario) => sum + messagesIn(scenario), 0);
  const messages = sdks.length * perSdk;
  const perMessage = nodeCount * (load.payloadBytes + BROKER_BYTES) + LEDGER_BYTES;
  const disks = nodeCount * Object.values(startedWith).filter(({ disks: own }) => own !== undefined).length;
  return (
    disks * DISK_BYTES +
    FIXED_BYTES +
    nodeCount * NODE_BYTES +
    scenarios.length * SCENARIO_BYTES +
    messages * perMessage
  );
}
