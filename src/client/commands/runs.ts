import { Command } from 'commander';
import { storedRuns } from '../../host/data/stored-runs.js';
import { summaryOf } from '../../report/summary.js';
import { configOption, jsonOption, readConfig } from '../options.js';

export const runsCommand = new Command('runs')
  .description('list the runs of this data folder, latest last')
  .addOption(configOption())
  .addOption(jsonOption())
  .action((options: { readonly config: string; readonly json: boolean }) => {
    const rows = storedRuns(readConfig(options.config).dataRoot).map(({ runId, data, problem }) => ({
      runId,
      headline: data?.headline ?? null,
      startedAt: data?.startedAt ?? null,
      summary: data === null ? (problem ?? 'no report (running, or ended without one)') : summaryOf(data),
    }));
    const text = rows.map((row) => `${row.runId}  ${row.summary}`).join('\n');
    process.stdout.write(
      options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${text || 'no runs yet: npm run round'}\n`,
    );
  });
