import type { Count } from './units.js';
import type { VersionName } from './versions.js';

/** What a person asks for: the same rounds on several brokers, in turn. The input of `VersionsWorkflow`. */
export interface VersionsRequest {
  /** Two or more; the same program twice shows the noise. */
  readonly versions: readonly VersionName[];
  /** Of each version. */
  readonly rounds: Count;
  /** Scenarios by name. Absent: the whole catalogue. */
  readonly scenarios?: readonly string[] | undefined;
  /** Absent: those of the config. */
  readonly sdks?: readonly string[] | undefined;
  /** Absolute path of the config on the worker's host. Absent: the worker's own. */
  readonly config?: string | undefined;
  /** `host.id` of the host that plays the series, as in a run's request. */
  readonly host?: string | undefined;
}

export interface PlanVersionsRequest {
  readonly request: VersionsRequest;
  /** When it was asked for, ISO 8601. */
  readonly at: string;
}

/** What is played, resolved from config and request by one activity. */
export interface VersionsPlan {
  /** Id of the series. */
  readonly series: string;
  readonly cluster: string;
  readonly hostQueue: string;
  readonly dataRoot: string;
  readonly configPath: string;
  readonly versions: readonly VersionName[];
  readonly rounds: Count;
  readonly scenarios: readonly string[];
  readonly sdks: readonly string[];
}
