import { Command } from 'commander';
import { cancelFirstOption, configOption, jsonOption, readConfig, sdkOption } from '../options.js';
import { startRun } from '../start-run.js';

interface Options {
  readonly config: string;
  readonly json: boolean;
  readonly cancelFirst: boolean;
  readonly sdk?: readonly string[];
}

export const roundCommand = new Command('round')
  .description('run every scenario of the catalogue, one after another')
  .addOption(configOption())
  .addOption(sdkOption())
  .addOption(cancelFirstOption())
  .addOption(jsonOption())
  .action(async (options: Options) => {
    process.exitCode = await startRun(readConfig(options.config), undefined, { ...options, sdks: options.sdk });
  });
