import type { RecordedOutcome } from '../domain/breaker.js';
import type { RunPlan } from '../domain/plan.js';
import type { PublishAnswer } from '../domain/publish.js';
import type { RunResult } from '../domain/report-data.js';
import type { RunProgress } from './progress.js';
import type { AnnounceRequest } from './requests.js';

/** How the run was counted, where its report is to be read, and whether people know. */
export interface Finalized {
  readonly outcome: RecordedOutcome;
  readonly published: PublishAnswer;
  /** What people are told where there is no report. */
  readonly written: NonNullable<AnnounceRequest['written']>;
  readonly shouted: boolean;
}

/** What a paused run takes along when it continues as new. */
export interface PausedRun {
  readonly plan: RunPlan;
  readonly finalized: Finalized;
  readonly result: RunResult;
  readonly progress: RunProgress;
}
