import { Command } from 'commander';
import { requireTemporal } from '../../temporal/connection.js';
import { workersServing, type Serving } from '../../temporal/askers.js';
import { isOfThisMachine } from '../../temporal/identity.js';
import { configOption, jsonOption, readConfig } from '../options.js';

const lineOf = (worker: Serving): string => {
  const { hostId, machine, pid, build, secondsAgo } = worker;
  const where = isOfThisMachine(worker) ? `${machine} (this machine)` : machine;
  return `${hostId ?? '(unknown: an older version)'}  ${where}, process ${pid}, build ${build ?? 'none'}, asked for work ${secondsAgo} s ago`;
};

export const hostsCommand = new Command('hosts')
  .description('list the hosts whose workers serve this Temporal')
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (options: { readonly config: string; readonly json: boolean }) => {
    const { client } = await requireTemporal(readConfig(options.config).dataRoot);
    const workers = await workersServing(client);
    const text = workers.map(lineOf).join('\n') || 'no worker is there: robustmq-chaos worker';
    process.stdout.write(options.json ? `${JSON.stringify(workers, null, 2)}\n` : `${text}\n`);
  });
