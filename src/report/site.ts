import type { ReportFile } from '../domain/report-data.js';
import { issueBody, issueMemory, issueTitle } from './issue.js';
import { summaryOf } from './summary.js';

interface Index {
  readonly schema: 'robustmq-chaos-index/1';
  readonly runs: readonly { readonly run_id: string; readonly finished_at: string }[];
}

/** What of a run goes to the public, and how the history beside the runs is made from the one that lies there. */
export const site = {
  files: (paths: readonly string[], ledgers: boolean): readonly string[] =>
    paths.filter((path) => /^report\.(json|md)$/.test(path) || (ledgers && path.endsWith('ledger.ndjson.gz'))),
  pageFile: 'report.md',
  history: (index: string | null, report: ReportFile): readonly { path: string; text: string }[] => {
    const old = index === null ? [] : (JSON.parse(index) as Index).runs;
    const runs = [...old.filter(({ run_id }) => run_id !== report.run_id), report].map(({ run_id, finished_at }) => ({
      run_id,
      finished_at,
    }));
    const text = JSON.stringify({ schema: 'robustmq-chaos-index/1', runs } satisfies Index, null, 2);
    return [{ path: 'index.json', text: `${text}\n` }];
  },
  commitMessage: (report: ReportFile): string => `${summaryOf(report.details)}\n\nRun ${report.run_id}\n`,
  issueTitle,
  issueBody,
  issueMemory,
} as const;
