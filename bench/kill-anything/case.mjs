// One case from start to end: a real round, a kill, and everything that must hold afterwards.

import { readdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectClient, embeddedServer } from '../../dist/temporal/connection.js';
import { pollUntil } from '../../dist/host/os/clock.js';
import { findState } from '../../dist/host/drivers/nats/state.js';
import { sweepOwned } from '../../dist/host/os/processes.js';
import { listTickets, openTickets } from '../../dist/host/tickets/store.js';
import { differences, hostSnapshot, processesIn } from './host-snapshot.mjs';
import { createSandbox, reportsOf, runIdsOf, start, windowSecondsOf } from './sandbox.mjs';
import { verdictProblems } from './verdict.mjs';
import { killThem, processesOf } from './victims.mjs';
import { portsLeft, watch } from './watch.mjs';

/** Folders of the cases that are on now. */
const sandboxes = new Set();

/** Ends every case at once, and takes away what it had started: for a bench that is broken off. */
export async function endAll() {
  for (const root of sandboxes) {
    for (let round = 0; round < 20 && processesIn(root).length > 0; round += 1) {
      for (const text of processesIn(root)) killQuietly(Number(text.split(' ')[0]));
      await sleep(50);
    }
    rmSync(root, { recursive: true, force: true });
  }
}

function killQuietly(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went by itself just now.
  }
}

const STATES = ['planned', 'injecting', 'injected', 'stuck', 'recovered'];
const RUN_LIMIT_MS = 240_000;
const CLEAN_LIMIT_MS = 10_000;

function reached({ moment }, { clusterDir }) {
  if (moment === 'cluster') return findState(clusterDir)?.nodes.every((node) => node.process !== null) === true;
  return listTickets(clusterDir).some(({ state }) => STATES.indexOf(state) >= STATES.indexOf(moment));
}

/** Waits for the moment of the kill; a run that ends before it is what it is. */
async function awaitMoment(plan, sandbox, command) {
  await pollUntil(async () => command.ended || reached(plan, sandbox) || undefined, { limitMs: 120_000, everyMs: 5 });
  const end = Date.now() + plan.afterMs;
  while (Date.now() < end && !command.ended) await sleep(Math.min(20, Math.max(1, end - Date.now())));
  // Clients come and go: where there is none just now, the next one is waited for.
  const there = () => plan.victims.some((victim) => processesOf(victim, sandbox, command).length > 0);
  await pollUntil(async () => command.ended || there() || undefined, { limitMs: 20_000, everyMs: 5 });
}

const within = (work, limitMs) => Promise.race([work, sleep(limitMs, undefined, { ref: false })]);

/** Is every run that has begun closed? A server that does not know one of them is no witness. */
async function allClosed(client, sandbox) {
  const found = await Promise.all(runIdsOf(sandbox).map((id) => client.workflow.getHandle(id).describe()));
  return found.every(({ status }) => status.name !== 'RUNNING') || undefined;
}

/** The run goes on as soon as there is a server and a worker again; true if every run is closed in time. */
async function resume(sandbox) {
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
async function awaitEnd(sandbox, command) {
  const ended = await within(command.done, RUN_LIMIT_MS);
  if (ended === undefined) {
    command.child.kill('SIGKILL');
    return [`the command did not end within ${RUN_LIMIT_MS / 1000} s`];
  }
  if (ended.stdout.includes('"headline"')) return [];
  // With worker and keeper both gone nobody is there to end it: then the next start of either must.
  const nobody = () => ['worker', 'keeper'].every((kind) => processesOf(kind, sandbox, command).length === 0);
  const over = await pollUntil(async () => openTickets(sandbox.clusterDir).length === 0 || nobody() || undefined, {
    limitMs: 120_000,
    everyMs: 200,
  });
  if (over !== true) return ['the fault was not over 120 s after the command'];
  return (await resume(sandbox)) ? [] : ['the run was not closed after it was resumed'];
}

/** Nothing of the sandbox is left, and the host is as it was. */
async function leftBehind(sandbox, before, ports) {
  const look = () => [
    ...processesIn(sandbox.root).map((text) => `process ${text}`),
    ...portsLeft(ports, sandbox.root).map((port) => `port ${port} is listened on`),
    ...readdirSync(sandbox.temporary).map((name) => `temporary file ${name}`),
    ...differences(before, hostSnapshot()),
  ];
  await pollUntil(async () => look().length === 0 || undefined, { limitMs: CLEAN_LIMIT_MS, everyMs: 200 });
  return look();
}

/**
 * @param {object} plan as `planCase` made it
 * @param {boolean} keep leaves the folder of a case that failed
 * @returns {Promise<{ plan: object, killed: string[], headline: string, problems: string[], seconds: number }>}
 */
export async function runCase(plan, keep) {
  const startedAt = Date.now();
  const before = hostSnapshot();
  const sandbox = createSandbox(plan);
  sandboxes.add(sandbox.root);
  const command = start(sandbox, ['round', '--json']);
  const watched = watch(sandbox, command);
  const problems = [];
  let killed = [];
  try {
    await awaitMoment(plan, sandbox, command);
    const ticket = listTickets(sandbox.clusterDir)[0];
    killed = killThem(plan, sandbox, command);
    problems.push(...(await awaitEnd(sandbox, command)));
    await watched.stop();
    problems.push(
      ...watched.problems,
      ...verdictProblems(reportsOf(sandbox), killed, ticket, windowSecondsOf(plan.scenario)),
    );
    problems.push(...(await leftBehind(sandbox, before, watched.ports)));
  } catch (error) {
    problems.push(`the case itself failed: ${error.stack ?? error}`);
  }
  await watched.stop();
  const headline =
    reportsOf(sandbox)
      .map((report) => report.headline)
      .join(' ') || 'no report';
  command.child.kill('SIGKILL');
  sandboxes.delete(sandbox.root);
  await sweepOwned((owner) => owner.startsWith(sandbox.root));
  if (problems.length === 0 || !keep) rmSync(sandbox.root, { recursive: true, force: true });
  const seconds = (Date.now() - startedAt) / 1000;
  return {
    plan,
    killed: killed.map(({ victim, pid }) => `${victim} ${pid}`),
    headline,
    problems,
    seconds,
    root: sandbox.root,
  };
}
