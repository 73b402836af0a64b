#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { ChaosError } from '../domain/errors.js';
import { requireFilesToLoad } from '../host/os/limits.js';
import { ownVersion } from '../host/os/versions.js';
import { exitCodeOfError, EXIT_USAGE } from './exit.js';

/** Every command: one file each, one line here. They are loaded when they are needed: most need little of the program. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  round: async () => (await import('./commands/round.js')).roundCommand,
  scenario: async () => (await import('./commands/scenario.js')).scenarioCommand,
  say: async () => (await import('./commands/say.js')).sayCommand,
  schedule: async () => (await import('./commands/schedule.js')).scheduleCommand,
  resume: async () => (await import('./commands/resume.js')).resumeCommand,
  rehearse: async () => (await import('./commands/rehearse.js')).rehearseCommand,
  status: async () => (await import('./commands/status.js')).statusCommand,
  hosts: async () => (await import('./commands/hosts.js')).hostsCommand,
  runs: async () => (await import('./commands/runs.js')).runsCommand,
  show: async () => (await import('./commands/show.js')).showCommand,
  open: async () => (await import('./commands/open.js')).openCommand,
  known: async () => (await import('./commands/known.js')).knownCommand,
  rejudge: async () => (await import('./commands/rejudge.js')).rejudgeCommand,
  versions: async () => (await import('./commands/versions.js')).versionsCommand,
  compare: async () => (await import('./commands/compare.js')).compareCommand,
  publish: async () => (await import('./commands/publish.js')).publishCommand,
  prune: async () => (await import('./commands/prune.js')).pruneCommand,
  cancel: async () => (await import('./commands/cancel.js')).cancelCommand,
  faults: async () => (await import('./commands/faults.js')).faultsCommand,
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand,
  worker: async () => (await import('./commands/worker.js')).workerCommand,
  dev: async () => (await import('./commands/dev.js')).devCommand,
};

const program = new Command('robustmq-chaos')
  .description('Breaks a broker cluster on purpose and judges whether MQTT clients see it heal.')
  .version(ownVersion());
// Who reads the output may go (`| head`, a closed terminal): what the command does is not over with that.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE' && code !== 'EIO') process.exit(1);
  });
}

const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)];

try {
  requireFilesToLoad();
  const named = Object.entries(commands).filter(([name]) => name === process.argv[2]);
  // Help, and what to type in place of an unknown command, need them all.
  for (const [, load] of named.length > 0 ? named : Object.entries(commands)) program.addCommand(await load());
  for (const command of all(program)) command.exitOverride();
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
