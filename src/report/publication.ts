import { refuseNewer } from '../domain/format.js';
import type { HistoryIndex } from '../domain/history.js';
import type { ReportFile } from '../domain/report-data.js';
import { HISTORY_JSON, REPORT_MARKDOWN } from '../domain/run-files.js';
import { ledgerFiles, publishedFiles } from './files.js';
import { historyFiles } from './history-files.js';
import { historyEntry } from './history.js';
import { issueBody, issueMemory, issueTitle } from './issue.js';
import { ownWordsOf } from './summary.js';

/** The history that others have published; one that cannot be read is not written over. */
function published(index: string | null): HistoryIndex['runs'] {
  if (index === null) return [];
  let read: Partial<HistoryIndex> | null = null;
  try {
    read = JSON.parse(index) as Partial<HistoryIndex> | null;
  } catch {
    // Said below.
  }
  refuseNewer('history', `${HISTORY_JSON} of the repository`, read);
  if (read?.schema !== 'robustmq-chaos-index/1' || read.runs === undefined)
    throw new Error(`${HISTORY_JSON} of the repository: expected a history, got ${JSON.stringify(index.slice(0, 80))}`);
  return read.runs;
}

/** What of a run goes to the public, and how the history beside the runs is made from the one that lies there. */
export const publication = {
  files: (paths: readonly string[], ledgers: boolean): readonly string[] => [
    ...publishedFiles(paths),
    ...(ledgers ? ledgerFiles(paths) : []),
  ],
  pageFile: REPORT_MARKDOWN,
  // Whether a breaker is open changes without a commit: the published history does not say.
  history: (index: string | null, report: ReportFile): readonly { path: string; text: string }[] =>
    [...historyFiles([...published(index), historyEntry(report)], { runsAt: '' })].map(([path, text]) => ({
      path,
      text,
    })),
  commitMessage: (report: ReportFile): string => `${ownWordsOf(report.details)}\n\nRun ${report.run_id}\n`,
  issueTitle,
  issueBody,
  issueMemory,
} as const;
