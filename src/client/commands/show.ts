import { Command } from 'commander';
import { latestReport, storedMarkdown, storedReport } from '../../host/data/stored-runs.js';
import { configOption, jsonOption, readConfig } from '../options.js';

export const showCommand = new Command('show')
  .description('print the report of a run; default: the latest run')
  .argument('[run_id]')
  .addOption(configOption())
  .addOption(jsonOption())
  .action((runId: string | undefined, options: { readonly config: string; readonly json: boolean }) => {
    const { dataRoot } = readConfig(options.config);
    const chosen = runId ?? latestReport(dataRoot);
    const data = storedReport(dataRoot, chosen);
    process.stdout.write(options.json ? `${JSON.stringify(data, null, 2)}\n` : storedMarkdown(dataRoot, chosen));
  });
