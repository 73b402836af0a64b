import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sleepMs } from '../../src/host/os/clock.js';
import { loadState } from '../../src/host/drivers/nats/state.js';
import { signalProcess } from '../../src/host/os/processes.js';
import { liveUsers } from '../../src/host/temporal/state.js';
import {
  catalogue,
  createSandbox,
  fileAppears,
  finishedWhole,
  mustPoll,
  nothingLeft,
  onlyRunDir,
  removeSandbox,
  start,
  whileRunning,
  type Sandbox,
} from '../../testing/rounds/round.js';

// Faults that are none: an injector that does nothing, and a target that does not exist; and proxies that die in a validation.
const workerScript = fileURLToPath(new URL('../../testing/rounds/worker-with-empty-injector.mjs', import.meta.url));
let sandbox: Sandbox;
let worker: ChildProcess | undefined;
let round: Awaited<ReturnType<typeof finishedWhole>>;

/** Whoever starts them again has it undone at once: so long that no client can be quick. */
async function keepProxiesDead(ms: number): Promise<void> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    const { proxyProcess } = loadState(sandbox.clusterDir);
    if (proxyProcess !== null) signalProcess(proxyProcess, 'SIGKILL');
    await sleepMs(20);
  }
}

beforeAll(async () => {
  sandbox = createSandbox({
    sdks: ['rust'],
    verdict: { p99_limit_ms: 2000 },
    load: { messages: 300, rate_per_second: 100 },
    scenarios: [
      catalogue.quick('does-nothing'),
      {
        name: 'no-such-target',
        fault: 'network-delay',
        target: 'eth7',
        params: { delay_ms: 20 },
        core: true,
        priority: 'P0',
      },
      { name: 'loses-its-proxies', fault: 'none', target: 'robustmq-server', params: {}, core: true, priority: 'P0' },
    ],
  });
  mkdirSync(join(sandbox.dataRoot, 'temporal'), { recursive: true });
  worker = spawn(process.execPath, [workerScript, sandbox.config], { stdio: 'ignore' });
  await mustPoll('the worker', () => liveUsers(sandbox.dataRoot).some((user) => user.role === 'worker') || undefined);
  const running = start(['round', '--json'], sandbox);
  const validation = join(await onlyRunDir(sandbox), 'scenarios', 'loses-its-proxies', 'validation');
  await whileRunning(running, fileAppears(join(validation, 'rust', 'ready.json')));
  await keepProxiesDead(4000);
  round = await finishedWhole(running);
});

afterAll(async () => {
  worker?.kill('SIGKILL');
  await removeSandbox(sandbox);
});

test('a fault that was injected without error and did not bite is no pass, though every client was well', () => {
  const { verdict, sdkVerdicts, fault } = round.report.scenarios[0]!;
  expect(verdict).toMatchObject({ passed: false, status: 'fault_not_observed' });
  expect(sdkVerdicts.map((v) => v.status)).toEqual(['passed']);
  expect(fault.injectError).toBeNull();
  expect(fault.bite.some((e) => !e.ok)).toBe(true);
});

test('a target that does not exist is an inject error that lists those that do; the validation is still run, and recorded', () => {
  const { verdict, validation, fault } = round.report.scenarios[1]!;
  expect(verdict).toMatchObject({ passed: false, status: 'inject_error' });
  expect(fault.injectError).toMatch(/expected a target of .*eth0.*got eth7/);
  expect(validation.map((o) => o.result?.lost)).toEqual([0]);
});

test('proxies that die under the clients fail them, and nobody blames the broker', () => {
  const { verdict, sdkVerdicts, equipmentDied } = round.report.scenarios[2]!;
  expect(sdkVerdicts.map((v) => v.status)).toEqual(['failed']);
  expect(verdict).toMatchObject({ passed: false, status: 'harness_error', attribution: 'equipment' });
  const deaths = equipmentDied ?? [];
  expect(deaths.length).toBeGreaterThan(0);
  for (const death of deaths) expect(death).toMatch(/^the proxy server \d+: dead; it was started again$/);
  const markdown = readFileSync(String(round.result.markdownPath), 'utf8');
  expect(markdown).toMatch(/Test equipment failed/);
  expect(markdown).toContain(deaths.join(', '));
});

test('all are the equipment’s fault: INVALID', () => {
  expect(round.result.headline).toBe('INVALID');
  expect(round.status).toBe(2);
});

test('nothing is left running', async () => {
  worker?.kill('SIGTERM');
  expect(await nothingLeft(sandbox)).toEqual([]);
});
