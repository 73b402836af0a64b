import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { installRoot, requireTool } from '../../src/host/os/tools.js';
import { freePorts, listensOn, portTakenIn } from '../../src/host/os/ports.js';
import {
  childEnvironment,
  commandLine,
  findOwned,
  isAlive,
  spawnDetached,
  sweepOwned,
} from '../../src/host/os/processes.js';
import { pollUntil } from '../../src/host/os/clock.js';
import { liveUsers } from '../../src/host/temporal/state.js';
import { PROXY_VARIABLES } from '../connect-proxy.js';
import type { ReportFile, RunData, RunResult } from '../../src/domain/report-data.js';
import { environmentWithoutServer } from '../no-server.js';

/**
 * Waits short enough for a test, and a limit of latency that no stall of a busy machine reaches: a healthy broker must pass on any machine, and a
 * slow one has a test of its own, which sets the limit that it breaks. Everything else is as in production.
 */
const SHORT = {
  load: { messages: 200, rate_per_second: 100 },
  timing: {
    heal_wait_seconds: 2,
    fault_window_seconds: 4,
    lead_in_seconds: 1,
    client_limit_seconds: 60,
    lease_seconds: 60,
  },
  verdict: { p99_limit_ms: 10_000 },
};

export interface Sandbox {
  readonly root: string;
  readonly dataRoot: string;
  readonly clusterDir: string;
  readonly config: string;
}

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Finished>;
}

/** A data folder and a config of their own under the system's temporary folder. `overrides` replace whole sections. */
export function createSandbox(overrides: Record<string, unknown>, name = 'robustmq-chaos-'): Sandbox {
  const root = mkdtempSync(join(tmpdir(), name));
  mkdirSync(join(root, 'data'));
  return addCluster(root, 'e2e', overrides);
}

/** One more cluster, with a config of its own, that shares the data folder, and so the server, of a sandbox. */
export function addCluster(root: string, name: string, overrides: Record<string, unknown>): Sandbox {
  const config = join(root, `${name}.yml`);
  const timing = { ...SHORT.timing, ...(overrides['timing'] as object | undefined) };
  const cluster = { name, driver: 'nats', nodes: 3, ...(overrides['cluster'] as object | undefined) };
  writeFileSync(config, stringify({ data_dir: 'data', ...SHORT, ...overrides, cluster, timing }));
  return { root, dataRoot: join(root, 'data'), clusterDir: join(root, 'data', 'clusters', name), config };
}

/** The environment of a process that is to find no Temporal of the machine's own, but the one at `outside` (host:port) if that is given, and no proxy that works. */
export function environmentIn(sandbox: Sandbox, outside?: string): NodeJS.ProcessEnv {
  const named = outside === undefined ? {} : { TEMPORAL_ADDRESS: outside };
  // Whatever asks for something of this host by way of a proxy gets no answer.
  const proxies = Object.fromEntries(
    PROXY_VARIABLES.map((name) => [name, /no/i.test(name) ? '' : 'http://127.0.0.1:1']),
  );
  return { ...environmentWithoutServer(), ...named, ...proxies };
}

const started = new Map<string, Set<ChildProcess>>();

/** Starts the program as a person would, or the one that is in another folder, perhaps `by` another program. It ends with the sandbox at the latest. */
export function start(
  args: readonly string[],
  sandbox: Sandbox,
  outside?: string,
  root = installRoot,
  by: readonly string[] = [],
): Running {
  const program = [process.execPath, join(root, 'dist/client/main.js'), ...args, '--config', sandbox.config];
  const [command = '', ...rest] = [...by, ...program];
  const child = spawn(command, rest, {
    env: environmentIn(sandbox, outside),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const children = started.get(sandbox.root) ?? new Set();
  started.set(sandbox.root, children.add(child));
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const done = new Promise<Finished>((resolve) => {
    child.once('close', (status) => {
      children.delete(child);
      resolve({ status, stdout, stderr });
    });
  });
  return { child, done };
}

const SERVER_TRIES = 3;

/** A Temporal server of somebody else's, and its address; it goes with the sandbox. Without attributes it is as new as after its installation. */
export async function startOutsideServer(
  sandbox: Sandbox,
  attributes: readonly string[] = ['ChaosCluster', 'ChaosState', 'ChaosScenario'],
): Promise<string> {
  for (let tries = 1; tries <= SERVER_TRIES; tries += 1) {
    const address = await tryOutsideServer(sandbox, attributes, join(sandbox.root, `outside-server-${tries}.log`));
    if (address !== undefined) return address;
  }
  throw new Error(`somebody else took the ports of the outside server, ${SERVER_TRIES} times`);
}

/** Undefined if somebody else had one of the ports by the time that it was to be bound. */
async function tryOutsideServer(
  sandbox: Sandbox,
  attributes: readonly string[],
  logFile: string,
): Promise<string | undefined> {
  const [port = 0, httpPort = 0, metricsPort = 0] = freePorts(3);
  const server = await spawnDetached({
    command: requireTool('temporal'),
    args: [
      ...['server', 'start-dev', '--headless', '--log-level', 'error', '--ip', '127.0.0.1', '--port', String(port)],
      ...['--http-port', String(httpPort), '--metrics-port', String(metricsPort)],
      ...attributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ],
    env: childEnvironment(`${sandbox.root}#outside-server`, {}),
    cwd: sandbox.root,
    logFile,
  });
  const state = await mustPoll('the outside server', async () => {
    if (!isAlive(server)) return 'ended';
    const answer = await fetch(`http://127.0.0.1:${httpPort}/api/v1/namespaces/default`);
    return answer.ok && listensOn(server.pid, httpPort) ? 'up' : undefined;
  });
  if (state === 'up') return `127.0.0.1:${port}`;
  if (!portTakenIn([logFile])) throw new Error(`the outside server ended: ${readFileSync(logFile, 'utf8')}`);
  return undefined;
}

/** What `--json` printed, and the report it names. */
export async function finished(
  running: Running,
): Promise<Finished & { result: RunResult; file: ReportFile; report: RunData }> {
  const end = await running.done;
  try {
    const result = JSON.parse(end.stdout) as RunResult & { history: { events: number; bytes: number } };
    const { readFile } = await import('node:fs/promises');
    const file = JSON.parse(await readFile(String(result.jsonPath), 'utf8')) as ReportFile;
    const report = file.details;
    return { ...end, result, file, report };
  } catch (error) {
    throw new Error(
      `the command printed no result (status ${String(end.status)}): ${String(error)}\n${end.stdout}\n${end.stderr}`,
    );
  }
}

/** The same of a round that must have come to every scenario of its plan. The error says what ended it before. */
export async function finishedWhole(running: Running): ReturnType<typeof finished> {
  const round = await finished(running);
  const { plan, scenarios, runFailures, notes, controlVerdicts } = round.report;
  if (scenarios.length === plan.scenarios.length) return round;
  const checks = controlVerdicts.flatMap(({ sdk, checks: all }) =>
    all.filter(({ ok }) => !ok).map((c) => ({ sdk, ...c })),
  );
  throw new Error(
    `the round came to ${scenarios.length} of ${plan.scenarios.length} scenarios: ${JSON.stringify({ summary: round.result.summary, runFailures, notes, checks })}`,
  );
}

/** Waits for something that a command does while it runs. The error says how the command ended before. */
export const whileRunning = <T>({ done }: Running, awaited: Promise<T>): Promise<T> =>
  Promise.race([
    awaited,
    done.then(({ status, stdout, stderr }) => {
      throw new Error(`the command ended too early (status ${String(status)}):\n${stdout}\n${stderr}`);
    }),
  ]);

/** The only run's folder, once it is there. */
export const onlyRunDir = (sandbox: Sandbox): Promise<string> =>
  mustPoll('a run folder', () => {
    const runs = join(sandbox.dataRoot, 'runs');
    const [first] = existsSync(runs) ? readdirSync(runs) : [];
    return first === undefined ? undefined : join(runs, first);
  });

/** Polls until the look gives something; the error says what never came. */
export async function mustPoll<T>(
  what: string | (() => string),
  look: () => T | undefined | Promise<T | undefined>,
  limitMs = 120_000,
): Promise<T> {
  const found = await pollUntil(async () => look(), { limitMs, everyMs: 50 });
  if (found === undefined)
    throw new Error(`waited ${limitMs} ms for ${typeof what === 'string' ? what : what()}, in vain`);
  return found;
}

/** Waits until a file of the run exists, e.g. the mark that a client of a phase is connected. */
export const fileAppears = (path: string): Promise<true> => mustPoll(path, () => existsSync(path) || undefined);

/** Everything of this sandbox that still runs: brokers, proxies, clients, keeper, server, supervisor, by their mark; users of the server. */
export function leftovers(sandbox: Sandbox): string[] {
  const marked = findOwned((owner) => owner.startsWith(sandbox.root)).map(
    ({ pid }) => `process ${pid} ${commandLine(pid) || '(gone by now)'}`,
  );
  return [...marked, ...liveUsers(sandbox.dataRoot).map((user) => `${user.role} ${user.process.pid}`)];
}

/** Empty as soon as nothing is left, within the time that the embedded server may outlive its users; else what the last look saw. */
export async function nothingLeft(sandbox: Sandbox): Promise<string[]> {
  let seen: string[] = [];
  const look = async (): Promise<true | undefined> => (seen = leftovers(sandbox)).length === 0 || undefined;
  await pollUntil(look, { limitMs: 10_000, everyMs: 100 });
  return seen;
}

/** Ends what a failed test left, and removes the folder. */
export async function removeSandbox(sandbox: Sandbox): Promise<void> {
  const children = [...(started.get(sandbox.root) ?? [])];
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.map((child) => once(child, 'close')));
  await sweepOwned((owner) => owner.startsWith(sandbox.root));
  rmSync(sandbox.root, { recursive: true, force: true });
}

const scenario = (name: string, fault: string, target: string, params: object, core: boolean): object => ({
  name,
  fault,
  target,
  params,
  core,
  priority: core ? 'P0' : 'P1',
});

/** The seed's catalogue. */
export const catalogue = {
  kill: scenario('broker-kill-single', 'broker-kill', 'robustmq-server', { victim: 'follower' }, true),
  delay: scenario('network-delay-100ms', 'network-delay', 'eth0', { delay_ms: 100, jitter_ms: 10 }, false),
  transfer: scenario('leader-transfer', 'broker-kill', 'robustmq-server', { victim: 'leader' }, true),
  /** The quickest real fault, under any name: a base for what is done to its validation. */
  quick: (name: string): object => scenario(name, 'network-delay', 'eth0', { delay_ms: 50 }, true),
};
