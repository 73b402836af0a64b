// Finds the real processes of a sandbox by what the program itself wrote down, and kills them by pid and start time.

import { findState } from '../../dist/host/drivers/nats/state.js';
import { monotonicUs } from '../../dist/host/os/clock.js';
import { keeperOf } from '../../dist/host/keeper/control.js';
import { commandLine, findOwned, identify, isAlive, ownerOf, signalProcess } from '../../dist/host/os/processes.js';
import { liveUsers, readServer } from '../../dist/host/temporal/state.js';
import { pick } from './random.mjs';

/** Clients alone, without the process that watches them. */
const clientsOf = ({ clusterDir }) =>
  findOwned((owner) => owner.startsWith(`${clusterDir}#clients-`)).filter(
    ({ pid }) => !commandLine(pid).includes('runner-main'),
  );

const FINDERS = {
  worker: ({ dataRoot }) => liveUsers(dataRoot).flatMap((user) => (user.role === 'worker' ? [user.process] : [])),
  keeper: ({ clusterDir }) => [keeperOf(clusterDir)],
  toxiproxy: ({ clusterDir }) => [findState(clusterDir)?.proxyProcess],
  server: ({ dataRoot }) => [readServer(dataRoot)?.process],
  command: (_sandbox, command) => [identify(command.pid)],
  broker: ({ clusterDir }) => (findState(clusterDir)?.nodes ?? []).map((node) => node.process),
  client: clientsOf,
};

/** Living processes of one kind; several brokers and clients, one of anything else. */
export const processesOf = (victim, sandbox, command) =>
  FINDERS[victim](sandbox, command).filter((id) => id != null && isAlive(id));

/**
 * SIGKILL to one process of each kind.
 * @returns {{ victim: string, pid: number, owner: string, atUs: number }[]} what was killed; a kind that has no process just now is left out
 */
export function killThem(plan, sandbox, command) {
  const chosen = plan.victims.flatMap((victim) => {
    const found = processesOf(victim, sandbox, command);
    return found.length === 0 ? [] : [{ victim, id: pick(plan.random, found) }];
  });
  const known = chosen.map(({ victim, id }) => ({ victim, id, pid: id.pid, owner: ownerOf(id.pid) ?? '' }));
  return known.flatMap((one) => (signalProcess(one.id, 'SIGKILL') ? [{ ...one, atUs: monotonicUs() }] : []));
}
