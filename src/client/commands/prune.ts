import { Command } from 'commander';
import type { Config } from '../../config/load.js';
import { publishing } from '../../config/publish.js';
import type { Pruned } from '../../host/data/retention.js';
import { leasedRuns } from '../../host/tickets/lease.js';
import { openRunIds } from '../../messages/search-attributes.js';
import { connectClient, findPlace } from '../../temporal/connection.js';
import { configOption, jsonOption, readConfig } from '../options.js';

const WHAT = { ledgers: 'ledgers and brokers’ files', run: 'everything but its entry in the history' } as const;
const WHY = { age: 'too old', space: 'too little free space' } as const;

/** One line for each thing removed, and for each that was spared. */
export function prunedText({ removed, spared, notices }: Pruned, dryRun: boolean): string {
  const verb = dryRun ? 'would remove' : 'removed';
  const lines = [
    ...removed.map(
      ({ runId, what, why, bytes }) =>
        `${verb} ${runId}: ${WHAT[what]} (${(bytes / 1024 / 1024).toFixed(1)} MB, ${WHY[why]})`,
    ),
    ...(notices === 0 ? [] : [`${verb} ${notices} old ${notices === 1 ? 'message' : 'messages'} about a cluster`]),
    ...spared.map(({ runId, reason }) => `kept ${runId}: ${reason}`),
  ];
  return lines.join('\n') || 'nothing to remove';
}

/** Workflow ids of the runs that are open; null where no server answers. Nothing is started for it: on a full disk none could be. */
async function openRuns({ dataRoot }: Config): Promise<string[] | null> {
  const place = findPlace(dataRoot);
  const client = place && (await connectClient(place).catch(() => undefined));
  if (client === undefined) return null;
  try {
    return await openRunIds(client.workflow);
  } catch {
    return null;
  } finally {
    await client.connection.close();
  }
}

export const pruneCommand = new Command('prune')
  .description('remove what is older than the config’s retention allows, as happens after each run')
  .addOption(configOption())
  .addOption(jsonOption())
  .option('--dry-run', 'only say what would be removed', false)
  .action(async (options: { readonly config: string; readonly json: boolean; readonly dryRun: boolean }) => {
    const config = readConfig(options.config);
    const { dataRoot, settings, retention } = publishing(config);
    // Imported here alone: every other command would wait for the charts.
    const { historyMaker } = await import('../../report/history-files.js');
    const { pruneRuns } = await import('../../host/data/retention.js');
    const { dryRun } = options;
    const isPublishing = settings !== null;
    const known = { open: await openRuns(config), leased: leasedRuns(dataRoot), justEnded: null };
    const pruned = pruneRuns({ dataRoot, maker: historyMaker, settings: retention, isPublishing, dryRun, ...known });
    process.stdout.write(`${options.json ? JSON.stringify(pruned, null, 2) : prunedText(pruned, dryRun)}\n`);
  });
