import type { RunPlan } from '../../src/domain/plan.js';
import { catalogue, rules } from '../values.js';

/** Long enough that no test sees its end: what waits for it is broken off by the test. */
export const FOR_EVER_MS = 3_600_000;

/** A plan with the seed's catalogue and waits of milliseconds. */
export function planWith(change: Partial<RunPlan> = {}, timing: Partial<RunPlan['timing']> = {}): RunPlan {
  return {
    runId: 'run',
    kind: 'full',
    cluster: 'cluster-under-test',
    driver: 'nats',
    hostQueue: 'chaos',
    scenarios: catalogue,
    sdks: ['go', 'python'],
    sdksLeftOut: [],
    load: { messages: 1000, ratePerSecond: 50, payloadBytes: 256 },
    timing: {
      healWaitMs: 120,
      faultWindowMs: 40,
      faultGraceMs: 1000,
      leadInMs: 20,
      recoveryBudgetMs: 1000,
      observeBudgetMs: 1000,
      clientLimitMs: 1000,
      leaseMs: 30_000,
      ...timing,
    },
    rules,
    runDir: '/srv/chaos/runs/run',
    clusterDir: '/srv/chaos/clusters/cluster-under-test',
    sdkRoot: '/srv/chaos/sdk_clients',
    workload: 'chaos_load',
    nodeCount: 3,
    network: 'proxies',
    neverLines: ['panic'],
    configPath: '/srv/chaos/config.yml',
    configSha256: '0'.repeat(64),
    timeZone: 'Asia/Shanghai',
    warnings: [],
    ...change,
  };
}

export const [killSingle, networkDelay, leaderTransfer] = catalogue as [
  (typeof catalogue)[number],
  (typeof catalogue)[number],
  (typeof catalogue)[number],
];
