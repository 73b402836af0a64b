import type { Client } from '@temporalio/client';
import { becomesCurrent, type OpenRun } from '../domain/builds.js';
import { messageOf } from '../domain/errors.js';
import { knownBuilds, makeCurrent, moveRun, openRuns, servedBuilds, setCurrentCommand } from './builds.js';
import type { TemporalPlace } from './connection.js';
import { refusalIn } from './refusal.js';
import { unservedQueue } from './stranded.js';

/** A worker that is started again is away for a few seconds: what it leaves is taken over only after this long. */
export const GONE_AFTER_MS = 30_000;

/** A worker's care for its build: it becomes current where it may, and takes over the runs of builds that nobody serves any more. */
export interface BuildKeeper {
  readonly client: Client;
  readonly place: TemporalPlace;
  readonly own: string;
  /** A person has asked for it, with `worker --set-current`. */
  readonly setCurrent: boolean;
  /** Why this program cannot go on with a history; undefined if it can. */
  readonly replayProblem: (run: OpenRun) => Promise<string | undefined>;
  readonly say: (line: string) => void;
  readonly nowMs: () => number;
}

/** One look at the builds; false if the server did not answer or refused. Called again and again. */
export type Look = () => Promise<boolean>;

/** So many looks in a row that came to nothing are worth a line: while a worker starts, its server does not know it yet. */
const FAILURES_SAID = 20;

// eslint-disable-next-line max-lines-per-function -- what it remembers between two looks is here alone
export function keepBuild(keeper: BuildKeeper): Look {
  const { client, place, own, nowMs } = keeper;
  const missingSince = new Map<string, number>();
  const said = new Map<string, string>();
  let [isFirst, failures] = [true, 0];
  /** Who starts comes after those before it: what is missing at the first look is gone. */
  const isGone = (what: string, isMissing: boolean): boolean => {
    if (!isMissing) {
      missingSince.delete(what);
      return false;
    }
    const since = missingSince.get(what) ?? (isFirst ? -Infinity : nowMs());
    missingSince.set(what, since);
    return nowMs() - since >= GONE_AFTER_MS;
  };
  /** Once, as long as it stays the same. */
  const sayOnce = (about: string, line: string): void => {
    if (said.get(about) !== line) keeper.say(line);
    said.set(about, line);
  };

  const isCurrentNow = async (): Promise<boolean> => {
    const known = await knownBuilds(client);
    const { current } = known;
    if (current === own) return true;
    const isMissing = current !== null && !(await servedBuilds(client)).includes(current);
    const currentIsGone = isGone(`current ${current ?? ''}`, isMissing);
    const mayChoose = place.kind === 'embedded' || keeper.setCurrent;
    const whose = current === null ? 'nobody' : `${current}${isMissing ? ', of which no worker is there' : ''}`;
    const command = setCurrentCommand(own, place);
    if (!becomesCurrent(known, { own, mayChoose, currentIsGone })) {
      sayOnce('current', `build ${own} is not current: new runs go to ${whose}. To make it current: ${command}`);
      return false;
    }
    try {
      await makeCurrent(client, own, place.kind === 'embedded');
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal === undefined) throw error;
      const remedy = `Somebody who may do it types: ${command}`;
      sayOnce('current', `build ${own} may not become current (${refusal}): new runs go to ${whose}. ${remedy}`);
      return false;
    }
    sayOnce('current', `build ${own} is current${current === null ? '' : `, instead of ${current}`}`);
    return true;
  };

  /** A run and its scenario go together, or stay. */
  const takeOver = async (family: readonly OpenRun[]): Promise<void> => {
    const whose = ({ workflowId, build }: OpenRun): string =>
      `${workflowId} of build ${build ?? ''}, of which no worker is there`;
    for (const run of family) {
      const problem = await keeper.replayProblem(run);
      if (problem === undefined) continue;
      const remedy = `Start a worker of build ${run.build ?? ''} again`;
      sayOnce(run.workflowId, `build ${own} cannot take over ${whose(run)}: ${problem}. ${remedy}`);
      return;
    }
    for (const run of family) {
      await moveRun(client, run, own);
      keeper.say(`build ${own} has taken over ${whose(run)}`);
    }
  };

  const takeOverWhatIsLeft = async (): Promise<void> => {
    const families = new Map<string, OpenRun[]>();
    const left = new Set<string>();
    for (const run of await openRuns(client)) {
      if (run.build === null || run.build === own) continue;
      const family = runIdPart(run.workflowId);
      families.set(family, [...(families.get(family) ?? []), run]);
      const isMissing = (await unservedQueue(client, run)) !== undefined;
      if (isGone(`${run.workflowId} of ${run.build}`, isMissing)) left.add(family);
    }
    for (const [name, family] of families) if (left.has(name)) await takeOver(family);
  };

  return async () => {
    try {
      if (await isCurrentNow()) await takeOverWhatIsLeft();
      [isFirst, failures] = [false, 0];
      return true;
    } catch (error) {
      failures += 1;
      if (failures >= FAILURES_SAID) sayOnce('error', `the builds could not be looked at: ${messageOf(error)}`);
      return false;
    }
  };
}

/** Of the workflow's id: a scenario has its run's id before a slash. */
const runIdPart = (workflowId: string): string => workflowId.split('/')[0] ?? workflowId;
