import { Command } from 'commander';
import { sleepMs } from '../../host/os/clock.js';
import { configOption, readConfig } from '../options.js';
import { INTERRUPTS } from '../interrupts.js';
import { openSession } from '../session.js';

const LOOK_EVERY_MS = 1000;

export const devCommand = new Command('dev')
  .description('run the Temporal server, the Web UI and a worker until Ctrl-C')
  .addOption(configOption())
  .action(async (options: { readonly config: string }) => {
    const session = await openSession(readConfig(options.config), 'every run');
    process.stdout.write(
      `Temporal at ${session.place.address}, Web UI at ${session.place.uiUrl ?? 'your own server'}. Ctrl-C ends it.\n`,
    );
    const ending = new AbortController();
    for (const signal of INTERRUPTS) process.on(signal, () => ending.abort());
    while (!ending.signal.aborted) {
      await session.keepAlive().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
      await sleepMs(LOOK_EVERY_MS, ending.signal).catch(() => undefined);
    }
    await session.close();
  });
