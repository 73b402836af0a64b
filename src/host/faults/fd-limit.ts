import { z } from 'zod';
import { ChaosError } from '../../domain/errors.js';
import type { Evidence } from '../../domain/fault-record.js';
import type { FaultCluster } from '../drivers/contract.js';
import { countLetIn } from '../drivers/mqtt-probe.js';
import {
  freeBelow,
  limitLeaving,
  limitOpenFiles,
  openFilesLimit,
  openFilesProblem,
  openNumbers,
  type OpenFilesLimit,
} from '../os/open-files.js';
import { isAlive } from '../os/processes.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { provedBack } from './back-by-itself.js';
import { evidence, type Fault, type ProbeResult } from './contract.js';
import { beforeOf, placeLeaders, planVictim, takeover, victimParams } from './victim.js';

const params = victimParams.extend({
  /** How many more files the broker may open. */
  spare: z.number().int().min(0).max(1000).default(0),
});

/** A client that was not let in by then has no place. */
const SILENCE_MS = 500;

const limitBefore = ({ before }: FaultTicket): OpenFilesLimit => before['openFiles'] as OpenFilesLimit;

const numberOf = (limit: string): number => (limit === 'unlimited' ? Infinity : Number(limit));

const spareOf = (ticket: FaultTicket): number => params.parse(ticket.params).spare;

/** The soft limit as a number while it is another one than before; undefined where it is not, or where the process is gone. */
function lowered(ticket: FaultTicket): number | undefined {
  const { process } = beforeOf(ticket);
  const soft = isAlive(process) ? openFilesLimit(process)?.soft : undefined;
  return soft === undefined || soft === limitBefore(ticket).soft ? undefined : Number(soft);
}

/** Clients of ours take what was left to the broker, and one more asks in vain: only then a limit that is reached is really one. */
async function probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult> {
  const { process, brokerHost, brokerPort } = beforeOf(ticket);
  const { dir, driver } = cluster;
  const spare = spareOf(ticket);
  const limit = lowered(ticket);
  const free = limit === undefined ? 0 : freeBelow(limit, openNumbers(process));
  const login = { ...(await driver.clientSettings(dir)), mqttVersion: driver.mqttVersion };
  const clients = spare + 1;
  const served = await countLetIn({ host: brokerHost, port: brokerPort }, login, clients, SILENCE_MS);
  const rows = [
    evidence(
      `limit of open files of process ${process.pid}`,
      `lower than ${limitBefore(ticket).soft}`,
      limit === undefined ? 'not lower' : String(limit),
      limit !== undefined,
    ),
    evidence('files that it can still open', `at most ${spare}`, String(free), limit !== undefined && free <= spare),
    evidence(
      `new clients at the broker itself, ${clients} at once`,
      `not all are let in within ${SILENCE_MS} ms`,
      `${served} are let in`,
      served < clients,
    ),
  ];
  const { leaders } = await takeover(ticket, cluster);
  return { biting: rows.every((row) => row.ok), evidence: rows, leaders };
}

async function recover(ticket: FaultTicket, cluster: FaultCluster, limitMs: number): Promise<Evidence[]> {
  const { process } = beforeOf(ticket);
  const { soft } = limitBefore(ticket);
  await limitOpenFiles(process, soft);
  const now = isAlive(process) ? openFilesLimit(process)?.soft : undefined;
  const row = evidence(
    `limit of open files of process ${process.pid}`,
    `${soft}, or no such process`,
    now ?? 'no such process',
    now === undefined || now === soft,
  );
  return [row, await provedBack(ticket, cluster, limitMs)];
}

/** Lets one broker open no more files, and so take no more connections; over when its limit is as before and it serves new clients. */
export const fdLimit: Fault = {
  kind: 'fd-limit',
  targetKind: 'broker',
  recoveryBlame: 'equipment',
  params,
  holds: () => 'broker',
  about: {
    does: 'Lowers the limit of open files (`RLIMIT_NOFILE`, the soft one) of one running broker with `prlimit`, so that it can open only `spare` (default 0) more: files of its store, and connections. What is open stays open. Each further one fails in the broker with EMFILE ("too many open files").',
    needs:
      '`prlimit` of util-linux. The broker must belong to the user who runs this program, or this program needs root.',
    bites:
      'The kernel reports the lower limit, and that no more than `spare` numbers below it are free. Of `spare` + 1 new clients at the port of the broker itself not all are let in.',
    over: 'The soft limit is what it was; the hard limit was never changed. The broker lets new clients in and is a member of every group. No replica lags. One that is still not after three quarters of the recovery budget is restarted, and blamed: it had all that it needs again.',
    survives:
      'The limit belongs to the process of the broker and ends with it. The keeper raises it again at the deadline, or stops the cluster.',
  },
  hostProblem: openFilesProblem,
  available: () => Promise.resolve(undefined),
  prepare: placeLeaders,
  plan: async (scenario, cluster) => {
    const plan = await planVictim(scenario, cluster, 'prlimit');
    const { process } = plan.before as unknown as ReturnType<typeof beforeOf>;
    const openFiles = openFilesLimit(process);
    if (openFiles === undefined)
      throw new ChaosError('INJECT_FAILED', `expected limits of process ${process.pid} in /proc, found none`);
    return { ...plan, before: { ...plan.before, openFiles } };
  },
  inject: async (ticket) => {
    const { process } = beforeOf(ticket);
    if (!isAlive(process)) return;
    const limit = limitLeaving(spareOf(ticket), openNumbers(process));
    // Never more than it had: a broker that is that near to its limit is hit by nothing, and the probe says so.
    if (limit < numberOf(limitBefore(ticket).soft)) await limitOpenFiles(process, String(limit));
  },
  probe,
  isInForce: (ticket) => Promise.resolve(lowered(ticket) !== undefined),
  recover,
};
