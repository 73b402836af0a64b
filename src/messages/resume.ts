import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ResetAnswer } from './cluster-record.js';

/** Why a run is paused, and how it goes on. */
export interface RunPause {
  readonly since: string;
  readonly consecutiveFailures: number;
  readonly byRuns: readonly string[];
  /** The commands and the payload, ready to copy. */
  readonly howToResume: ResumeHelp;
}

export interface ResumeHelp {
  readonly command: string;
  readonly temporal: string;
  readonly signal: string;
  readonly payload: string;
}

/**
 * A paused run's end: `{"by": "<name>", "reason": "<why>"}`. A signal for the Web UI and `temporal workflow signal`, an update (which answers) for
 * this program's own command. The payload comes from a person's hands, so it may be anything.
 */
export const resumeSignal = defineSignal<[unknown]>('resume');
export const resumeUpdate = defineUpdate<ResetAnswer, [unknown]>('resume');
