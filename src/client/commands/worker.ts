import { Command, Option } from 'commander';
import { outliveOutput } from '../../host/os/log.js';
import { isAlive, ownIdentity, type ProcessId } from '../../host/os/processes.js';
import { requireWritable } from '../../host/os/writable.js';
import { writtenIn } from '../../host/layout/paths.js';
import { useServer } from '../../host/temporal/state.js';
import { ensureServer } from '../../host/temporal/server.js';
import { findPlace, outsideServer } from '../../temporal/connection.js';
import { configOption, readConfig } from '../options.js';
import { searchAttributeFlags } from '../session.js';
import { verdictProblems } from '../verdicts.js';
import { checkWorker } from '../worker-check.js';

interface Options {
  readonly config: string;
  readonly owner?: string;
  readonly check: boolean;
  readonly setCurrent: boolean;
}

const LOOK_EVERY_MS = 1000;

/** The command that started this process, as it named itself. */
function ownerFrom(text: string): ProcessId {
  const [pid, startTicks] = text.split(':').map(Number) as [number, number];
  return { ...ownIdentity(), pid, startTicks };
}

/** Ends this process in good order when the command that started it is gone. */
function endWith(owner: ProcessId): void {
  setInterval(() => {
    if (!isAlive(owner)) process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS).unref();
}

export const workerCommand = new Command('worker')
  .description(
    'run workflows and the activities of this host until SIGTERM; continues runs that an earlier worker left',
  )
  .addOption(configOption())
  .addOption(new Option('--owner <pid:start>', 'end when this process ends').hideHelp())
  .option('--check', 'start nothing; exit status 0 if a worker of this host serves its queue, else 1', false)
  .option('--set-current', 'make this build current on a server of your own, too: new runs then go to it', false)
  .action(async (options: Options) => {
    const config = readConfig(options.config);
    if (options.check) {
      const { ok, text } = await checkWorker(config);
      const problems = await verdictProblems(config, ok);
      process.stdout.write(`${[text, ...problems].join('\n')}\n`);
      process.exitCode = ok ? 0 : 1;
      return;
    }
    requireWritable(writtenIn(config.dataRoot));
    outliveOutput();
    // Imported here alone: every other command would wait a second for it.
    const { runWorker } = await import('../../worker.js');
    const use = options.owner === undefined ? {} : { owner: ownerFrom(options.owner) };
    const leave = [useServer(config.dataRoot, 'command', null, use)];
    const own = setInterval(() => void keepServer(), LOOK_EVERY_MS).unref();
    const keepServer = async (): Promise<void> => {
      if (outsideServer() === undefined)
        await ensureServer(config.dataRoot, searchAttributeFlags).catch(() => undefined);
    };
    if (use.owner !== undefined) endWith(use.owner);
    await keepServer();
    const address = findPlace(config.dataRoot)?.address ?? '';
    leave.push(useServer(config.dataRoot, 'worker', { hostId: config.host.id, address }, use));
    try {
      await runWorker({ config, place: () => findPlace(config.dataRoot), setCurrent: options.setCurrent }, () =>
        process.stdout.write(
          `worker ready: host ${config.host.id}, Temporal ${findPlace(config.dataRoot)?.address ?? '?'}\n`,
        ),
      );
    } finally {
      clearInterval(own);
      for (const end of leave) end();
    }
  });
