// A data folder, a config and a TMPDIR of one case's own, and the program started in it as a person would.

import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { ReportFile, RunData } from '../../src/domain/report-data.js';
import type { Scenario } from '../../src/domain/scenario.js';
import type { CasePlan } from './plan.js';
import { environmentWithoutServer } from '../../testing/no-server.js';

const program = fileURLToPath(new URL('../../dist/client/main.js', import.meta.url));

const steppedClock = new URL('../../testing/fixtures/stepped-clock.mjs', import.meta.url).href;

/** A leader that is hit must be missed for longer than an election takes. */
export const windowSecondsOf = ({ params }: Scenario): number => (params['victim'] === 'leader' ? 12 : 5);

/** Waits short enough for two hundred cases; everything else is as in production. */
const configOf = ({ scenario, sdk, leaseSeconds }: CasePlan): object => ({
  cluster: { name: 'victim', driver: 'nats', nodes: 3 },
  data_dir: 'data',
  sdks: [sdk],
  load: { messages: 100, rate_per_second: 100 },
  timing: {
    heal_wait_seconds: 2,
    fault_window_seconds: windowSecondsOf(scenario),
    fault_grace_seconds: 5,
    lead_in_seconds: 1,
    observe_budget_seconds: 12,
    recovery_budget_seconds: 20,
    client_limit_seconds: 30,
    lease_seconds: leaseSeconds,
  },
  scenarios: [scenario],
});

export interface Sandbox {
  readonly root: string;
  readonly config: string;
  readonly temporary: string;
  readonly dataRoot: string;
  readonly clusterDir: string;
  /** How far off the clock of its Node processes is; see `stepped-clock.mjs`. */
  readonly clockStep: string;
}

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly hasEnded: () => boolean;
  readonly done: Promise<Ended>;
}

export function createSandbox(plan: CasePlan): Sandbox {
  const root = mkdtempSync(join(tmpdir(), 'robustmq-chaos-kill-'));
  const config = join(root, 'config.yml');
  const temporary = join(root, 'tmp');
  mkdirSync(temporary);
  writeFileSync(config, stringify(configOf(plan)));
  const dataRoot = join(root, 'data');
  mkdirSync(dataRoot);
  // A round needs about 60 MB. What is not full at its moment must not be full before.
  if (plan.harm === 'disk-full')
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'robustmq-chaos-disk', dataRoot]);
  const clusterDir = join(dataRoot, 'clusters', 'victim');
  return { root, config, temporary, dataRoot, clusterDir, clockStep: join(root, 'clock-step') };
}

/** Takes a sandbox away. Nothing may run in it any more. */
export function removeSandbox({ root, dataRoot }: Pick<Sandbox, 'root' | 'dataRoot'>): void {
  // Where nothing is mounted, this fails and does nothing.
  spawnSync('umount', ['--lazy', dataRoot], { stdio: 'ignore' });
  rmSync(root, { recursive: true, force: true });
}

/** Starts the program; `done` resolves with its exit and what it said. */
export function start(sandbox: Sandbox, args: readonly string[]): Running {
  const clock = { NODE_OPTIONS: `--import ${steppedClock}`, CHAOS_CLOCK_STEP: sandbox.clockStep };
  const env = { ...environmentWithoutServer(), ...clock, TMPDIR: sandbox.temporary };
  const child = spawn(process.execPath, [program, ...args, '--config', sandbox.config], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  let ended = false;
  const done = new Promise<Ended>((resolve) => {
    child.once('close', (status, signal) => {
      ended = true;
      resolve({ status, signal, ...said });
    });
  });
  return { pid: child.pid ?? -1, child, hasEnded: () => ended, done };
}

/** Runs that have begun, by the folders that they have made. */
export function runIdsOf({ dataRoot }: Sandbox): string[] {
  const runs = join(dataRoot, 'runs');
  return existsSync(runs) ? readdirSync(runs).filter((name) => name.startsWith('chaos-run-')) : [];
}

/** Reports of every run of the sandbox. */
export const reportsOf = (sandbox: Sandbox): RunData[] =>
  runIdsOf(sandbox)
    .map((name) => join(sandbox.dataRoot, 'runs', name, 'report.json'))
    .filter((file) => existsSync(file))
    .map((file) => (JSON.parse(readFileSync(file, 'utf8')) as ReportFile).details);
