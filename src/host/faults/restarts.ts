import { ChaosError } from '../../domain/errors.js';
import type { Evidence } from '../../domain/fault-record.js';
import type { FaultCluster } from '../drivers/contract.js';
import { monotonicUs, pollUntil, sleepMs } from '../os/clock.js';
import { isListening } from '../os/ports.js';
import { endProcess, isAlive, signalProcess, waitGone, type ProcessId } from '../os/processes.js';
import { stepLog, stepOf, type StepLog } from '../tickets/steps.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { provedHealthy, type BeforeVictim } from './victim.js';

// Brokers that are asked to end, stay down for a while and are started again: one, all of them in turn, or all at once.

/** A broker that was asked to end and has not by then does not end gracefully. RobustMQ needs 5 to 7 s; its own watchdog ends it after 20. */
export const END_LIMIT_MS = 30_000;
/** From the end of a process to the closing of its port. */
const CLOSE_LIMIT_MS = 5_000;

/** What a ticket of a restart keeps. */
export interface BeforeRestart {
  /** Those of a batch go down together. The next batch waits until the cluster is whole. */
  readonly batches: readonly (readonly string[])[];
  readonly signal: NodeJS.Signals;
  readonly downMs: number;
  readonly victims: Readonly<Record<string, Pick<BeforeVictim, 'process' | 'brokerHost' | 'brokerPort'>>>;
}

export const restartOf = ({ before }: FaultTicket): BeforeRestart => before['restart'] as BeforeRestart;

/** What is written down before: all of them must run. */
export async function planRestart(
  { dir, driver }: FaultCluster,
  given: Pick<BeforeRestart, 'batches' | 'signal' | 'downMs'>,
): Promise<BeforeRestart> {
  const ids = given.batches.flat();
  const nodes = (await driver.nodes(dir)).filter(({ id }) => ids.includes(id));
  const dead = nodes.filter(({ alive }) => !alive).map(({ id }) => id);
  const victims = Object.fromEntries(
    nodes.flatMap(({ id, process, brokerHost, brokerPort }) =>
      process === null ? [] : [[id, { process, brokerHost, brokerPort }]],
    ),
  );
  if (dead.length > 0 || Object.keys(victims).length < ids.length)
    throw new ChaosError('INJECT_FAILED', `expected ${ids.join(', ')} to run, found less`);
  return { ...given, victims };
}

/** Nobody renews the deadline while the fault is being injected: all of it has to fit in. */
const msLeft = ({ deadlineUs }: FaultTicket): number => Math.max(0, (deadlineUs - monotonicUs()) / 1000);

function refuseTooLong(ticket: FaultTicket): void {
  const { batches, downMs } = restartOf(ticket);
  const needMs = batches.length * downMs;
  if (needMs < msLeft(ticket)) return;
  throw new ChaosError(
    'INJECT_FAILED',
    `expected time for ${needMs / 1000} s of down_seconds, ${Math.floor(msLeft(ticket) / 1000)} s are left until the deadline of the fault: ` +
      'lower down_seconds, or raise timing.fault_window_seconds or timing.fault_grace_seconds',
  );
}

/** True once all of them are gone and have been so for long enough. False if one did not end: then nothing more is done, and the probe says so. */
async function takeDown(log: StepLog, batch: readonly string[]): Promise<boolean> {
  const { victims, signal, downMs } = restartOf(log.ticket());
  const processes = batch.map((id) => [id, (victims[id] as BeforeRestart['victims'][string]).process] as const);
  for (const [id, process] of processes) if (!log.has(id, 'asked')) log.note(id, 'asked', process);
  for (const [, process] of processes) signalProcess(process, signal);
  const limitMs = Math.min(END_LIMIT_MS, msLeft(log.ticket()));
  const gone = await Promise.all(
    processes.map(async ([id, process]) => {
      const ended = await waitGone(process, limitMs);
      if (ended && !log.has(id, 'ended')) log.note(id, 'ended', process);
      return ended;
    }),
  );
  if (!gone.every(Boolean)) return false;
  const lastUs = Math.max(...batch.map((id) => stepOf(log.ticket(), id, 'ended')?.us ?? 0));
  await sleepMs(Math.max(0, downMs - (monotonicUs() - lastUs) / 1000));
  return (await Promise.all(processes.map(([id, process]) => seenDown(log, id, process)))).every(Boolean);
}

/** The port is looked at, too: somebody else may have started the broker. */
async function seenDown(log: StepLog, id: string, process: ProcessId): Promise<boolean> {
  if (log.has(id, 'down')) return true;
  const { brokerHost, brokerPort } = restartOf(log.ticket()).victims[id] as BeforeRestart['victims'][string];
  const closed = await pollUntil(async () => !(await isListening(brokerPort, brokerHost)) || undefined, {
    limitMs: CLOSE_LIMIT_MS,
    everyMs: 25,
  });
  if (closed === true) log.note(id, 'down', process);
  return closed === true;
}

async function bringBack(log: StepLog, { dir, driver }: FaultCluster, batch: readonly string[]): Promise<void> {
  for (const id of batch.filter((one) => !log.has(one, 'started'))) {
    await driver.startNode(dir, id);
    const process = (await driver.nodes(dir)).find((node) => node.id === id)?.process;
    if (process != null) log.note(id, 'started', process);
  }
  await provedHealthy({ ...log.ticket(), targets: batch }, { dir, driver }, msLeft(log.ticket()));
  for (const id of batch) {
    const started = stepOf(log.ticket(), id, 'started');
    if (started !== undefined) log.note(id, 'whole', started.process);
  }
}

/** One batch after the other. Begun again after a crash, it goes on after the last step that was noted. */
export async function restart(ticket: FaultTicket, cluster: FaultCluster): Promise<void> {
  const log = stepLog(ticket);
  if (log.ticket().steps === undefined) refuseTooLong(ticket);
  for (const batch of restartOf(ticket).batches) {
    if (batch.every((id) => log.has(id, 'whole'))) continue;
    if (!(await takeDown(log, batch))) return;
    await bringBack(log, cluster, batch);
  }
}

/** Has each come back, and does it run still? */
export const runSinceRestart = (ticket: FaultTicket): boolean =>
  ticket.targets.every((id) => {
    const started = stepOf(ticket, id, 'started');
    return started !== undefined && isAlive(started.process);
  });

/** Those that were asked and have not been started again. */
export const downByRestart = (ticket: FaultTicket): string[] =>
  ticket.targets.filter(
    (id) => stepOf(ticket, id, 'asked') !== undefined && stepOf(ticket, id, 'started') === undefined,
  );

/** A broker has so long from the moment at which it was asked. */
async function endAsked(ticket: FaultTicket, id: string, limitMs: number): Promise<void> {
  const asked = stepOf(ticket, id, 'asked');
  if (asked === undefined) return;
  const leftMs = END_LIMIT_MS - (monotonicUs() - asked.us) / 1000;
  await endProcess(asked.process, Math.max(0, Math.min(leftMs, limitMs)));
}

/** Ends what was asked to end and has not, starts what does not run, and proves that the cluster is whole. */
export async function endRestart(
  ticket: FaultTicket,
  cluster: FaultCluster,
  limitMs: number,
): Promise<readonly Evidence[]> {
  // It may be on its way out, and then it is not to be taken for running.
  await Promise.all(downByRestart(ticket).map((id) => endAsked(ticket, id, limitMs / 2)));
  for (const id of ticket.targets) await cluster.driver.startNode(cluster.dir, id);
  return [await provedHealthy(ticket, cluster, limitMs)];
}
