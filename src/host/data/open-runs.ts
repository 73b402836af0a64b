import { existsSync, readdirSync } from 'node:fs';
import { dataPaths, runDir, runPaths } from '../layout/paths.js';
import { readStoredIfAny } from '../os/stored.js';
import { notedBreakers } from './history.js';

/** What is known of the runs that are not over. */
export interface OpenRuns {
  /** Workflow ids of the runs that the Temporal server has as open, running or paused; null: no server could be asked. */
  readonly open: readonly string[] | null;
  /** Ids of the runs that have a lease on a cluster. */
  readonly leased: readonly string[];
}

/** Names of the folders of all runs, those of series among them, and of what came of series. */
export const runFolders = (dataRoot: string): string[] => {
  const { runs, series } = dataPaths(dataRoot);
  return [runs, series].flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
};

const OPEN = 'it is open (running or paused)';
const MAYBE_OPEN = 'it may be open, and no Temporal server answers that could say so';

/**
 * The runs of a data folder that must lose nothing, by run id, and why. A paused run has continued as new and may be months old: it is known by its workflow id. Where
 * no server answers, a run without a report may be running, and one that opened the breaker may be paused.
 */
export function runsInUse(dataRoot: string, { open, leased }: OpenRuns): Map<string, string> {
  const openers = notedBreakers(dataRoot).flatMap((noted) => (noted.open ? (noted.note ?? '') : []));
  const mayBeOpen = (runId: string): boolean =>
    !existsSync(runPaths(runDir(dataRoot, runId)).reportJson) || openers.some((note) => note.includes(runId));
  const whyOf = (runId: string): string | undefined => {
    if (leased.includes(runId)) return OPEN;
    if (open === null) return mayBeOpen(runId) ? MAYBE_OPEN : undefined;
    const { workflowId } =
      readStoredIfAny<{ workflowId?: string }>('run mark', runPaths(runDir(dataRoot, runId)).mark) ?? {};
    return workflowId !== undefined && open.includes(workflowId) ? OPEN : undefined;
  };
  const found = runFolders(dataRoot).map((runId) => [runId, whyOf(runId)] as const);
  return new Map(found.flatMap(([runId, why]) => (why === undefined ? [] : [[runId, why]])));
}
