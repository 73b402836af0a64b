import type { LoadPlan, RunPlan, TimingPlan } from './plan.js';

/** What the room that a run needs follows from. */
export interface RoomFacts {
  readonly load: Pick<LoadPlan, 'messages' | 'ratePerSecond' | 'payloadBytes'>;
  readonly timing: Pick<TimingPlan, 'leadInMs' | 'faultWindowMs' | 'recoveryBudgetMs'>;
  readonly nodeCount: number;
  readonly sdks: Pick<RunPlan['sdks'], 'length'>;
  readonly scenarios: Pick<RunPlan['scenarios'], 'length'>;
}

const MB = 1_048_576;
/** Logs, configs, the report, and what the embedded server notes. */
const FIXED_BYTES = 10 * MB;
/** Snapshots of metrics and logs, and charts. */
const SCENARIO_BYTES = MB;
const NODE_BYTES = MB;
/** What a broker keeps beside the payload of a message. */
const BROKER_BYTES = 64;
/** A row of a client's ledger, before it is packed. */
const LEDGER_BYTES = 160;

/** How many bytes a run may write: what every broker keeps of each message, and every ledger. Meant to be too much rather than too little. */
export function roomForRun({ load, timing, nodeCount, sdks, scenarios }: RoomFacts): number {
  const faultSeconds = (timing.leadInMs + timing.faultWindowMs + timing.recoveryBudgetMs) / 1000;
  const perScenario = load.messages + Math.ceil(faultSeconds * load.ratePerSecond);
  const messages = sdks.length * (load.messages + scenarios.length * perScenario);
  const perMessage = nodeCount * (load.payloadBytes + BROKER_BYTES) + LEDGER_BYTES;
  return FIXED_BYTES + nodeCount * NODE_BYTES + scenarios.length * SCENARIO_BYTES + messages * perMessage;
}
