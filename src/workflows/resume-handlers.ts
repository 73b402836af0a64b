import { ApplicationFailure, condition, log, setHandler } from '@temporalio/workflow';
import { readResume, type Resume } from '../domain/breaker.js';
import { resumeSignal, resumeUpdate } from '../messages/resume.js';
import type { ResetAnswer } from '../messages/cluster-record.js';

/** Where a paused run waits for a human. */
export interface ResumeHandlers {
  /** From now on people may say `resume`. */
  open(): void;
  /** Waits until somebody has said `resume`; wakes with undefined after `limitMs`, and where `isOver`, if nobody has. */
  wait(limitMs: number | undefined, isOver: () => boolean): Promise<Resume | undefined>;
  /** Answers those who wait for what their resume came to. */
  answer(done: ResetAnswer): void;
}

const DESCRIPTION = 'Resumes the runs: {"by": "<your name>", "reason": "<why>"}. Only while the run is paused.';

/**
 * Takes `resume` as a signal and as an update. A signal cannot be answered, so one that is of no use is shown (`warn`) and changes nothing; an
 * update is refused with the reason. The first one counts. `isOpen`: from the start; what was sent before an execution began is taken at once.
 */
export function serveResume(warn: (text: string) => void, isOpen = false): ResumeHandlers {
  let resume: Resume | undefined;
  let done: ResetAnswer | undefined;
  const take = (payload: unknown): string | undefined => {
    if (resume !== undefined) return `the run was already resumed by ${resume.by}: ${resume.reason}`;
    if (!isOpen) return 'the run is not paused: there is nothing to resume';
    const read = readResume(payload);
    return 'problem' in read ? read.problem : undefined;
  };
  const accept = (payload: unknown): void => {
    const read = readResume(payload);
    if (!('problem' in read)) resume = read;
  };
  setHandler(
    resumeSignal,
    (payload) => {
      const problem = take(payload);
      if (problem === undefined) return accept(payload);
      log.warn(`resume refused: ${problem}`);
      warn(`resume refused at ${new Date().toISOString()}: ${problem}`);
    },
    { description: DESCRIPTION },
  );
  setHandler(
    resumeUpdate,
    async (payload) => {
      accept(payload);
      await condition(() => done !== undefined);
      return done as ResetAnswer;
    },
    {
      description: DESCRIPTION,
      validator: (payload) => {
        const problem = take(payload);
        if (problem !== undefined) throw ApplicationFailure.nonRetryable(problem, 'RESUME_REFUSED');
      },
    },
  );
  return {
    open: () => void (isOpen = true),
    wait: async (limitMs, isOver) => {
      const isThere = (): boolean => resume !== undefined || isOver();
      if (limitMs === undefined) await condition(isThere);
      else await condition(isThere, limitMs);
      return resume;
    },
    answer: (answer) => (done = answer),
  };
}
