import { Command } from 'commander';
import { ChaosError } from '../../domain/errors.js';
import { parseIntent } from '../../domain/intent.js';
import { configOption, jsonOption, readConfig, sdkOption } from '../options.js';
import { startRun } from '../start-run.js';

interface Options {
  readonly config: string;
  readonly json: boolean;
  readonly sdk?: readonly string[];
}

export const sayCommand = new Command('say')
  .description('start the run that the words ask for, e.g. "按 P1 跑一轮" or "run a chaos test round"')
  .argument('<words...>')
  .addOption(configOption())
  .addOption(sdkOption())
  .addOption(jsonOption())
  .action(async (words: string[], options: Options) => {
    const config = readConfig(options.config);
    const intent = parseIntent(words.join(' '), config.scenarios);
    if (intent.kind === 'nothing') {
      const fits = intent.wouldFit.map((text) => `  ${text}`).join('\n');
      throw new ChaosError('CONFIG_INVALID', `the words "${words.join(' ')}" are not understood; these are:\n${fits}`);
    }
    const runs = intent.kind === 'full' ? [undefined] : intent.names;
    // Each scenario is a run of its own; the first that does not pass gives the exit status.
    for (const scenario of runs) {
      const status = await startRun(config, scenario, { json: options.json, sdks: options.sdk });
      if (status === 130) return void (process.exitCode = status);
      if (!process.exitCode) process.exitCode = status;
    }
  });
