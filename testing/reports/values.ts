import type { GuaranteeResult } from '../../src/domain/guarantees/guarantee.js';
import type { FaultPeriodFigures } from '../../src/domain/ledger.js';
import type { PeriodBorder } from '../../src/domain/periods.js';
import type { RunPlan } from '../../src/domain/plan.js';
import type { FaultRecord } from '../../src/domain/fault-record.js';
import type { RunData, ScenarioResult, SnapshotSummary } from '../../src/domain/report-data.js';
import type { Scenario } from '../../src/domain/scenario.js';
import { controlFailuresOf } from '../../src/domain/judge-control.js';
import { judgeRun } from '../../src/domain/judge-run.js';
import { judgeScenario, lostInFaultOf } from '../../src/domain/judge-scenario.js';
import { judgeSdk } from '../../src/domain/judge-sdk.js';
import type { ClientOutcome } from '../../src/domain/client-result.js';
import { catalogue, outcome, rules } from '../values.js';

export const plan: RunPlan = {
  runId: 'chaos-run-local-1',
  kind: 'full',
  cluster: 'local',
  driver: 'nats',
  hostQueue: 'host-local',
  scenarios: catalogue,
  sdks: ['go', 'rust'],
  sdksLeftOut: [],
  load: { messages: 1000, ratePerSecond: 50, payloadBytes: 256 },
  timing: {
    healWaitMs: 60_000,
    faultWindowMs: 30_000,
    faultGraceMs: 30_000,
    leadInMs: 3000,
    recoveryBudgetMs: 60_000,
    observeBudgetMs: 25_000,
    clientLimitMs: 120_000,
    leaseMs: 600_000,
  },
  rules,
  runDir: '/data/runs/chaos-run-local-1',
  clusterDir: '/data/clusters/local',
  sdkRoot: '/sdk_clients',
  workload: 'basic-pubsub',
  nodeCount: 3,
  network: 'proxies',
  neverLines: ['panic:'],
  configPath: '/config/default.yml',
  configSha256: 'abcdef0123456789',
  timeZone: 'Asia/Shanghai',
  warnings: [],
};

const fault: FaultRecord = {
  recoveryBlame: 'broker',
  faultId: 'f-1',
  injector: 'sigkill',
  victim: 'n2',
  reason: 'n2 leads 3 of 3 groups',
  injectedAt: '2026-11-22T12:00:00.000Z',
  injectedUs: 1_000_000,
  recoveredAt: '2026-11-22T12:00:32.500Z',
  recoveredUs: 33_500_000,
  injectError: null,
  observed: true,
  bite: [{ what: 'process 41 of n2', expected: 'gone', observed: 'gone', ok: true }],
  leaders: [{ group: 'meta', from: 'n2', to: 'n3', seconds: 4.25, termFrom: 2, termTo: 5 }],
  cutShort: false,
  recoverError: null,
  healed: [{ what: 'cluster', expected: 'every node in', observed: 'every node in', ok: true }],
  cleanup: null,
};

export const figures = (change: Partial<FaultPeriodFigures> = {}): FaultPeriodFigures => ({
  sdk: 'go',
  planned: 1500,
  acked: 1490,
  received: 1490,
  longestNoAckMs: 4321,
  longestNoReceiptMs: 4567,
  ackedLost: 0,
  ackedLostSeqs: [],
  unconfirmed: 10,
  duplicates: 3,
  p50Ms: 1.5,
  p99Ms: 900,
  maxMs: 4600,
  disconnects: 2,
  ...change,
});

export const snapshot = (change: Partial<SnapshotSummary> = {}): SnapshotSummary => ({
  label: 'baseline',
  at: '2026-11-22T11:59:00.000Z',
  file: 'snapshots/baseline.json',
  warnings: [],
  neverLines: [],
  newLogLines: 0,
  figures: {},
  ...change,
});

interface ScenarioChange {
  readonly fault?: Partial<FaultRecord>;
  readonly validation?: readonly ClientOutcome[];
  readonly faultPeriod?: readonly FaultPeriodFigures[];
  readonly borders?: readonly PeriodBorder[];
  readonly withoutLedger?: readonly ClientOutcome[];
  readonly snapshots?: readonly SnapshotSummary[];
  readonly guarantees?: readonly GuaranteeResult[];
}

/** These clients planned what they were asked for. */
const askedOf = ({ result: said }: ClientOutcome): number => said?.planned ?? 1000;

/** A scenario's result, judged by the program's own functions. */
export function result(scenario: Scenario, change: ScenarioChange = {}): ScenarioResult {
  const record = { ...fault, ...change.fault };
  const validation = change.validation ?? [outcome({ sdk: 'go' }), outcome({ sdk: 'rust' })];
  const faultPeriod = change.faultPeriod ?? [figures()];
  const sdkVerdicts = validation.map((o) => judgeSdk(o, rules, askedOf(o)));
  return {
    scenario,
    startedAt: '2026-11-22T11:59:00.000Z',
    finishedAt: '2026-11-22T12:02:00.000Z',
    verdict: judgeScenario({
      fault: record,
      verdicts: sdkVerdicts,
      lostInFault: lostInFaultOf({ ...change, faultPeriod }),
      deadNodes: [],
      clusterEnded: null,
      equipmentDied: [],
      brokersUnknown: null,
      rules,
    }),
    sdkVerdicts,
    fault: record,
    ...(change.borders === undefined ? {} : { borders: change.borders }),
    faultPeriod,
    withoutLedger: change.withoutLedger ?? [],
    validation,
    ...(change.guarantees === undefined ? {} : { guarantees: change.guarantees }),
    healWaitSeconds: 60.01,
    snapshots: change.snapshots ?? [snapshot()],
    notes: [],
    deadNodes: [],
  };
}

/** A run's data, judged by the program's own functions; every scenario passed unless given otherwise. */
export function runData(change: Partial<RunData> = {}): RunData {
  const usedPlan = change.plan ?? plan;
  const scenarios = change.scenarios ?? usedPlan.scenarios.map((s) => result(s));
  const runFailures = change.runFailures ?? [];
  const control = change.control ?? [outcome({ sdk: 'go', result: { p99_ms: 5 } }), outcome({ sdk: 'rust' })];
  const judged = scenarios.map((s) => ({ name: s.scenario.name, core: s.scenario.core, ...s.verdict }));
  const cancelled = change.headline === 'CANCELLED';
  const controlVerdicts = control.map((o) => judgeSdk(o, rules, askedOf(o)));
  const controlFailures = controlFailuresOf({ control, controlVerdicts, runFailures }, usedPlan.rules);
  const verdict = judgeRun({
    kind: usedPlan.kind,
    planned: usedPlan.scenarios,
    scenarios: judged,
    runFailures: [...runFailures, ...controlFailures],
    cancelled,
    rules,
  });
  return {
    runId: usedPlan.runId,
    workflowId: usedPlan.runId,
    startedAt: '2026-11-22T11:58:00.000Z',
    finishedAt: '2026-11-22T12:10:04.000Z',
    plan: usedPlan,
    ...verdict,
    endpoint: '127.0.0.1:1',
    dataDirs: [],
    control,
    controlVerdicts,
    runFailures,
    controlFailures,
    scenarios,
    endSnapshot: snapshot({ label: 'end' }),
    losses: [],
    notes: [],
    versions: { 'nats-server': 'v2.15.1' },
    ...change,
  };
}
