import { monotonicUs, sleepMs } from '../os/clock.js';
import { RemoteError } from '../remote/remote-error.js';
import type { Remote, RemoteFile, RemoteView } from './contract.js';

/** How long what fails is tried again, over all runs of one call. */
export interface Patience {
  readonly firstDelayMs: number;
  readonly endUs: number;
  readonly signal: AbortSignal | undefined;
}

export interface CommitToPush {
  readonly runId: string;
  readonly message: string;
  /** Every file of the commit, on top of what the branch holds. */
  readonly files: (view: RemoteView) => readonly RemoteFile[];
}

type Outcome =
  | { readonly kind: 'pushed' | 'there' }
  | { readonly kind: 'moved'; readonly head: string; readonly why: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Pushers that take turns are through after a few; a branch that moves this often is moved all the time. */
const MOVES_LIMIT = 10;
/** A host may show an old head for a moment; one that shows it three times has another reason to refuse. */
const STUCK_LIMIT = 3;
const LONGEST_DELAY_MS = 15_000;

/**
 * Pushes one run as one commit; false if it is there already. Looks before each attempt, so that a commit whose reply was lost is found
 * and not made twice, and one that lost a race is made again on top of the winner's.
 */
export async function pushCommit(remote: Remote, run: CommitToPush, patience: Patience): Promise<boolean> {
  let failures = 0;
  const heads: string[] = [];
  for (;;) {
    const outcome = await attempt(remote, run);
    switch (outcome.kind) {
      case 'pushed':
      case 'there':
        return outcome.kind === 'pushed';
      case 'failed':
        await waitOrThrow(outcome.error, (failures += 1), patience);
        break;
      case 'moved':
        heads.push(outcome.head);
        checkMoves(heads, outcome.why);
        await sleepMs(patience.firstDelayMs * heads.length * Math.random(), patience.signal);
        break;
      default:
        outcome satisfies never;
    }
  }
}

function checkMoves(heads: readonly string[], why: string): void {
  const last = heads.slice(-STUCK_LIMIT);
  if (last.length === STUCK_LIMIT && new Set(last).size === 1) throw new RemoteError('REMOTE_REFUSED', why);
  if (heads.length >= MOVES_LIMIT)
    throw new RemoteError('REMOTE_CONTENDED', `others moved the branch ${heads.length} times meanwhile: ${why}`);
}

async function attempt(remote: Remote, run: CommitToPush): Promise<Outcome> {
  try {
    const view = await remote.look(run.runId);
    if (view.hasRun) return { kind: 'there' };
    const answer = await remote.commit(view.head, run.files(view), run.message);
    return answer.kind === 'done' ? { kind: 'pushed' } : { ...answer, head: view.head };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** Waits before the next attempt; throws the error on if another one cannot help, or not in time. */
export async function waitOrThrow(error: unknown, failures: number, patience: Patience): Promise<void> {
  if (!(error instanceof RemoteError) || !error.retryable) throw error;
  const delayMs = error.retryAfterMs ?? Math.min(patience.firstDelayMs * 2 ** (failures - 1), LONGEST_DELAY_MS);
  if (monotonicUs() + delayMs * 1000 > patience.endUs) throw error;
  await sleepMs(delayMs, patience.signal);
}
