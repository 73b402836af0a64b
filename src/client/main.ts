#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { ChaosError } from '../domain/errors.js';
import { ownVersion } from '../host/os/versions.js';
import { cancelCommand } from './commands/cancel.js';
import { compareCommand } from './commands/compare.js';
import { devCommand } from './commands/dev.js';
import { doctorCommand } from './commands/doctor.js';
import { faultsCommand } from './commands/faults.js';
import { openCommand } from './commands/open.js';
import { rejudgeCommand } from './commands/rejudge.js';
import { rehearseCommand } from './commands/rehearse.js';
import { resumeCommand } from './commands/resume.js';
import { pruneCommand } from './commands/prune.js';
import { publishCommand } from './commands/publish.js';
import { roundCommand } from './commands/round.js';
import { runsCommand } from './commands/runs.js';
import { sayCommand } from './commands/say.js';
import { scenarioCommand } from './commands/scenario.js';
import { scheduleCommand } from './commands/schedule.js';
import { showCommand } from './commands/show.js';
import { statusCommand } from './commands/status.js';
import { workerCommand } from './commands/worker.js';
import { exitCodeOfError, EXIT_USAGE } from './exit.js';

/** Every command: one file each, one line here. */
const program = new Command('robustmq-chaos')
  .description('Breaks a broker cluster on purpose and judges whether MQTT clients see it heal.')
  .version(ownVersion())
  .addCommand(roundCommand)
  .addCommand(scenarioCommand)
  .addCommand(sayCommand)
  .addCommand(scheduleCommand)
  .addCommand(resumeCommand)
  .addCommand(rehearseCommand)
  .addCommand(statusCommand)
  .addCommand(runsCommand)
  .addCommand(showCommand)
  .addCommand(openCommand)
  .addCommand(rejudgeCommand)
  .addCommand(compareCommand)
  .addCommand(publishCommand)
  .addCommand(pruneCommand)
  .addCommand(cancelCommand)
  .addCommand(faultsCommand)
  .addCommand(doctorCommand)
  .addCommand(workerCommand)
  .addCommand(devCommand);

const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)];
for (const command of all(program)) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE);
  process.stderr.write(
    `robustmq-chaos: ${error instanceof ChaosError ? error.message : String((error as Error).stack ?? error)}\n`,
  );
  process.exit(exitCodeOfError(error));
}
// Temporal's connections would keep the process for a while: the command is over.
process.exit(process.exitCode ?? 0);
