import { join } from 'node:path';
import { Piscina } from 'piscina';
import { installRoot } from '../host/os/tools.js';
import type { JobAnswer, JobName, Jobs } from './jobs.js';
import { unpack } from './packed-error.js';

/** A ledger of 100,000 messages needs about 30 MB; the report of a scenario holds those of all its clients. */
const MOST_HEAP_MB = 2048;
/** A thread that nobody needs ends after this long: it keeps no memory. */
const IDLE_MS = 5000;

let pool: Piscina | undefined;
/** The end of the job before, however it ends. The pool's own queue would forget what waits in it when the thread before is ended or dies. */
let before: Promise<unknown> = Promise.resolve();

/**
 * Does a job in a thread beside the worker's own, which has to heartbeat and to poll meanwhile. One job after another: each may need much memory.
 * The signal ends a job where it stands.
 */
export async function inThread<N extends JobName>(
  name: N,
  task: Parameters<Jobs[N]>[0],
  signal?: AbortSignal,
): Promise<Awaited<ReturnType<Jobs[N]>>> {
  const jobs = (pool ??= new Piscina({
    filename: join(installRoot, 'dist', 'threads', 'jobs.js'),
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
  }));
  const turn = before.then(() => {
    signal?.throwIfAborted();
    return jobs.run({ name, task }, { name: 'run', ...(signal === undefined ? {} : { signal }) });
  });
  before = turn.catch(() => undefined);
  const answer = (await turn) as JobAnswer;
  if ('error' in answer) throw unpack(answer.error);
  return answer.value as Awaited<ReturnType<Jobs[N]>>;
}
