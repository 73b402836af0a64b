import type { BrokerUpdated } from './broker-update.js';
import type { Change } from './changes.js';
import type { ClientOutcome } from './client-result.js';
import type { CrowdFigures } from './crowd.js';
import type { FaultRecord } from './fault-record.js';
import type { EntryRecord } from './fault-rows.js';
import type { GuaranteeResult } from './guarantees/guarantee.js';
import type { KnownVerdict } from './known.js';
import type { FaultPeriodFigures } from './ledger.js';
import type { Loss } from './losses.js';
import type { PeriodBorder } from './periods.js';
import type { RunPlan } from './plan.js';
import type { PublishAnswer } from './publish.js';
import type { Scenario } from './scenario.js';
import type { Headline, ScenarioStatus, SdkStatus } from './status.js';
import type { Count, IsoTime, Percent } from './units.js';
import type { Failure, ScenarioVerdict, SdkVerdict } from './verdict.js';

/** Snapshot of the cluster: what stands in files, in short. */
export interface SnapshotSummary {
  readonly label: string;
  readonly at: string;
  /** File with the full metrics, relative to the run's folder. */
  readonly file: string;
  readonly warnings: readonly string[];
  /** Log lines that must never appear, since the last snapshot: `node: line`. */
  readonly neverLines: readonly string[];
  readonly newLogLines: Count;
  /** A few figures per node to compare, e.g. `n1.connections`. */
  readonly figures: Readonly<Record<string, number>>;
}

/** One scenario as it went: everything the report and the verdict rest on. Bigger things stay in files. */
export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly startedAt: IsoTime;
  readonly finishedAt: IsoTime;
  readonly verdict: ScenarioVerdict;
  readonly sdkVerdicts: readonly SdkVerdict[];
  /** All faults of the scenario as one: see `fault-rows.ts`. */
  readonly fault: FaultRecord;
  /** Each fault of a timeline by itself. Absent: there was one, or an earlier version. */
  readonly faults?: readonly EntryRecord[];
  readonly faultPeriod: readonly FaultPeriodFigures[];
  /** By which the losses of the fault period's clients are counted; absent in records of 0.1.0. */
  readonly borders?: readonly PeriodBorder[];
  /** Clients of the fault period that left no ledger: what they lost, they alone say. Absent in records of 0.1.0. */
  readonly withoutLedger?: readonly ClientOutcome[];
  readonly validation: readonly ClientOutcome[];
  /** What each guarantee came to, in the fault period and in the validation. Absent in records of earlier versions. */
  readonly guarantees?: readonly GuaranteeResult[];
  /** How long the crowd of each SDK was away in the fault period. Absent: of another workload, where nothing was injected, and in records of earlier versions. */
  readonly crowd?: readonly CrowdFigures[];
  /** From proved recovery (or the cleanup) to the start of the validation clients, by the host's clock. */
  readonly healWaitSeconds: number | null;
  readonly snapshots: readonly SnapshotSummary[];
  /** Things that did not go as planned and did not stop the flow. */
  readonly notes: readonly string[];
  /** Node ids that died by themselves during the fault (and were started again), or were dead when the scenario ended. */
  readonly deadNodes: readonly string[];
  /** Why the cluster was ended under the scenario by the test's own equipment: then nothing in it says anything about the broker. */
  readonly clusterEnded?: string | null;
  /** What of the test's own equipment died or did not work since the clients of the fault period: then no failure in it is blamed on the broker. */
  readonly equipmentDied?: readonly string[];
  /** Why nobody could tell, when the scenario ended, which brokers lived: then nothing is said about them. */
  readonly brokersUnknown?: string | null;
}

/** Everything a run leaves behind, and the only input of every report. */
export interface RunData {
  readonly runId: string;
  readonly workflowId: string;
  readonly startedAt: IsoTime;
  readonly finishedAt: IsoTime;
  readonly plan: RunPlan;
  readonly headline: Headline;
  readonly runPassed: boolean;
  readonly passRatePercent: Percent;
  readonly endpoint: string | null;
  readonly dataDirs: readonly string[];
  readonly control: readonly ClientOutcome[];
  readonly controlVerdicts: readonly SdkVerdict[];
  /** What each guarantee came to in the control run. Absent in records of earlier versions. */
  readonly controlGuarantees?: readonly GuaranteeResult[];
  /** Failures that belong to no scenario. */
  readonly runFailures: readonly Failure[];
  /** Failures of the broker in the control run that count, by `verdict.control` or `verdict.durability`. Absent in runs of 0.1.0: none counted. */
  readonly controlFailures?: readonly Failure[];
  readonly scenarios: readonly ScenarioResult[];
  /** Of the cluster as the last scenario left it; null if the run did not come that far. */
  readonly endSnapshot: SnapshotSummary | null;
  /** Every message that was acknowledged and never received, by name; from the ledgers. */
  readonly losses: readonly Loss[];
  readonly notes: readonly string[];
  /** What became of `cluster.update`. Absent where the config has none, or the run did not come that far. */
  readonly brokerUpdate?: BrokerUpdated;
  /** What is new, what is known, and what is gone. Absent where the config has no list of known failures. */
  readonly known?: KnownVerdict;
  /** Figures of which this run showed that they have changed, against the history of its cluster then. Absent: none, or an older version. */
  readonly changes?: readonly Change[];
  readonly versions: Readonly<Record<string, string>>;
}

/** The file `report.json`. Times are ISO 8601 with the offset of the config's time zone; `pass_rate` is in whole percent. */
export interface ReportFile {
  readonly schema: 'robustmq-chaos-report/1';
  readonly run_id: string;
  readonly started_at: IsoTime;
  readonly finished_at: IsoTime;
  readonly headline: Headline;
  readonly run_passed: boolean;
  readonly pass_rate: Percent;
  readonly scenarios: readonly {
    readonly name: string;
    readonly core: boolean;
    readonly passed: boolean;
    readonly status: ScenarioStatus;
    /** Of the validation; counts are null where the client gave no result. */
    readonly sdks: readonly {
      readonly sdk: string;
      readonly passed: boolean;
      readonly status: SdkStatus;
      readonly sent: Count | null;
      readonly received: Count | null;
      readonly lost: Count | null;
      readonly p99_ms: number | null;
      readonly duration_seconds: number;
      readonly errors: readonly string[];
    }[];
  }[];
  readonly details: RunData;
}

/** What a closed run returns, small enough for history and for `--json`. */
export interface RunResult extends PublishAnswer {
  readonly runId: string;
  readonly headline: Headline;
  readonly runPassed: boolean;
  readonly passRatePercent: number;
  readonly scenarios: readonly { readonly name: string; readonly passed: boolean; readonly status: string }[];
  /** Of the run that holds the cluster, where this one was refused. */
  readonly refusedBy: string | null;
  readonly summary: string;
  readonly jsonPath: string | null;
  readonly markdownPath: string | null;
}
