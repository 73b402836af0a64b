import { Command } from 'commander';
import { ChaosError } from '../../domain/errors.js';
import { dirtyMark } from '../../host/tickets/dirty-mark.js';
import { faults } from '../../host/faults/index.js';
import type { FaultTicket } from '../../host/tickets/ticket.js';
import { keeperOf, reviveKeepers } from '../../host/keeper/control.js';
import { describeTicket, openOnHost, ticketsOnHost } from '../../host/tickets/store.js';
import { recoverTicket } from '../../host/lifecycle/recover.js';
import { newerLines } from '../newer.js';
import { configOption, jsonOption, readConfig } from '../options.js';

interface Options {
  readonly config: string;
  readonly json: boolean;
}

function asText(tickets: readonly FaultTicket[], newer: readonly string[]): string {
  if (tickets.length + newer.length === 0) return 'no fault is open on this host\n';
  const lines = tickets.flatMap((ticket) => [
    `${ticket.state === 'stuck' ? 'STUCK ' : ''}${describeTicket(ticket)}`,
    `    keeper ${String(keeperOf(ticket.clusterDir)?.pid ?? 'none')}, cluster ${ticket.clusterDir}`,
    ...(ticket.lastRecoverError === null ? [] : [`    last attempt to recover: ${ticket.lastRecoverError}`]),
    ...(dirtyMark(ticket.clusterDir) === undefined
      ? []
      : ['    the cluster is dirty: no scenario runs on it until it is stopped and started']),
  ]);
  return `${[...lines, ...newer].join('\n')}\n`;
}

const listCommand = new Command('list')
  .description('list the faults that are open on this host: what, since when, until when, by which run')
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (options: Options) => {
    const { dataRoot } = readConfig(options.config);
    await reviveKeepers(dataRoot);
    const tickets = openOnHost(dataRoot);
    const newer = newerLines(dataRoot);
    if (options.json) newer.forEach((line) => process.stderr.write(`${line}\n`));
    process.stdout.write(options.json ? `${JSON.stringify(tickets, null, 2)}\n` : asText(tickets, newer));
  });

/** The tickets that a person means: all that are open, the named one (which somebody may have ended just now), or the only one. */
function chosen(every: readonly FaultTicket[], id: string | undefined, all: boolean): readonly FaultTicket[] {
  const open = every.filter((ticket) => ticket.state !== 'recovered');
  if (all || (id === undefined && open.length === 1)) return open;
  const known = open.map((ticket) => ticket.faultId).join(', ') || 'none';
  if (id === undefined) {
    if (open.length === 0) return [];
    throw new ChaosError('CONFIG_INVALID', `faults recover: expected an id or --all; open are ${known}`);
  }
  const found = every.filter((ticket) => ticket.faultId === id);
  if (found.length > 0) return found;
  throw new ChaosError(
    'CONFIG_INVALID',
    `faults recover: expected the id of an open fault, got ${id}; open are ${known}`,
  );
}

async function recoverOne({ clusterDir, faultId, recoveryBudgetMs }: FaultTicket): Promise<boolean> {
  try {
    const { recoveredBy, healed } = await recoverTicket({ faults, clusterDir, faultId }, 'command', recoveryBudgetMs);
    const proof = healed.map((row) => `    ✓ ${row.what}: ${row.observed}`).join('\n');
    process.stdout.write(`${faultId}: recovered by the ${String(recoveredBy)}\n${proof}\n`);
    return true;
  } catch (error) {
    process.stderr.write(`STUCK ${faultId}: ${String(error)}; its keeper keeps trying\n`);
    return false;
  }
}

const recoverCommand = new Command('recover')
  .description('end a fault and prove it, without Temporal; the run that injected it is marked as cut short')
  .argument('[id]', 'id of the fault; default: the only open one')
  .option('--all', 'every fault that is open on this host', false)
  .addOption(configOption())
  .action(async (id: string | undefined, options: Options & { readonly all: boolean }) => {
    const { dataRoot } = readConfig(options.config);
    await reviveKeepers(dataRoot);
    const tickets = chosen(ticketsOnHost(dataRoot), id, options.all);
    const newer = newerLines(dataRoot);
    newer.forEach((line) => process.stderr.write(`${line}\n`));
    if (tickets.length + newer.length === 0) process.stdout.write('no fault is open on this host\n');
    const done: boolean[] = [];
    for (const ticket of tickets) done.push(await recoverOne(ticket));
    process.exitCode = done.every(Boolean) && newer.length === 0 ? 0 : 1;
  });

/** What is broken on this host just now, and its end: works without a Temporal server. */
export const faultsCommand = new Command('faults')
  .description('list or end the faults that are active on this host')
  .addCommand(listCommand)
  .addCommand(recoverCommand);
