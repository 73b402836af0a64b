import { Command } from 'commander';
import { publishing } from '../../config/publish.js';
import type { Pruned } from '../../host/data/retention.js';
import { configOption, jsonOption, readConfig } from '../options.js';

const WHAT = { ledgers: 'ledgers and brokers’ files', run: 'everything but its entry in the history' } as const;
const WHY = { age: 'too old', space: 'too little free space' } as const;

/** One line for each thing removed, and for each that was spared. */
export function prunedText({ removed, spared }: Pruned, dryRun: boolean): string {
  const verb = dryRun ? 'would remove' : 'removed';
  const lines = [
    ...removed.map(
      ({ runId, what, why, bytes }) =>
        `${verb} ${runId}: ${WHAT[what]} (${(bytes / 1024 / 1024).toFixed(1)} MB, ${WHY[why]})`,
    ),
    ...spared.map(({ runId, reason }) => `kept ${runId}: ${reason}`),
  ];
  return lines.join('\n') || 'nothing to remove';
}

export const pruneCommand = new Command('prune')
  .description('remove what is older than the config’s retention allows, as happens after each run')
  .addOption(configOption())
  .addOption(jsonOption())
  .option('--dry-run', 'only say what would be removed', false)
  .action(async (options: { readonly config: string; readonly json: boolean; readonly dryRun: boolean }) => {
    const { dataRoot, settings, retention } = publishing(readConfig(options.config));
    // Imported here alone: every other command would wait for the charts.
    const { historyMaker } = await import('../../report/history-files.js');
    const { pruneRuns } = await import('../../host/data/retention.js');
    const { dryRun } = options;
    const isPublishing = settings !== null;
    const pruned = await pruneRuns({
      ...{ dataRoot, maker: historyMaker, settings: retention, isPublishing, inUse: [], dryRun },
    });
    process.stdout.write(`${options.json ? JSON.stringify(pruned, null, 2) : prunedText(pruned, dryRun)}\n`);
  });
