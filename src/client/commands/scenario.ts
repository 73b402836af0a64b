import { Command } from 'commander';
import { cancelFirstOption, configOption, jsonOption, readConfig, sdkOption } from '../options.js';
import { startRun } from '../start-run.js';

interface Options {
  readonly config: string;
  readonly json: boolean;
  readonly cancelFirst: boolean;
  readonly sdk?: readonly string[];
}

export const scenarioCommand = new Command('scenario')
  .description('run one scenario: starts and stops the cluster, writes a report; the breaker does not count it')
  .argument('<name>', 'e.g. leader-transfer')
  .addOption(configOption())
  .addOption(sdkOption())
  .addOption(cancelFirstOption())
  .addOption(jsonOption())
  .action(async (name: string, options: Options) => {
    process.exitCode = await startRun(readConfig(options.config), name, { ...options, sdks: options.sdk });
  });
