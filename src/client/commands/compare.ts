import { Command } from 'commander';
import { storedReport } from '../../host/data/stored-runs.js';
import { compareRuns, comparisonText } from '../../report/compare.js';
import { configOption, jsonOption, readConfig } from '../options.js';

/** Two stored runs side by side. */
export const compareCommand = new Command('compare')
  .description('compare two runs: verdicts, p99, losses, outages, versions')
  .argument('<a>', 'run id')
  .argument('<b>', 'run id')
  .addOption(configOption())
  .addOption(jsonOption())
  .action((a: string, b: string, options: { readonly config: string; readonly json: boolean }) => {
    const { dataRoot } = readConfig(options.config);
    const [left, right] = [storedReport(dataRoot, a), storedReport(dataRoot, b)];
    process.stdout.write(
      options.json ? `${JSON.stringify(compareRuns(left, right), null, 2)}\n` : comparisonText(left, right),
    );
  });
