import { isDeepStrictEqual } from 'node:util';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { ChaosError } from '../domain/errors.js';
import { isOpenExecution } from '../domain/execution.js';
import { CHAOS_QUEUE } from '../domain/ids.js';
import type { Headline } from '../domain/status.js';
import type { VersionsRequest } from '../domain/versions-plan.js';
import { sleepMs } from '../host/os/clock.js';
import { versionsProgressQuery, type VersionsProgress } from '../messages/versions.js';
import { workflowUrl } from '../temporal/connection.js';
import type { versionsWorkflow } from '../workflows/versions.js';
import type { Display } from './display.js';
import { EXIT_INTERRUPTED } from './exit.js';
import { asChaosError, look } from './follow.js';
import { onInterrupt, type Interrupts } from './interrupts.js';
import type { Session } from './session.js';
import { whyNotGoingOn } from './stuck.js';

const LOOK_EVERY_MS = 500;
/** A server that does not come back within this ends the display, not the series. */
const LOST_AFTER_MS = 60_000;

/** Where a series is followed, and shown. */
export interface VersionsDesk {
  readonly session: Session;
  readonly display: Display;
  readonly cluster: string;
  readonly workflowId: string;
  /** Has this command been interrupted? */
  readonly interrupted: () => boolean;
}

const handleOf = ({ session, workflowId }: Pick<VersionsDesk, 'session' | 'workflowId'>) =>
  session.client.workflow.getHandle<typeof versionsWorkflow>(workflowId);

const inWords = ({ versions, rounds, scenarios }: VersionsRequest): string =>
  `${rounds} ${rounds === 1 ? 'round' : 'rounds'} each of ${versions.map(({ label, path }) => `${label} (${path})`).join(', ')}${scenarios === undefined ? '' : `, ${scenarios.join(', ')} only`}`;

/** Starts the series. One of the same cluster that goes on already is followed, if it is the same; one that was cancelled ends first. Else says why there is nothing to follow. */
export async function startOrTakeUp(desk: VersionsDesk, request: VersionsRequest): Promise<string | undefined> {
  const { session, display, cluster, workflowId } = desk;
  if (desk.interrupted()) return 'interrupted: no series was started';
  try {
    await session.client.workflow.start<typeof versionsWorkflow>('VersionsWorkflow', {
      workflowId,
      taskQueue: CHAOS_QUEUE,
      args: [request],
      staticSummary: `Versions side by side on ${cluster}`,
    });
    display.say(`series ${workflowId}: ${inWords(request)}`);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    if (await isCancelled(desk)) {
      await session.follow(workflowId);
      display.say(`series ${workflowId} was cancelled, and was left alone: first it ends`);
      // However it ends.
      const end = await follow(desk).catch(() => null);
      return end === undefined ? whyLost(desk) : startOrTakeUp(desk, request);
    }
    const { request: running } = await handleOf(desk).query(versionsProgressQuery);
    if (!isDeepStrictEqual(running, JSON.parse(JSON.stringify(request)))) {
      return (
        `a series is being played on cluster ${cluster}: ${inWords(running)}. This one was not started. ` +
        `The same command as for that one follows it; robustmq-chaos cancel ${workflowId} ends it`
      );
    }
    display.say(`series ${workflowId} is there already: taken up here (Ctrl-C ends it, whoever else follows it)`);
  }
  await session.follow(workflowId);
  const url = workflowUrl(session.place, workflowId);
  if (url !== null) display.say(`Web UI: ${url}`);
  return undefined;
}

const isCancelled = async (desk: VersionsDesk): Promise<boolean> =>
  (await handleOf(desk).describe()).raw.workflowExtendedInfo?.cancelRequested === true;

/** An interrupt ends the series with the run that is being played, which is cancelled; a second one leaves both to who takes them up. */
export const endingSeries = (desk: Omit<VersionsDesk, 'interrupted'>, isFollowed: () => boolean): Interrupts =>
  onInterrupt({
    first: () => {
      // Until then there may be a series of somebody else.
      if (!isFollowed()) return desk.display.say('no series is started (press Ctrl-C again to leave at once)');
      desk.display.say('cancelling: ending the run, and the series with it (press Ctrl-C again to leave at once)');
      handleOf(desk)
        .cancel()
        .catch((error: unknown) => desk.display.say(`could not cancel: ${String(error)}`));
    },
    again: () => {
      desk.display.say('left without waiting. The next command that follows a run here ends the series in good order');
      process.exit(EXIT_INTERRUPTED);
    },
  });

/** Shows a series to its end. Undefined: it is out of reach, which is said, and goes on without being watched. Throws what ended it without a result. */
export async function seeVersionsToEnd(desk: VersionsDesk): Promise<VersionsProgress | undefined> {
  const end = await follow(desk).finally(() => desk.display.end());
  if (end !== undefined) return end;
  desk.display.say(await whyLost(desk));
  return undefined;
}

async function whyLost({ session, workflowId }: VersionsDesk): Promise<string> {
  const why = (await whyNotGoingOn(session.client, workflowId)) ?? 'Temporal cannot be reached';
  return `${why}. The series goes on; the same command takes it up`;
}

async function follow(desk: VersionsDesk): Promise<VersionsProgress | undefined> {
  const shown = { runs: 0, refused: '' };
  let lastSeen = Date.now();
  while (Date.now() - lastSeen < LOST_AFTER_MS) {
    try {
      await desk.session.keepAlive();
      const { status } = await handleOf(desk).describe();
      const progress = await handleOf(desk).query(versionsProgressQuery);
      show(desk, progress, shown);
      if (!isOpenExecution(status.name)) return await endOf(desk, status.name, progress);
      await showRun(desk, progress);
      lastSeen = Date.now();
    } catch (error) {
      // Server or worker died, and both are brought back; or the series has ended for a reason.
      if (error instanceof ChaosError) throw error;
    }
    await sleepMs(LOOK_EVERY_MS);
  }
  return undefined;
}

/** A cancelled one keeps its result in the answer to the query, and so does one that ended in another way. Throws CONFIG_INVALID of one that could not begin. */
async function endOf(desk: VersionsDesk, status: string, progress: VersionsProgress): Promise<VersionsProgress> {
  if (status === 'COMPLETED') return progress;
  if (status === 'CANCELLED') return { ...progress, cancelled: true };
  const why = await handleOf(desk)
    .result()
    .then(() => undefined, asChaosError);
  if (why instanceof ChaosError && why.code === 'CONFIG_INVALID') throw why;
  const said = why instanceof ChaosError ? `: ${why.message}` : '';
  return { ...progress, problem: `it was ended before its last run (${status.toLowerCase()})${said}` };
}

const isVerdict = (headline: Headline): boolean => ['PASS', 'FAIL', 'KNOWN'].includes(headline);

/** A line for each run that has ended, and for what the runs so far say. */
function show(
  { display }: VersionsDesk,
  { plan, runs, compared, current }: VersionsProgress,
  shown: { runs: number; refused: string },
): void {
  for (const { round, version, headline, runId, summary } of runs.slice(shown.runs)) {
    const name = plan?.versions[version]?.label ?? version;
    const why = isVerdict(headline) ? '' : `: ${summary}`;
    display.say(`round ${round} of ${plan?.rounds ?? '?'}, ${name}: ${headline} (${runId})${why}`);
  }
  if (runs.length > shown.runs && compared !== null) display.say(`  so far: ${compared.answer}`);
  shown.runs = runs.length;
  if (current?.refused !== undefined && current.refused !== shown.refused) {
    display.say(`  not yet: ${current.refused}`);
    shown.refused = current.refused;
  }
}

/** The run that is being played, as every run is shown. */
async function showRun({ session, display }: VersionsDesk, { current }: VersionsProgress): Promise<void> {
  if (current === null) return;
  const seen = await look(session.client, current.workflowId).catch(() => undefined);
  if (seen !== undefined) display.show(seen.run, seen.scenario);
}
