import type { BrokerUpdate } from './broker-update.js';
import type { KnownEntry } from './known.js';
import type { Scenario } from './scenario.js';
import type { StartedWith } from './started-with.js';
import type { Count } from './units.js';
import type { VerdictRules } from './verdict.js';

/**
 * A full round of every scenario, which counts; one scenario that a person asked for; or a run of a series, which compares brokers: it is never counted, told or
 * published, is no part of the history, and makes way for every other run.
 */
export const runKinds = ['full', 'single', 'series'] as const;
export type RunKind = (typeof runKinds)[number];

/** What makes a run one of a series. */
export interface InSeries {
  /** The series' workflow. */
  readonly series: string;
  /** The broker under test, as the series calls it. */
  readonly version: string;
  /** Absolute path of its program on the worker's host. */
  readonly binary: string;
  /** Scenarios by name. Absent: the whole catalogue. */
  readonly scenarios?: readonly string[] | undefined;
}

/** What a person, a schedule or another program asks for: the input of `ChaosRunWorkflow`. `{}` is a full run. */
export interface RunRequest {
  /** Scenarios by name: a single-scenario run has one. Absent: the whole catalogue. */
  readonly scenario?: string | undefined;
  /** Absolute path of the config on the worker's host. Absent: the worker's own. */
  readonly config?: string | undefined;
  /** `host.id` of the host that plans the run: the path is one of its files. Absent: the only host that there is. */
  readonly host?: string | undefined;
  /** SDKs to run. Absent: those of the config. */
  readonly sdks?: readonly string[] | undefined;
  /** Absent: the run stands for itself. */
  readonly inSeries?: InSeries | undefined;
}

/** Whether a subscriber's session outlives its connection. */
export const subscriberSessions = ['persistent', 'clean'] as const;
export type SubscriberSession = (typeof subscriberSessions)[number];

/** Load of one phase, for every SDK. */
export interface LoadPlan {
  readonly messages: Count;
  readonly ratePerSecond: number;
  readonly payloadBytes: Count;
  /** Absent: persistent. A report says so where it is clean, since an outage of the subscriber alone can lose messages then. */
  readonly subscriberSession?: SubscriberSession;
  /** Of a crowd. Absent: the client's own number. */
  readonly connections?: Count;
}

/** Every duration of a run, in ms. */
export interface TimingPlan {
  /** From proved recovery to validation. 60,000 in production; anything shorter marks the report. */
  readonly healWaitMs: number;
  /** From inject to recover. */
  readonly faultWindowMs: number;
  /** A fault that nobody renews any more is ended this long after its window. */
  readonly faultGraceMs: number;
  /** Clients publish this long before the inject. */
  readonly leadInMs: number;
  /** A recovery that takes longer is an error. */
  readonly recoveryBudgetMs: number;
  /** A fault must be seen to bite within this. */
  readonly observeBudgetMs: number;
  /** A client that outlives this is ended: `timeout`. */
  readonly clientLimitMs: number;
  /** A cluster without a worker for this long is stopped by its keeper. */
  readonly leaseMs: number;
}

/** Everything a run needs to know, resolved from config and request by one activity, so that history shows what was run. */
export interface RunPlan {
  /** See `format.ts`; absent in plans of 0.1.0, and in those read from a file, which was checked then. */
  readonly format?: number;
  readonly runId: string;
  readonly kind: RunKind;
  readonly cluster: string;
  readonly driver: string;
  readonly hostQueue: string;
  readonly scenarios: readonly Scenario[];
  readonly sdks: readonly string[];
  /** SDKs of the config that this run leaves out: the matrix is then incomplete, and the report says so. */
  readonly sdksLeftOut: readonly string[];
  readonly load: LoadPlan;
  readonly timing: TimingPlan;
  readonly rules: VerdictRules;
  /** Folders on the worker's host: of this run, of the cluster's state, of the SDK clients. */
  readonly runDir: string;
  readonly clusterDir: string;
  readonly sdkRoot: string;
  /** Absent: the run stands for itself. */
  readonly inSeries?: InSeries | undefined;
  /** Script that every SDK runs, without `.sh`. */
  readonly workload: string;
  readonly nodeCount: Count;
  /** How the nodes of an embedded cluster reach each other. */
  readonly network: 'proxies' | 'namespaces';
  /** The broker's program on the worker's host; undefined where the driver brings its own. */
  readonly binary?: string | undefined;
  /** Brings a newer broker before this run starts it; absent: the broker is used as it is. */
  readonly update?: BrokerUpdate;
  /** By scenario: what its fault needs that its cluster was started with, so that it gets one of its own. Absent: none needs anything. */
  readonly startedWith?: Readonly<Record<string, StartedWith>>;
  /** Parts of log lines that must never appear. */
  readonly neverLines: readonly string[];
  /** Parts of loud log lines that are usual near a kill or a start; absent in runs of older versions. */
  readonly benignLines?: readonly string[] | undefined;
  /** Failures that people know of; absent: the config has no list of them. */
  readonly known?: readonly KnownEntry[] | undefined;
  /** Whether a run with nothing but known failures is told only if something in it is new or gone. Absent: every such run is told. */
  readonly knownIsTold?: 'on_change' | 'always' | undefined;
  readonly configPath: string;
  readonly configSha256: string;
  readonly timeZone: string;
  /** Somebody outside is told that a round has started; absent in plans of 0.1.0. */
  readonly tellsStart?: boolean;
  /** Search attributes that the namespace does not have and nobody here may add: they are not set. Absent: it has all. */
  readonly missingAttributes?: readonly string[];
  /** Said at the head of the report, e.g. that `ROBUSTMQ_HOME` is not set. */
  readonly warnings: readonly string[];
}

/** What an activity needs to find a run's plan on its host (`plan.json`): small, since every activity's input stands in history. */
export interface RunRef {
  readonly runId: string;
  readonly runDir: string;
}

/** The heal wait of the seed; a plan with less is no real verdict. */
export const PRODUCTION_HEAL_WAIT_MS = 60_000;
