// Finds the real processes of a sandbox by what the program itself wrote down, and hits them by pid and start time.

import { findState } from '../../src/host/drivers/nats/state.js';
import { monotonicUs } from '../../src/host/os/clock.js';
import { keeperOf } from '../../src/host/keeper/control.js';
import { commandLine, findOwned, identify, isAlive, ownerOf, signalProcess } from '../../src/host/os/processes.js';
import { liveUsers, readServer } from '../../src/host/temporal/state.js';
import type { ProcessId } from '../../src/host/os/processes.js';
import { pick } from '../random.js';
import type { CasePlan, Victim } from './plan.js';
import type { Running, Sandbox } from './sandbox.js';

/** A process that was killed or paused. */
export interface Hit {
  readonly victim: Victim;
  readonly id: ProcessId;
  readonly owner: string;
  readonly atUs: number;
}

type Finder = (sandbox: Sandbox, command: Running) => readonly (ProcessId | null | undefined)[];

/** Clients alone, without the process that watches them. */
const clientsOf: Finder = ({ clusterDir }) =>
  findOwned((owner) => owner.startsWith(`${clusterDir}#clients-`)).filter(
    ({ pid }) => !commandLine(pid).includes('runner-main'),
  );

const FINDERS: Readonly<Record<Victim, Finder>> = {
  worker: ({ dataRoot }) => liveUsers(dataRoot).flatMap((user) => (user.role === 'worker' ? [user.process] : [])),
  keeper: ({ clusterDir }) => [keeperOf(clusterDir)],
  toxiproxy: ({ clusterDir }) => [findState(clusterDir)?.proxyProcess],
  server: ({ dataRoot }) => [readServer(dataRoot)?.process],
  command: (_sandbox, command) => [identify(command.pid)],
  broker: ({ clusterDir }) => (findState(clusterDir)?.nodes ?? []).map((node) => node.process),
  client: clientsOf,
};

/** Living processes of one kind; several brokers and clients, one of anything else. */
export const processesOf = (victim: Victim, sandbox: Sandbox, command: Running): ProcessId[] =>
  FINDERS[victim](sandbox, command).filter((id) => id != null && isAlive(id)) as ProcessId[];

/** A signal to one process of each kind. Who got it; a kind that has no process just now is left out. */
export function signalThem(
  plan: CasePlan,
  sandbox: Sandbox,
  command: Running,
  signal: 'SIGKILL' | 'SIGSTOP' = 'SIGKILL',
): Hit[] {
  const chosen = plan.victims.flatMap((victim) => {
    const found = processesOf(victim, sandbox, command);
    return found.length === 0 ? [] : [{ victim, id: pick(plan.random, found) }];
  });
  const known = chosen.map(({ victim, id }) => ({ victim, id, owner: ownerOf(id.pid) ?? '' }));
  return known.flatMap((one) =>
    signalProcess(one.id, signal) ? [{ victim: one.victim, id: one.id, owner: one.owner, atUs: monotonicUs() }] : [],
  );
}
