import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { PublicationRecord } from '../../domain/publish.js';
import { newerAmong, readStored, writeStored } from '../os/stored.js';
import { dataPaths, runDir, runPaths, type RunPaths } from '../layout/paths.js';

const filesOfRun = (dataRoot: string, runId: string): RunPaths => runPaths(runDir(dataRoot, runId));

export const recordOf = (dataRoot: string, runId: string): PublicationRecord | undefined =>
  readStored<PublicationRecord>('publication', filesOfRun(dataRoot, runId).publication);

/** Written before the first attempt, too: from then on the run is owed, even if a process dies. */
export function writeRecord(dataRoot: string, runId: string, record: Omit<PublicationRecord, 'at'>): void {
  writeStored('publication', filesOfRun(dataRoot, runId).publication, {
    ...record,
    at: new Date().toISOString(),
  } satisfies PublicationRecord);
}

/** What of a run a newer program wrote, so that this one does not publish it; a sentence. */
export function newerOf(dataRoot: string, runId: string): string | undefined {
  const { mark, reportJson, publication } = filesOfRun(dataRoot, runId);
  const [newer] = newerAmong([
    { kind: 'run mark', path: mark },
    { kind: 'report', path: reportJson },
    { kind: 'publication', path: publication },
  ]);
  return newer;
}

/** Runs that were to be published and are not, or whose issues are not up to date; and those asked for. Oldest first. */
export function owedRuns(dataRoot: string, asked: readonly string[]): string[] {
  const { runs } = dataPaths(dataRoot);
  if (!existsSync(runs)) return [];
  const isOwed = (runId: string): boolean => {
    const record = recordOf(dataRoot, runId);
    return record !== undefined && (record.github_url === null || record.issue_error !== null);
  };
  const startOf = (runId: string): string =>
    readStored<{ startedAt: string }>('run mark', filesOfRun(dataRoot, runId).mark)?.startedAt ?? '';
  return readdirSync(runs)
    .filter((runId) => existsSync(filesOfRun(dataRoot, runId).reportJson) && newerOf(dataRoot, runId) === undefined)
    .filter((runId) => asked.includes(runId) || isOwed(runId))
    .map((runId) => ({ runId, start: startOf(runId) }))
    .sort((a, b) => a.start.localeCompare(b.start) || a.runId.localeCompare(b.runId))
    .map(({ runId }) => runId);
}

/** Every file of a run's folder, relative to it, with `/`. */
export function filesOf(dataRoot: string, runId: string): string[] {
  const root = runDir(dataRoot, runId);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(root, path)).isFile())
    .map((path) => path.split(sep).join('/'));
}
