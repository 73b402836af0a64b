import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { natsDriver } from '../../src/host/drivers/nats/index.js';
import { readLedgers } from '../../src/host/data/stored-ledgers.js';
import { readLedger } from '../../src/host/clients/ledger-file.js';
import { countLedger } from '../../src/domain/ledger.js';
import { rangesOf, type BrokersSince } from '../../src/domain/losses.js';
import type { ScenarioResult } from '../../src/domain/report-data.js';
import {
  catalogue,
  createSandbox,
  fileAppears,
  finishedWhole,
  nothingLeft,
  onlyRunDir,
  removeSandbox,
  start,
  whileRunning,
  type Running,
  type Sandbox,
} from '../../testing/rounds/round.js';
import { freezeMajority, loseStored, thawMajority } from '../../testing/rounds/sabotage.js';

// One real round in which a real broker does something wrong in the validation of each scenario but the last.
const SDKS = ['python', 'go', 'rust', 'java'];
const P99_LIMIT_MS = 1500;
/** A message passes two proxies on its way. */
const DELAY_MS = 800;
/** A client publishes for six seconds, and gives up when nothing comes for ten: as many as can be destroyed in that time on a busy host, too. */
const DESTROYED = 40;
let sandbox: Sandbox;
let runDir: string;
let round: Awaited<ReturnType<typeof finishedWhole>>;
const destroyed: Record<string, number[]> = {};

const ascending = (seqs: readonly number[] = []): number[] => [...seqs].sort((a, b) => a - b);

const validationDir = (scenario: string): string => join(runDir, 'scenarios', scenario, 'validation');

/** A client of the scenario's validation is connected, and publishes. */
const isPublishing = (running: Running, scenario: string, sdk: string): Promise<unknown> =>
  whileRunning(running, fileAppears(join(validationDir(scenario), sdk, 'ready.json')));
const allPublish = (running: Running, scenario: string): Promise<unknown> =>
  Promise.all(SDKS.map((sdk) => isPublishing(running, scenario, sdk)));
const judged = (running: Running, scenario: string): Promise<unknown> =>
  whileRunning(running, fileAppears(join(runDir, 'scenarios', scenario, 'scenario.json')));

function topicOf(scenario: string, sdk: string): string {
  const spec = JSON.parse(readFileSync(join(validationDir(scenario), 'phase.json'), 'utf8')) as {
    clients: { sdk: string; env: { TOPIC: string } }[];
  };
  return spec.clients.find((client) => client.sdk === sdk)!.env.TOPIC;
}

beforeAll(async () => {
  const names = ['loses-messages', 'is-slow', 'acknowledges-nothing', 'is-healthy'];
  sandbox = createSandbox({
    // A late generator excuses slowness; that has tests of its own. Here the broker is known to be slow, on however busy a machine.
    verdict: { lateness_limit_ms: 10_000, achieved_rate_min: 0, p99_limit_ms: P99_LIMIT_MS },
    load: { messages: 600, rate_per_second: 100 },
    scenarios: names.map(catalogue.quick),
  });
  const running = start(['round', '--json'], sandbox);
  runDir = await onlyRunDir(sandbox);
  await Promise.all(
    SDKS.map(async (sdk) => {
      await isPublishing(running, 'loses-messages', sdk);
      destroyed[sdk] = await loseStored(sandbox.clusterDir, topicOf('loses-messages', sdk), DESTROYED);
    }),
  );
  await allPublish(running, 'is-slow');
  await natsDriver.network(sandbox.clusterDir)!.proxies!.delay(DELAY_MS, 0);
  await judged(running, 'is-slow');
  await natsDriver.network(sandbox.clusterDir)!.proxies!.clear();
  await allPublish(running, 'acknowledges-nothing');
  freezeMajority(sandbox.clusterDir);
  await judged(running, 'acknowledges-nothing');
  thawMajority(sandbox.clusterDir);
  round = await finishedWhole(running);
});

afterAll(() => removeSandbox(sandbox));

const scenario = (name: string): ScenarioResult => round.report.scenarios.find((s) => s.scenario.name === name)!;

test('lost messages are found, exactly those, by every SDK', () => {
  for (const sdk of SDKS) {
    const ledger = readLedger(validationDir('loses-messages'), sdk)!;
    expect(destroyed[sdk], sdk).toHaveLength(DESTROYED);
    expect(countLedger(ledger.messages).lostSeqs, sdk).toEqual(ascending(destroyed[sdk]));
    const outcome = scenario('loses-messages').validation.find((o) => o.sdk === sdk)!;
    expect(outcome.result?.lost, sdk).toBe(DESTROYED);
  }
  expect(scenario('loses-messages').verdict).toMatchObject({ passed: false, status: 'failed', attribution: 'broker' });
});

test('the report names every lost message: whose, which, sent when, and acknowledged by whom', () => {
  const brokers = JSON.parse(readFileSync(join(runDir, 'brokers.json'), 'utf8')) as BrokersSince[];
  const { endpoints } = brokers[0]!;
  const page = readFileSync(join(runDir, 'report.html'), 'utf8');
  const markdown = readFileSync(join(runDir, 'report.md'), 'utf8');
  for (const sdk of SDKS) {
    const loss = round.report.losses.find((l) => l.scenario === 'loses-messages' && l.sdk === sdk)!;
    const expected = ascending(destroyed[sdk]);
    expect({ phase: loss.phase, count: loss.count }).toEqual({ phase: 'validation', count: expected.length });
    expect(loss.messages.map((m) => m.seq)).toEqual(expected.slice(0, 200));
    const { injectedUs } = scenario('loses-messages').fault;
    const ledger = readLedger(validationDir('loses-messages'), sdk)!;
    const [first] = loss.messages;
    const raw = ledger.messages.find((m) => m.seq === first!.seq)!;
    expect(first!.ackedMs).toBeCloseTo((raw.ack_us! - injectedUs!) / 1000, 2);
    expect(Object.entries(endpoints).map(([endpoint, id]) => `${id} (${endpoint})`)).toContain(first!.ackedBy);
    for (const text of [page, markdown]) expect(text, sdk).toContain(rangesOf(expected));
  }
});

test('every loss of the round is counted in exactly one period: their sum is that of all ledgers', () => {
  const { plan, scenarios, losses } = round.report;
  const { ledgers, problems } = readLedgers(
    runDir,
    plan.scenarios.map(({ name }) => name),
    SDKS,
  );
  expect([problems, ledgers.length]).toEqual([[], SDKS.length * (1 + 2 * scenarios.length)]);
  const total = ledgers.reduce((sum, { ledger }) => sum + countLedger(ledger.messages).lostSeqs.length, 0);
  expect(losses.reduce((sum, { count }) => sum + count, 0)).toBe(total);
  for (const { fault, borders } of scenarios) {
    const [before, during, after, healWait] = borders ?? [];
    expect(before).toEqual({ period: 'before', sinceUs: null });
    expect([during?.sinceUs, after?.sinceUs]).toEqual([fault.injectedUs, fault.recoveredUs]);
    expect(healWait?.sinceUs).toBeGreaterThanOrEqual(fault.recoveredUs!);
  }
});

test('a p99 above the limit fails, though nothing is lost', () => {
  const { verdict, validation } = scenario('is-slow');
  expect(verdict).toMatchObject({ passed: false, status: 'failed', attribution: 'broker' });
  for (const { sdk, result, end } of validation) {
    expect([sdk, end, result?.lost]).toEqual([sdk, { kind: 'exited', code: 0 }, 0]);
    expect(result?.p99_ms, sdk).toBeGreaterThan(P99_LIMIT_MS);
  }
});

test('a broker that acknowledges nothing fails: unconfirmed is no success, and no loss', () => {
  const { verdict, validation } = scenario('acknowledges-nothing');
  expect(verdict).toMatchObject({ passed: false, status: 'failed', attribution: 'broker' });
  for (const { sdk, result, end } of validation) {
    expect([sdk, end]).toEqual([sdk, { kind: 'exited', code: 1 }]);
    expect(result?.unconfirmed, sdk).toBeGreaterThan(0);
  }
});

test('the next scenario on the same cluster is judged by itself', () => {
  const { verdict, fault } = scenario('is-healthy');
  expect(verdict.status, JSON.stringify(fault.bite)).toBe('passed');
});

test('the round is a FAIL, its first line says why, and the command says so', () => {
  expect(round.result).toMatchObject({ headline: 'FAIL', runPassed: false, passRatePercent: 25 });
  expect(round.status).toBe(1);
  expect(round.result.summary).toMatch(/^FAIL.*loses-messages: failed.*lost \d+/);
});

test('nothing is left running', async () => {
  expect(await nothingLeft(sandbox)).toEqual([]);
});
