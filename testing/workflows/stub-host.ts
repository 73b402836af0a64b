import { ApplicationFailure } from '@temporalio/common';
import { createPlanActivities } from '../../src/activities/plan.js';
import { breakerActivities } from '../../src/activities/breaker.js';
import { clusterOwnershipActivities } from '../../src/activities/cluster-ownership.js';
import type { Activities } from '../../src/activities/index.js';
import type { ClientOutcome } from '../../src/domain/client-result.js';
import type { PhaseCollected } from '../../src/messages/collected.js';
import type { ClusterLeft, WriteReportRequest } from '../../src/messages/requests.js';
import { scheduleActivities } from '../../src/activities/schedule.js';
import { createWatchActivities } from '../../src/activities/watch.js';
import { ChaosError, type ErrorCode } from '../../src/domain/errors.js';
import type { RunPlan } from '../../src/domain/plan.js';
import type { ScenarioResult } from '../../src/domain/report-data.js';
import { controlFailuresOf } from '../../src/domain/judge-control.js';
import { isOnlyFormatErrors, judgeRun } from '../../src/domain/judge-run.js';
import { ONE_HOST } from '../activities.js';
import { outcome } from '../values.js';
import { createSignal, stay, type Gate } from './gate.js';

export type ActivityName = keyof Activities;

/** What stands for one host: every activity of the real one, the last call of each kind, and everything that was written down. */
export interface StubHost {
  readonly plan: RunPlan;
  /** Every call in the order in which it began, e.g. `startClients fault`. */
  readonly calls: readonly string[];
  readonly records: readonly ScenarioResult[];
  readonly reports: readonly WriteReportRequest[];
  /** The report as the stub writes it, for a test that does it otherwise now and then. */
  readonly write: Activities['writeReport'];
  /** Resolves when the call has begun; at once if it already has. */
  readonly called: (label: string) => Promise<void>;
  /** Opens every gate, so that nothing stays when a test has failed before it did so. */
  readonly release: () => void;
  readonly perform: (name: ActivityName, input: unknown) => Promise<unknown>;
}

export interface StubOptions {
  /** Activities that behave differently from the stubs of a passing scenario. */
  readonly instead?: Partial<Activities>;
  /** Calls that stay at a gate before they do anything, by label. */
  readonly gates?: Readonly<Record<string, Gate>>;
}

/** A call in one line: the activity, and what tells two calls of it apart. */
export function labelOf(name: string, input: unknown): string {
  const { phase, label, message } = (input ?? {}) as Readonly<
    Record<'phase' | 'label' | 'message', string | undefined>
  >;
  return [name, phase ?? label ?? message].filter((part) => part !== undefined).join(' ');
}

/** What the real activities throw for an expected error that trying again cannot help. */
export const failure = (code: ErrorCode, message: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, code);

/** The real activity, with a config that cannot be used. */
export const invalidConfig = createPlanActivities(() => {
  throw new ChaosError('CONFIG_INVALID', 'cluster.binary: expected a file, got nothing');
}, ONE_HOST).preparePlan;

/** A cluster of three nodes that all live, but for what is given instead. */
export const left = (change: Partial<Extract<ClusterLeft, { error: null }>> = {}): ClusterLeft => ({
  dead: [],
  all: 3,
  ended: null,
  equipmentDied: [],
  ...change,
  error: null,
});

/** What became of a phase's clients, with every guarantee kept. */
export const allKept = (outcomes: readonly ClientOutcome[]): PhaseCollected => ({ outcomes, violated: [], notes: [] });

/** Everything goes well. The ids and times are fixed, so that two recordings differ only where the workflow does. */
function passingActivities(plan: RunPlan, records: ScenarioResult[], reports: WriteReportRequest[]): Activities {
  let faults = 0;
  return {
    ...clusterOwnershipActivities,
    ...breakerActivities,
    ...scheduleActivities,
    publishReport: async () => ({ githubUrl: null, pushError: null, issueError: null }),
    removeOld: async () => undefined,
    announce: async () => undefined,
    announceStart: async () => undefined,
    announceNotice: async () => undefined,
    lookAtSchedule: async () => ({ kind: 'off' }),
    recordUnplanned: createWatchActivities({
      notifiersOf: () => [],
      own: { dataRoot: '/srv/chaos', configPath: '/srv/chaos/config.yml' },
    }).recordUnplanned,
    announceResume: async () => undefined,
    planVersions: () => Promise.reject(new Error('expected a host of a series')),
    compareVersions: () => Promise.reject(new Error('expected a host of a series')),
    preparePlan: async () => plan,
    restorePlan: async () => undefined,
    updateBroker: async () => ({ ok: true, text: 'updated', sha256Before: null, sha256After: null }),
    preCheck: async () => [],
    startCluster: async () => ({ endpoint: '127.0.0.1:1883', dataDirs: ['n1', 'n2', 'n3'] }),
    tendCluster: () => stay(new Promise(() => undefined)),
    stopCluster: async () => undefined,
    deadNodes: async () => left(),
    takeSnapshot: async ({ label }) => ({
      label,
      at: '2026-11-22T00:00:00.000Z',
      file: `snapshots/${label}.json`,
      warnings: [],
      neverLines: [],
      newLogLines: 0,
      figures: { 'n1.connections': 2 },
    }),
    startClients: async () => ({ startedUs: 9_000_000, ready: { go: null, python: null } }),
    stopClients: async () => ({ stoppedUs: 2_500_000 }),
    killClients: async () => 0,
    collectClients: async () => allKept(plan.sdks.map((sdk) => outcome({ sdk }))),
    collectFaultPeriod: async () => ({ figures: [], notes: [] }),
    prepareFault: async () => ({ error: null }),
    planFault: async ({ scenario }) => ({
      faultId: `f-${++faults}`,
      injector: scenario.fault,
      victim: 'n2',
      reason: 'leads nothing',
      recoveryBlame: scenario.target === 'eth0' ? 'equipment' : 'broker',
      error: null,
    }),
    injectFault: async () => ({ injectedAt: '2026-11-22T00:00:01.000Z', injectedUs: 1_000_000, error: null }),
    observeFault: async () => ({ observed: true, bite: [], leaders: [], error: null }),
    holdFault: async () => ({ cutShort: false, error: null }),
    recoverFault: async () => ({
      recoveredAt: '2026-11-22T00:00:02.000Z',
      recoveredUs: 2_000_000,
      recoveredBy: 'workflow',
      healed: [],
      died: [],
      error: null,
    }),
    proveWhole: async () => ({
      recoveredAt: '2026-11-22T00:00:02.500Z',
      recoveredUs: 2_500_000,
      healed: [],
      error: null,
    }),
    hostTime: async () => ({ at: '2026-11-22T00:00:03.000Z', us: 3_000_000 }),
    recordScenario: async ({ result }) => void records.push(result),
    writeReport: async (request) => {
      reports.push(request);
      return reportOf(plan, records, request);
    },
  };
}

function reportOf(plan: RunPlan, records: readonly ScenarioResult[], request: WriteReportRequest) {
  const scenarios = plan.scenarios.flatMap(({ name, core }) => {
    const recorded = records.find((record) => record.scenario.name === name)?.verdict;
    const verdict = recorded ?? request.verdicts.find((other) => other.name === name)?.verdict;
    return verdict === undefined ? [] : [{ name, core, passed: verdict.passed, failures: verdict.failures }];
  });
  const { kind, rules } = plan;
  const { cancelled } = request;
  const runFailures = [...request.runFailures, ...controlFailuresOf(request, rules)];
  return {
    finishedAt: '2026-11-22T00:00:04.000Z',
    ...judgeRun({ kind, planned: plan.scenarios, scenarios, runFailures, cancelled, rules }),
    onlyFormatErrors: isOnlyFormatErrors({
      runFailures,
      scenarios: scenarios.map(({ failures }) => ({ verdict: { failures } })),
    }),
    summary: 'a summary',
    jsonPath: `${plan.runDir}/report.json`,
    markdownPath: `${plan.runDir}/report.md`,
  };
}

/** A host on which every scenario passes, but for what the options change. */
export function createStubHost(plan: RunPlan, { instead = {}, gates = {} }: StubOptions = {}): StubHost {
  const calls: string[] = [];
  const records: ScenarioResult[] = [];
  const reports: WriteReportRequest[] = [];
  const signals = new Map<string, ReturnType<typeof createSignal>>();
  const signalOf = (label: string): ReturnType<typeof createSignal> => {
    const signal = signals.get(label) ?? createSignal();
    signals.set(label, signal);
    return signal;
  };
  const passing = passingActivities(plan, records, reports);
  const activities: Activities = { ...passing, ...instead };
  return {
    plan,
    calls,
    records,
    reports,
    write: passing.writeReport,
    called: (label) => signalOf(label).raised,
    release: () => {
      for (const gate of Object.values(gates)) gate.open();
    },
    perform: async (name, input) => {
      const label = labelOf(name, input);
      calls.push(label);
      signalOf(label).raise();
      await gates[label]?.pass();
      return (activities[name] as (input: unknown) => Promise<unknown>)(input);
    },
  };
}

/** Every activity that a host serves. */
export const ACTIVITY_NAMES = Object.keys(passingActivities({} as RunPlan, [], [])) as ActivityName[];
