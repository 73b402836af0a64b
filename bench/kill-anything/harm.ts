// Does to a sandbox what its case says, and takes it back.

import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findState } from '../../src/host/drivers/nats/state.js';
import { signalProcess } from '../../src/host/os/processes.js';
import { fillDisk } from '../../testing/fixtures/fill-disk.mjs';
import { pick } from '../random.js';
import type { CasePlan } from './plan.js';
import type { Running, Sandbox } from './sandbox.js';
import { signalThem, type Hit } from './victims.js';

/** How long a paused process stands, and a full disk is full. */
const LASTS_MS = 20_000;
const HOUR_MS = 3_600_000;

export interface Harmed {
  /** Processes that were hit. */
  readonly hits: readonly Hit[];
  /** What was done, in words. */
  readonly done: string;
  /** Takes it back, if that has not happened by itself. Always called. */
  readonly undo: () => Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();
const words = (hits: readonly Hit[]): string =>
  hits.map(({ victim, id }) => `${victim} ${id.pid}`).join(', ') || 'nobody there';

function pause(plan: CasePlan, sandbox: Sandbox, command: Running): Harmed {
  const hits = signalThem(plan, sandbox, command, 'SIGSTOP');
  const goOn = (): void => hits.forEach(({ id }) => void signalProcess(id, 'SIGCONT'));
  const timer = setTimeout(goOn, LASTS_MS);
  const undo = (): Promise<void> => {
    clearTimeout(timer);
    goOn();
    return Promise.resolve();
  };
  return { hits, done: `paused for ${LASTS_MS / 1000} s: ${words(hits)}`, undo };
}

/** The proxies are killed, and what nobody of ours knows listens on one of their ports. */
async function takePort(plan: CasePlan, sandbox: Sandbox, command: Running): Promise<Harmed> {
  const state = findState(sandbox.clusterDir);
  const port = pick(plan.random, [
    state?.proxyApiPort ?? 0,
    ...(state?.nodes.map(({ proxiedMqttPort }) => proxiedMqttPort) ?? []),
  ]);
  const hits = signalThem(plan, sandbox, command);
  if (port === 0 || hits.length === 0) return { hits, done: 'no proxy there', undo: nothing };
  const thief = createServer((socket) => socket.destroy());
  const stolen = await new Promise<boolean>((resolve) => {
    const until = Date.now() + 2000;
    thief.on('error', () => (Date.now() < until ? thief.listen(port, '127.0.0.1') : resolve(false)));
    thief.listen(port, '127.0.0.1', () => resolve(true));
  });
  const undo = (): Promise<void> => new Promise((resolve) => void thief.close(() => resolve()));
  return { hits, done: `${words(hits)}, its port ${port} ${stolen ? 'taken' : 'not to be had'}`, undo };
}

/** The wall clock of every Node process of the sandbox, which looks into this file (`stepped-clock.mjs`). */
function stepClock(plan: CasePlan, { clockStep }: Sandbox): Harmed {
  const stepMs = plan.random() < 0.5 ? HOUR_MS : -HOUR_MS;
  writeFileSync(clockStep, String(stepMs));
  return { hits: [], done: `the clock stepped by ${stepMs > 0 ? '+' : '-'}1 h`, undo: nothing };
}

/** Fills the file system of the data folder, which is the sandbox's own and small, to the last byte. */
function fullDisk({ dataRoot }: Sandbox): Harmed {
  const filler = join(dataRoot, 'filler');
  fillDisk(filler);
  const free = (): void => rmSync(filler, { force: true });
  const timer = setTimeout(free, LASTS_MS);
  const undo = (): Promise<void> => {
    clearTimeout(timer);
    free();
    return Promise.resolve();
  };
  return { hits: [], done: `the disk was full for ${LASTS_MS / 1000} s`, undo };
}

export async function harm(plan: CasePlan, sandbox: Sandbox, command: Running): Promise<Harmed> {
  switch (plan.harm) {
    case 'kill': {
      const hits = signalThem(plan, sandbox, command);
      return { hits, done: words(hits), undo: nothing };
    }
    case 'pause':
      return pause(plan, sandbox, command);
    case 'taken-port':
      return takePort(plan, sandbox, command);
    case 'clock-step':
      return stepClock(plan, sandbox);
    case 'disk-full':
      return fullDisk(sandbox);
    default:
      return plan.harm satisfies never;
  }
}
