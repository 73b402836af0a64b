// One case from start to end: a real round, a harm, and everything that must hold afterwards.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { endAll as endProcesses, findProcessesOf } from '#os/processes';
import { connectClient, embeddedServer } from '../../src/temporal/connection.js';
import { pollUntil } from '../../src/host/os/clock.js';
import { findState } from '../../src/host/drivers/nats/state.js';
import { sweepOwned } from '../../src/host/os/processes.js';
import { listTickets, openTickets } from '../../src/host/tickets/store.js';
import { harm, type Harmed } from './harm.js';
import { leftBehind } from './left-behind.js';
import type { CasePlan } from './plan.js';
import {
  createSandbox,
  removeSandbox,
  reportsOf,
  runIdsOf,
  start,
  windowSecondsOf,
  type Running,
  type Sandbox,
} from './sandbox.js';
import { verdictProblems } from './verdict.js';
import { processesOf } from './victims.js';
import { watch } from './watch.js';

/** Folders of the cases that are on now. */
const sandboxes = new Set<Sandbox>();

/** Ends every case at once, and takes away what it had started: for a bench that is broken off. */
export async function endAll(): Promise<void> {
  for (const sandbox of sandboxes) {
    await endProcesses(() => findProcessesOf(sandbox.root));
    removeSandbox(sandbox);
  }
}

const STATES = ['planned', 'injecting', 'injected', 'stuck', 'recovered'];
const RUN_LIMIT_MS = 240_000;
const CLEAN_LIMIT_MS = 10_000;

function reached({ moment }: CasePlan, { clusterDir }: Sandbox): boolean {
  if (moment === 'cluster') return findState(clusterDir)?.nodes.every((node) => node.process !== null) === true;
  return listTickets(clusterDir).some(({ state }) => STATES.indexOf(state) >= STATES.indexOf(moment));
}

/** Waits for the moment of the kill; a run that ends before it is what it is. */
async function awaitMoment(plan: CasePlan, sandbox: Sandbox, command: Running): Promise<void> {
  await pollUntil(async () => command.hasEnded() || reached(plan, sandbox) || undefined, {
    limitMs: 120_000,
    everyMs: 5,
  });
  const end = Date.now() + plan.afterMs;
  while (Date.now() < end && !command.hasEnded()) await sleep(Math.min(20, Math.max(1, end - Date.now())));
  // Clients come and go: where there is none just now, the next one is waited for.
  const there = () =>
    plan.victims.length === 0 || plan.victims.some((victim) => processesOf(victim, sandbox, command).length > 0);
  await pollUntil(async () => command.hasEnded() || there() || undefined, { limitMs: 20_000, everyMs: 5 });
}

const within = <T>(work: Promise<T>, limitMs: number): Promise<T | undefined> =>
  Promise.race([work, sleep(limitMs, undefined, { ref: false })]);

/** Is every run that has begun closed? A server that does not know one of them is no witness. */
async function allClosed(client: Client, sandbox: Sandbox): Promise<true | undefined> {
  const found = await Promise.all(runIdsOf(sandbox).map((id) => client.workflow.getHandle(id).describe()));
  return found.every(({ status }) => status.name !== 'RUNNING') || undefined;
}

/** The run goes on as soon as there is a server and a worker again; true if every run is closed in time. */
async function resume(sandbox: Sandbox): Promise<boolean> {
  const dev = start(sandbox, ['dev']);
  try {
    const closed = await pollUntil(
      async () => {
        const place = embeddedServer(sandbox.dataRoot);
        if (place === undefined) return undefined;
        const client = await connectClient(place);
        try {
          return await allClosed(client, sandbox);
        } finally {
          await client.connection.close();
        }
      },
      { limitMs: RUN_LIMIT_MS, everyMs: 1000 },
    );
    return closed === true;
  } finally {
    dev.child.kill('SIGTERM');
    if ((await within(dev.done, 30_000)) === undefined) dev.child.kill('SIGKILL');
  }
}

/** A command that lives must end with a verdict; where it was killed its run must be resumable, and end. */
async function awaitEnd(sandbox: Sandbox, command: Running): Promise<string[]> {
  const ended = await within(command.done, RUN_LIMIT_MS);
  if (ended === undefined) {
    command.child.kill('SIGKILL');
    return [`the command did not end within ${RUN_LIMIT_MS / 1000} s`];
  }
  if (ended.stdout.includes('"headline"')) return [];
  // With worker and keeper both gone nobody is there to end it: then the next start of either must.
  const nobody = (): boolean =>
    (['worker', 'keeper'] as const).every((kind) => processesOf(kind, sandbox, command).length === 0);
  const over = await pollUntil(async () => openTickets(sandbox.clusterDir).length === 0 || nobody() || undefined, {
    limitMs: 120_000,
    everyMs: 200,
  });
  if (over !== true) return ['the fault was not over 120 s after the command'];
  return (await resume(sandbox)) ? [] : ['the run was not closed after it was resumed'];
}

/** What is still left of the sandbox after a moment's patience. */
async function stillLeft(sandbox: Sandbox, ports: ReadonlySet<number>, undo: () => Promise<void>): Promise<string[]> {
  await undo();
  const look = (): string[] => leftBehind(sandbox, ports).filter((line) => !line.includes('robustmq-chaos-disk'));
  await pollUntil(async () => look().length === 0 || undefined, { limitMs: CLEAN_LIMIT_MS, everyMs: 200 });
  return look();
}

export interface CaseResult {
  readonly plan: CasePlan;
  readonly done: string;
  readonly headline: string;
  readonly problems: readonly string[];
  readonly seconds: number;
  readonly root: string;
}

/** @param keep leaves the folder of a case that failed */
export async function runCase(plan: CasePlan, keep: boolean): Promise<CaseResult> {
  const startedAt = Date.now();
  const sandbox = createSandbox(plan);
  sandboxes.add(sandbox);
  const command = start(sandbox, ['round', '--json']);
  const watched = watch(sandbox, command);
  const problems: string[] = [];
  let harmed: Harmed = { hits: [], done: 'nothing', undo: () => Promise.resolve() };
  try {
    await awaitMoment(plan, sandbox, command);
    const ticket = listTickets(sandbox.clusterDir)[0];
    harmed = await harm(plan, sandbox, command);
    problems.push(...(await awaitEnd(sandbox, command)));
    await watched.stop();
    problems.push(
      ...watched.problems,
      ...verdictProblems({
        reports: reportsOf(sandbox),
        killed: plan.harm === 'pause' ? [] : harmed.hits,
        ticket,
        windowSeconds: windowSecondsOf(plan.scenario),
      }),
    );
    problems.push(...(await stillLeft(sandbox, watched.ports, harmed.undo)));
  } catch (error) {
    problems.push(`the case itself failed: ${error instanceof Error ? error.stack : String(error)}`);
  }
  await harmed.undo();
  await watched.stop();
  const headline =
    reportsOf(sandbox)
      .map((report) => report.headline)
      .join(' ') || 'no report';
  command.child.kill('SIGKILL');
  sandboxes.delete(sandbox);
  await sweepOwned((owner) => owner.startsWith(sandbox.root));
  if (problems.length === 0 || !keep) removeSandbox(sandbox);
  const seconds = (Date.now() - startedAt) / 1000;
  return {
    plan,
    done: harmed.done,
    headline,
    problems,
    seconds,
    root: sandbox.root,
  };
}
