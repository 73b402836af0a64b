import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { loadConfig, type Config } from '../config/load.js';
import { drivers } from '../host/drivers/index.js';
import { faults } from '../host/faults/index.js';
import { installRoot } from '../host/os/tools.js';
import { userName } from '../host/os/user.js';

/** Options that several commands share. */
export const configOption = (): Option =>
  new Option('-c, --config <file>', 'config file').default(
    join(installRoot, 'config', 'default.yml'),
    'config/default.yml',
  );

export const jsonOption = (): Option =>
  new Option('--json', 'print the result as JSON on standard output').default(false);

export const sdkOption = (): Option =>
  new Option('--sdk <list>', 'only these SDKs, comma-separated').argParser((value: string) =>
    value
      .split(',')
      .map((sdk) => sdk.trim())
      .filter((sdk) => sdk !== ''),
  );

export const cancelFirstOption = (): Option =>
  new Option('--cancel-first', 'cancel the run that holds the cluster, wait for its end, and then start').default(
    false,
  );

/** A port on 127.0.0.1 to listen on. */
export const portOption = (): Option =>
  new Option('--port <number>', 'port on 127.0.0.1; 0 takes a free one').default(0).argParser((value: string) => {
    const port = /^\d{1,5}$/.test(value) ? Number(value) : NaN;
    if (port <= 65_535) return port;
    throw new InvalidArgumentError('expected a number from 0 to 65535');
  });

/** Who pauses or resumes is named. */
export const byOption = (what: string): Option =>
  new Option('--by <name>', what).default(userName(), 'the user of this machine');

/** Reads the config that an option names; throws CONFIG_INVALID with every problem. */
export const readConfig = (file: string): Config => loadConfig(resolve(file), { drivers, faults });
