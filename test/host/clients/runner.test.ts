import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientOutcome } from '../../../src/domain/client-result.js';
import type * as Clients from '../../../src/host/clients/index.js';
import type { ClientReady, PhaseRunner } from '../../../src/host/clients/phase.js';
import { phasePaths } from '../../../src/host/layout/paths.js';
import { readJson } from '../../../src/host/os/files.js';
import { findOwned, signalProcess, waitGone } from '../../../src/host/os/processes.js';
import { built } from '../../../testing/built.js';
import { endOwnedBy, scratchFolder } from '../../../testing/scratch.js';

const { startClients, stopClients, killClients, collectClients } = await built<typeof Clients>('host/clients/index.js');

const folder = scratchFolder('runner');
const clusterDir = join(folder, 'cluster');
const sdkRoot = join(folder, 'sdk_clients');

afterAll(async () => {
  const left = await endOwnedBy(folder);
  rmSync(folder, { recursive: true });
  expect(left, 'processes left behind').toBe(0);
});

const goodLine = '{"sent":3,"received":3,"lost":0,"p99_ms":1.5,"errors":[]}';
const ready = '{"event":"ready","publisher":"h:1","subscriber":"h:2"}';
const ledgerOfOne =
  '{"ledger":1,"end_us":9}\\n{"seq":0,"intended_us":1,"queued_us":1,"sent_us":1,"attempts":1,"ack_us":2,"recv_us":2,"dups":0}\\n';

/** Clients of other people: shell scripts, each with one habit. */
const scripts = {
  good: `echo '${ready}'; echo '${goodLine}'`,
  failing: `echo '${goodLine}'; exit 1`,
  garbage: 'echo hello; echo "Segmentation fault"',
  silent: ':',
  incomplete: `echo '{"sent":3,"received":"3","errors":[]}'`,
  talkative: `echo '${goodLine}'; echo 'Goodbye!'`,
  flooding: `head -c 12000000 /dev/zero | tr '\\0' 'x' | fold -w 100; head -c 12000000 /dev/zero >&2; echo; echo '${goodLine}'`,
  endless: `head -c 12000000 /dev/zero | tr '\\0' 'x'`,
  crashing: 'kill -SEGV $$',
  hanging: 'sleep 1000 & setsid sleep 1000 & trap "" TERM; sleep 1000; sleep 1000',
  leaving: `sleep 1000 & setsid sleep 1000 & sleep 0.2; echo '${goodLine}'`,
  escaping: `env -i setsid sleep 5 & echo '${goodLine}'`,
  lying: `printf '${ledgerOfOne}' > "$LEDGER_PATH"; echo '${goodLine}'`,
  cut: `printf '{"ledger":1' > "$LEDGER_PATH"; echo '${goodLine}'`,
  telling: `echo "$CLUSTER_ENDPOINT $CLUSTER_ENDPOINTS $MQTT_USERNAME $MQTT_PASSWORD $CLIENT_ID $TOPIC" >&2; env | cut -d= -f1 | sort | tr '\\n' ' '; echo; echo '${goodLine}'`,
  patient: `trap 'echo "${goodLine.replaceAll('"', '\\"')}"; exit 0' TERM; echo '${ready}'; while :; do sleep 0.05; done`,
  held: `echo '${ready}'; while [ ! -e "$START_FILE" ]; do sleep 0.02; done; echo '${goodLine}'`,
} as const;

/** They end only when they are told. */
const WAITING = ['patient', 'held'];

beforeAll(() => {
  for (const [name, script] of Object.entries(scripts)) write(name, script);
  write('unexecutable', 'echo never', 0o644);
});

function write(name: string, script: string, mode = 0o755): void {
  const file = join(sdkRoot, name, 'probe.sh');
  mkdirSync(join(sdkRoot, name), { recursive: true });
  writeFileSync(file, `#!/bin/bash\n${script}\n`);
  chmodSync(file, mode);
}

const request = (
  label: string,
  sdks: readonly string[],
  change: Partial<Clients.PhaseRequest> = {},
): Clients.PhaseRequest => ({
  phaseDir: join(folder, 'run', label),
  clusterDir,
  phase: 'control',
  label,
  runId: 'r1',
  sdks,
  sdkRoot,
  workload: 'probe',
  load: { messages: 3, ratePerSecond: 10, payloadBytes: 64 },
  limitMs: 20_000,
  settings: {
    endpoints: ['h:1', 'h:2', 'h:3'],
    username: 'u',
    password: 'top-secret',
    mqttVersion: '3.1.1',
    ackWaitMs: 1,
  },
  repeatable: true,
  ...change,
});

describe('a phase of clients that were never seen before', () => {
  const sdks = [...Object.keys(scripts).filter((name) => !WAITING.includes(name)), 'unexecutable', 'missing'];
  const phase = request('habits', sdks, { limitMs: 4000 });
  let readyOf: Readonly<Record<string, ClientReady | null>>;
  const outcomes = new Map<string, ClientOutcome>();

  beforeAll(async () => {
    readyOf = await startClients(phase);
    for (const outcome of await collectClients(phase.phaseDir, sdks)) outcomes.set(outcome.sdk, outcome);
  });

  const outcomeOf = (sdk: string): ClientOutcome | undefined => outcomes.get(sdk);
  const exited = (code: number): unknown => ({ end: { kind: 'exited', code } });
  const fileOf = (sdk: string, name: string): string => join(phase.phaseDir, sdk, name);

  it('takes five fields for a result, whatever the exit status', () => {
    const result = { sent: 3, received: 3, lost: 0, p99_ms: 1.5, errors: [] };
    expect(outcomeOf('good')).toMatchObject({ ...(exited(0) as object), result, lineProblem: null, attempt: 1 });
    expect(outcomeOf('failing')).toMatchObject({ ...(exited(1) as object), result, lineProblem: null });
  });

  it('knows the ready line of those that have one', () => {
    expect(readyOf['good']).toEqual({ publisher: 'h:1', subscriber: 'h:2' });
    expect(readyOf['garbage']).toBeNull();
  });

  it.each([
    ['garbage', 'got "Segmentation fault"'],
    ['silent', 'got nothing'],
    ['incomplete', 'received'],
    ['talkative', 'got "Goodbye!"'],
    ['endless', 'over 64 KiB'],
  ])('takes the last line of one that is %s for no result, and says why', (sdk, why) => {
    expect(outcomeOf(sdk)).toMatchObject({ ...(exited(0) as object), result: null });
    expect(outcomeOf(sdk)?.lineProblem).toContain(why);
  });

  it('keeps little of a flood, and finds the last line behind it', () => {
    expect(outcomeOf('flooding')).toMatchObject({ ...(exited(0) as object), result: { sent: 3 } });
    for (const name of ['stdout.log', 'stderr.log']) {
      expect(statSync(fileOf('flooding', name)).size).toBeLessThan(300 * 1024);
      expect(readFileSync(fileOf('flooding', name), 'utf8')).toMatch(/\[1\d{7} further bytes not kept\]\n$/);
    }
  });

  it('tells a client that crashed from one that exited', () => {
    expect(outcomeOf('crashing')?.end).toEqual({ kind: 'signalled', signal: 'SIGSEGV' });
  });

  it('ends a client that outlives its limit, with everything that it has started', () => {
    expect(outcomeOf('hanging')?.end).toEqual({ kind: 'timeout', limitMs: 4000 });
    expect(outcomeOf('hanging')?.durationSeconds).toBeGreaterThanOrEqual(4);
  });

  it('does not wait for what a client has left running, and ends it', () => {
    expect(outcomeOf('leaving')).toMatchObject({ ...(exited(0) as object), result: { sent: 3 } });
    expect(outcomeOf('leaving')?.durationSeconds).toBeLessThan(4);
    expect(findOwned((owner) => owner.startsWith(`${clusterDir}#clients-habits/`))).toEqual([]);
  });

  it('does not wait either for what nobody can find', () => {
    expect(outcomeOf('escaping')).toMatchObject({ ...(exited(0) as object), result: { sent: 3 } });
    expect(outcomeOf('escaping')?.durationSeconds).toBeLessThan(4);
  });

  it.each(['missing', 'unexecutable'])('tells a script that is %s from one that fails', (sdk) => {
    const path = expect.stringContaining(join(sdkRoot, sdk, 'probe.sh')) as unknown;
    expect(outcomeOf(sdk)).toMatchObject({ end: { kind: 'not_found', path }, result: null });
  });

  it('does not believe a line that its own ledger contradicts, or whose ledger is cut off', () => {
    expect(outcomeOf('lying')).toMatchObject({ result: null });
    expect(outcomeOf('lying')?.lineProblem).toBe('the result line says sent 3, its own ledger 1');
    expect(outcomeOf('cut')?.lineProblem).toContain('ledger');
    expect(outcomeOf('cut')?.result).toBeNull();
  });

  it('gives each client the contract’s variables, endpoints of its own first, and nothing else', () => {
    const turn = sdks.indexOf('telling') % 3;
    const endpoints = ['h:1', 'h:2', 'h:3', 'h:1', 'h:2'].slice(turn, turn + 3);
    const words = readFileSync(fileOf('telling', 'stderr.log'), 'utf8').trim();
    const topic = 'chaos/r1/habits/telling-1';
    expect(words).toBe(`${endpoints[0]} ${endpoints.join()} u top-secret r1-habits-telling ${topic}`);
    const names = readFileSync(fileOf('telling', 'stdout.log'), 'utf8').split('\n')[0]?.trim().split(' ');
    const foreign = names?.filter((name) => /^(VITEST|NODE|npm_|TEMPORAL|GITHUB|FEISHU)/i.test(name));
    expect(foreign).toEqual([]);
  });

  it('writes the password to no file', () => {
    for (const file of ['phase.json', 'runner.json', 'runner.log', 'good/exit.json']) {
      expect(readFileSync(join(phase.phaseDir, file), 'utf8')).not.toContain('top-secret');
    }
  });

  it('finds a phase that has ended again, and does not run it twice', async () => {
    const before = readFileSync(phasePaths(phase.phaseDir).runner, 'utf8');
    await startClients(phase);
    expect(readFileSync(phasePaths(phase.phaseDir).runner, 'utf8')).toBe(before);
  });
});

describe('a phase that runs', () => {
  const watcherOf = (phaseDir: string): PhaseRunner =>
    readJson<PhaseRunner>(phasePaths(phaseDir).runner) as PhaseRunner;

  it('is found again, and ends when it is asked to stop', async () => {
    const phase = request('stopped', ['patient']);
    await startClients(phase);
    const watcher = watcherOf(phase.phaseDir);
    expect(await startClients(phase)).toEqual({ patient: { publisher: 'h:1', subscriber: 'h:2' } });
    expect(watcherOf(phase.phaseDir)).toEqual(watcher);
    stopClients(phase.phaseDir);
    const [outcome] = await collectClients(phase.phaseDir, ['patient']);
    expect(outcome).toMatchObject({ end: { kind: 'exited', code: 0 }, result: { sent: 3 } });
  });

  it('publishes when its topics are made: once, and after its clients have subscribed', async () => {
    const made: { topics: readonly string[]; subscribed: boolean }[] = [];
    const prepareTopics = (topics: readonly string[]): Promise<void> => {
      made.push({ topics, subscribed: existsSync(phasePaths(phase.phaseDir).client('held').ready) });
      return Promise.resolve();
    };
    const phase = request('held', ['held'], { prepareTopics });
    await startClients(phase);
    const [outcome] = await collectClients(phase.phaseDir, ['held']);
    expect(outcome).toMatchObject({ end: { kind: 'exited', code: 0 }, result: { sent: 3 } });
    await startClients(phase);
    expect(made).toEqual([{ topics: ['chaos/r1/held/held-1'], subscribed: true }]);
  });

  it('does not publish where its topics cannot be made', async () => {
    const phase = request('unmade', ['held'], { prepareTopics: () => Promise.reject(new Error('no topics')) });
    await expect(startClients(phase)).rejects.toThrow('no topics');
    expect(await killClients(clusterDir, 'unmade')).toBeGreaterThanOrEqual(2);
  });

  it('is killed with all its clients, and with those of no other phase', async () => {
    const [one, other] = [request('fault-1', ['patient']), request('fault-10', ['patient'])];
    await Promise.all([startClients(one), startClients(other)]);
    expect(await killClients(clusterDir, 'fault-1')).toBeGreaterThanOrEqual(2);
    expect(findOwned((owner) => owner.includes('fault-10')).length).toBeGreaterThanOrEqual(2);
    const [outcome] = await collectClients(one.phaseDir, ['patient']);
    expect(outcome).toMatchObject({ end: { kind: 'runner_died' }, result: null });
    await killClients(clusterDir, 'fault-10');
  });

  it.each([
    { repeatable: true, label: 'validation', attempt: 2 },
    { repeatable: false, label: 'fault', attempt: 1 },
  ])(
    'is begun anew when its watcher has died, if it is repeatable: $repeatable',
    async ({ repeatable, label, attempt }) => {
      const phase = request(label, ['patient'], { repeatable });
      await startClients(phase);
      const watcher = watcherOf(phase.phaseDir).process;
      expect(signalProcess(watcher, 'SIGKILL')).toBe(true);
      expect(await waitGone(watcher, 5000)).toBe(true);
      await startClients(phase);
      expect(watcherOf(phase.phaseDir).attempt).toBe(attempt);
      stopClients(phase.phaseDir);
      const [outcome] = await collectClients(phase.phaseDir, ['patient']);
      expect(outcome?.end.kind).toBe(repeatable ? 'exited' : 'runner_died');
      await killClients(clusterDir, label);
      expect(existsSync(phase.phaseDir)).toBe(true);
    },
  );
});
