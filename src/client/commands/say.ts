import { Command } from 'commander';
import { ChaosError } from '../../domain/errors.js';
import { parseIntent } from '../../domain/intent.js';
import { agreed } from '../ask.js';
import { EXIT_INTERRUPTED } from '../exit.js';
import { cancelFirstOption, configOption, jsonOption, readConfig, sdkOption } from '../options.js';
import { startRun } from '../start-run.js';

interface Options {
  readonly config: string;
  readonly json: boolean;
  readonly cancelFirst: boolean;
  readonly yes: boolean;
  readonly sdk?: readonly string[];
}

export const sayCommand = new Command('say')
  .description('start the run that the words ask for, e.g. "按 P1 跑一轮" or "run a chaos test round"')
  .argument('<words...>')
  .addOption(configOption())
  .addOption(sdkOption())
  .addOption(cancelFirstOption())
  .addOption(jsonOption())
  .option('-y, --yes', 'do not ask before it starts (without a terminal it never asks)', false)
  .action(async (words: string[], options: Options) => {
    const config = readConfig(options.config);
    const intent = parseIntent(words.join(' '), config.scenarios);
    if (intent.kind === 'nothing') {
      const fits = intent.wouldFit.map((text) => `  ${text}`).join('\n');
      throw new ChaosError('CONFIG_INVALID', `the words "${words.join(' ')}" are not understood; these are:\n${fits}`);
    }
    const what = intent.kind === 'full' ? 'a full round of all scenarios, which counts' : intent.names.join(', ');
    if (!options.yes && !(await agreed(`On cluster ${config.cluster.name} this starts: ${what}. Start it?`))) {
      process.stderr.write('nothing was started\n');
      return void (process.exitCode = EXIT_INTERRUPTED);
    }
    const runs = intent.kind === 'full' ? [undefined] : intent.names;
    // Each scenario is a run of its own; the first that does not pass gives the exit status.
    for (const scenario of runs) {
      const status = await startRun(config, scenario, { ...options, sdks: options.sdk });
      if (status === EXIT_INTERRUPTED) return void (process.exitCode = status);
      if (!process.exitCode) process.exitCode = status;
    }
  });
