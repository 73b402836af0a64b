import { defineQuery } from '@temporalio/workflow';
import type { Headline } from '../domain/status.js';
import type { Count } from '../domain/units.js';
import type { VersionsComparison } from '../domain/versions.js';
import type { VersionsPlan, VersionsRequest } from '../domain/versions-plan.js';

/** One run that has ended. */
export interface VersionsRun {
  /** Index of its version. */
  readonly version: Count;
  /** From 1. */
  readonly round: Count;
  readonly workflowId: string;
  readonly runId: string;
  readonly headline: Headline;
  readonly summary: string;
}

export interface CompareVersionsRequest {
  readonly plan: VersionsPlan;
  readonly runs: readonly Pick<VersionsRun, 'version' | 'round' | 'runId' | 'headline'>[];
}

/** What the runs so far say, in short; the rest stands in the files. */
export interface VersionsCompared {
  /** One line. */
  readonly answer: string;
  readonly worse: boolean;
  /** Nothing can be said. */
  readonly undecided: boolean;
  readonly jsonPath: string;
  readonly markdownPath: string;
}

/** `versions.json` of a series. */
export interface StoredComparison {
  readonly series: string;
  readonly plan: VersionsPlan;
  readonly comparison: VersionsComparison;
}

/** The run that is played. */
export interface PlayedNow extends Pick<VersionsRun, 'version' | 'round' | 'workflowId'> {
  /** Why it could not be played at the last try; it is tried again. */
  readonly refused?: string;
}

/** The answer of the query `progress`, and the result. */
export interface VersionsProgress {
  readonly request: VersionsRequest;
  readonly plan: VersionsPlan | null;
  readonly runs: readonly VersionsRun[];
  readonly current: PlayedNow | null;
  readonly compared: VersionsCompared | null;
  /** A person has ended it before its last run. */
  readonly cancelled: boolean;
  /** Why the runs could not be compared the last time, if so. */
  readonly problem: string | null;
}

export const versionsProgressQuery = defineQuery<VersionsProgress>('progress');
