import { mkdirSync, rmSync } from 'node:fs';
import { ChaosError } from '../../domain/errors.js';
import type { PublishAnswer, PublishSettings } from '../../domain/publish.js';
import { dataPaths } from '../layout/paths.js';
import { monotonicUs } from '../os/clock.js';
import { withLock } from '../os/lock.js';
import { RemoteError } from '../remote/remote-error.js';
import type { Publisher, PublishContext, Remote, Publication } from './contract.js';
import { deployKeyPublisher } from './deploy-key.js';
import { openIssues, type Issues } from './issues.js';
import { octokitPublisher } from './octokit.js';
import { publishRun } from './publish-run.js';
import type { Patience } from './push-commit.js';
import { newerOf, owedRuns, recordOf, writeRecord } from './records.js';

/** Every way of publishing. A new one is one file and one line here. */
export const publishers: readonly Publisher[] = [octokitPublisher, deployKeyPublisher];

export interface PublishRequest {
  readonly dataRoot: string;
  readonly settings: PublishSettings;
  readonly publication: Publication;
  /** Pushed with whatever else is owed; without it only what is owed. */
  readonly runId: string | null;
  readonly signal?: AbortSignal | undefined;
  readonly limits?: Partial<PublishLimits>;
}

export interface PublishLimits {
  /** Nothing is tried again after this, so that a run's message is not held up for long. */
  readonly patienceMs: number;
  readonly firstDelayMs: number;
  readonly timeoutMs: number;
}

const LIMITS: PublishLimits = { patienceMs: 90_000, firstDelayMs: 1000, timeoutMs: 60_000 };
/** Another cluster's run publishes what is owed, too, and may take its whole patience and one more push. */
const LOCK_LIMIT_MS = 300_000;

/** What became of one run. */
export interface Published extends PublishAnswer {
  readonly runId: string;
}

/**
 * Pushes every run that is owed, oldest first, one commit each. Ends at the first that cannot be pushed, since the order is kept; what is left
 * is owed to the next call. A failed push is an answer and stands in each run's `publication.json`; only a cancellation is thrown.
 */
export async function publishOwed(request: PublishRequest): Promise<readonly Published[]> {
  const { dataRoot, runId } = request;
  const newer = runId === null ? undefined : newerOf(dataRoot, runId);
  if (newer !== undefined) throw new ChaosError('FORMAT_NEWER', newer);
  if (runId !== null && recordOf(dataRoot, runId) === undefined) {
    writeRecord(dataRoot, runId, { github_url: null, push_error: 'not tried yet', issue_error: null });
  }
  const lock = dataPaths(dataRoot).publishLock;
  try {
    return await withLock(lock, LOCK_LIMIT_MS, () => pushAll(request));
  } catch (error) {
    if (request.signal?.aborted === true || runId === null) throw error;
    return [failed(dataRoot, runId, error)];
  }
}

async function pushAll({
  dataRoot,
  settings,
  publication,
  runId,
  signal,
  limits,
}: PublishRequest): Promise<Published[]> {
  const { patienceMs, firstDelayMs, timeoutMs } = { ...LIMITS, ...limits };
  const patience: Patience = { firstDelayMs, endUs: monotonicUs() + patienceMs * 1000, signal };
  const runs = owedRuns(dataRoot, runId === null ? [] : [runId]);
  const workDir = dataPaths(dataRoot).publishing;
  // Of a call that was killed: the lock says that nobody else uses it.
  rmSync(workDir, { recursive: true, force: true });
  mkdirSync(workDir, { recursive: true, mode: 0o700 });
  try {
    const opened = await openPublisher(settings, { workDir, signal, timeoutMs }).catch((error: unknown) => ({ error }));
    if ('error' in opened) return failRest(dataRoot, runs, opened.error, signal);
    const done: Published[] = [];
    for (const [i, next] of runs.entries()) {
      try {
        done.push({
          runId: next,
          ...(await publishRun({ ...opened, dataRoot, settings, publication, patience, runId: next })),
        });
      } catch (error) {
        if (error instanceof RemoteError || signal?.aborted === true)
          return [...done, ...failRest(dataRoot, runs.slice(i), error, signal)];
        // Something is wrong with this run's own files: the others need not wait for it.
        done.push(failed(dataRoot, next, error));
      }
    }
    return done;
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
}

/** Opens the way that the config names: reads its secrets and checks them, and asks nobody outside. */
export async function openPublisher(
  settings: PublishSettings,
  context: PublishContext,
): Promise<{ readonly remote: Remote; readonly issues: Issues | null }> {
  const publisher = publishers.find(({ via }) => via === settings.via);
  if (publisher === undefined) throw new Error(`publish.via: no publisher ${settings.via}`);
  return { remote: await publisher.open(settings, context), issues: openIssues(settings, context) };
}

/** The first one's error, and for those behind it that they wait for the first: the order is kept. */
function failRest(
  dataRoot: string,
  runs: readonly string[],
  error: unknown,
  signal: AbortSignal | undefined,
): Published[] {
  if (signal?.aborted === true) throw error;
  const [first, ...rest] = runs;
  if (first === undefined) return [];
  const head = failed(dataRoot, first, error);
  const why = `waits for ${first}, which could not be pushed: ${head.pushError ?? head.issueError ?? ''}`;
  return [head, ...rest.map((runId) => failed(dataRoot, runId, new Error(why)))];
}

function failed(dataRoot: string, runId: string, error: unknown): Published {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, 600);
  // A run whose report lies there already has only its issues left to do.
  const url = recordOf(dataRoot, runId)?.github_url ?? null;
  const answer = {
    githubUrl: url,
    pushError: url === null ? message : null,
    issueError: url === null ? null : message,
  };
  writeRecord(dataRoot, runId, { github_url: url, push_error: answer.pushError, issue_error: answer.issueError });
  return { runId, ...answer };
}
