import type { Config } from '../config/load.js';
import { exitCodeOf } from '../domain/status.js';
import type { VersionsPlan, VersionsRequest } from '../domain/versions-plan.js';
import { versionsWorkflowId } from '../domain/ids.js';
import { readStoredIfAny } from '../host/os/stored.js';
import type { StoredComparison, VersionsCompared, VersionsProgress } from '../messages/versions.js';
import { versionsText } from '../report/versions-text.js';
import { createDisplay } from './display.js';
import { EXIT_INTERRUPTED, EXIT_LOST, EXIT_REFUSED } from './exit.js';
import { endingSeries, seeVersionsToEnd, startOrTakeUp, type VersionsDesk } from './follow-versions.js';
import { openSession } from './session.js';

/** Plays a series, or takes up the one of this cluster that was left alone, shows it to its end, and returns the command's exit status. */
export async function playVersions(
  config: Config,
  request: VersionsRequest,
  { cluster }: VersionsPlan,
  json: boolean,
): Promise<number> {
  const display = createDisplay(json ? process.stderr : process.stdout);
  const session = await openSession(config);
  const place = { session, display, cluster, workflowId: versionsWorkflowId(cluster) };
  let isFollowed = false;
  const interrupts = endingSeries(place, () => isFollowed);
  const desk: VersionsDesk = { ...place, interrupted: interrupts.came };
  try {
    const refused = await startOrTakeUp(desk, request);
    if (refused !== undefined) {
      display.say(refused);
      return interrupts.came() ? EXIT_INTERRUPTED : EXIT_REFUSED;
    }
    isFollowed = true;
    const end = await seeVersionsToEnd(desk);
    if (end === undefined) return EXIT_LOST;
    process.stdout.write(json ? jsonOf(end) : textOf(end));
    return statusOf(end);
  } finally {
    interrupts.off();
    await session.close();
  }
}

/** On a server of somebody else's, the files may lie on another host. */
const storedBy = ({ jsonPath }: VersionsCompared): StoredComparison | undefined =>
  readStoredIfAny<StoredComparison>('comparison', jsonPath);

/** What is printed at the end. */
export function textOf({ compared, problem }: VersionsProgress): string {
  if (compared === null) return `\nnothing was compared${problem === null ? '' : `: ${problem}`}\n`;
  const latest = problem === null ? '' : `! not the whole series: ${problem}\n`;
  const stored = storedBy(compared);
  const text = stored === undefined ? compared.answer : versionsText(stored.comparison, process.stdout.columns);
  return `\n${text.trimEnd()}\n\n${latest}Report: ${compared.markdownPath}\n        ${compared.jsonPath}\n`;
}

const jsonOf = (progress: VersionsProgress): string => {
  const comparison = (progress.compared === null ? undefined : storedBy(progress.compared))?.comparison ?? null;
  return `${JSON.stringify({ ...progress, comparison }, null, 2)}\n`;
};

/** 1: a version is worse than the one before it. 2: nothing can be said. */
export function statusOf({ compared, cancelled, problem }: VersionsProgress): number {
  if (cancelled) return exitCodeOf('CANCELLED');
  if (compared?.worse === true) return exitCodeOf('FAIL');
  return exitCodeOf(compared === null || compared.undecided || problem !== null ? 'INVALID' : 'PASS');
}
