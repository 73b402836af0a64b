import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  catalogue,
  createSandbox,
  finishedWhole,
  mustPoll,
  nothingLeft,
  onlyRunDir,
  removeSandbox,
  start,
  startOutsideServer,
  type Sandbox,
} from '../../testing/rounds/round.js';
import { DEFAULT_SDKS } from '../../src/config/sdks.js';
import type { HistoryIndex } from '../../src/domain/history.js';
import { sweepOwned } from '../../src/host/os/processes.js';
import { temporalPaths } from '../../src/host/layout/paths.js';
import { readLease } from '../../src/host/tickets/lease.js';
import { MAX_BYTES, MAX_EVENTS } from '../../testing/history-limits.js';
import { openPages } from '../../testing/program.js';
import { runTypeScript } from '../../testing/typescript.js';

// A real round: Temporal server, three brokers, four SDKs, all three faults of the seed; only the waits are short.
const recheck = runTypeScript(new URL('../../bench/recheck.ts', import.meta.url));
/** A folder may be called anything: the name of this one means something to shells, to ssh, in addresses, in lists of paths, and to nobody in ASCII. */
const ODD_NAME = "robustmq-chaos it's %2F%41 #a?b=c:d ${HOME} é中 ";
let sandbox: Sandbox;
let round: Awaited<ReturnType<typeof finishedWhole>>;
let second: { status: number | null; stdout: string };
let stranger: { status: number | null; stdout: string };
let status: { stdout: string };

beforeAll(async () => {
  sandbox = createSandbox(
    {
      // Long enough for an election of the brokers (4 to 9 s) to fall inside.
      timing: { fault_window_seconds: 15 },
      scenarios: [catalogue.kill, catalogue.delay, catalogue.transfer],
    },
    ODD_NAME,
  );
  const running = start(['round', '--json'], sandbox);
  await onlyRunDir(sandbox);
  await mustPoll('the cluster to be taken', () => readLease(sandbox.clusterDir));
  second = await start(['round', '--json'], sandbox).done;
  stranger = await start(['round', '--json'], sandbox, await startOutsideServer(sandbox)).done;
  await sweepOwned((owner) => owner === `${sandbox.root}#outside-server`);
  status = await start(['status', '--json'], sandbox).done;
  round = await finishedWhole(running);
});

afterAll(() => removeSandbox(sandbox));

test('a healthy cluster passes every scenario with every SDK', () => {
  expect(round.result.headline, round.result.summary).toBe('PASS');
  expect(round.result).toMatchObject({ runPassed: true, passRatePercent: 100 });
  expect(round.status).toBe(0);
  for (const { scenario, verdict, sdkVerdicts } of round.report.scenarios) {
    expect([scenario.name, verdict.status, sdkVerdicts.length]).toEqual([scenario.name, 'passed', 4]);
  }
});

test('nothing of the round is beside its folder, whatever that is called', () => {
  expect(existsSync(temporalPaths(sandbox.dataRoot).database)).toBe(true);
  const own = basename(sandbox.root);
  expect(readdirSync(dirname(sandbox.root)).filter((entry) => own.startsWith(entry))).toEqual([own]);
});

test('every message of every validation was acknowledged and received, by the ledgers and by the counts', () => {
  for (const { validation } of round.report.scenarios) {
    for (const { sdk, result } of validation) {
      const { sent, received, lost, acked } = result ?? {};
      expect({ sdk, sent, received, lost, acked }).toEqual({ sdk, sent: 200, received: 200, lost: 0, acked: 200 });
    }
  }
});

test('report.json gives every field of the spec, for every scenario and SDK', () => {
  const { file, report } = round;
  expect(file).toMatchObject({ run_id: report.runId, headline: 'PASS', run_passed: true, pass_rate: 100 });
  expect([file.started_at, file.finished_at].every((at) => /T.*\+00:00$/.test(at))).toBe(true);
  for (const scenario of file.scenarios) {
    expect(scenario.sdks.map((row) => Object.keys(row).sort())).toEqual(
      Array.from({ length: 4 }, () =>
        ['duration_seconds', 'errors', 'lost', 'p99_ms', 'passed', 'received', 'sdk', 'sent', 'status'].sort(),
      ),
    );
  }
});

test('every fault was seen to bite, held for its window, and was proved to be over', () => {
  for (const { scenario, fault } of round.report.scenarios) {
    expect(fault.bite.length, scenario.name).toBeGreaterThan(0);
    expect(fault.bite.every((e) => e.ok)).toBe(true);
    expect(fault.healed.every((e) => e.ok) && fault.healed.length > 0).toBe(true);
    expect(((fault.recoveredUs ?? 0) - (fault.injectedUs ?? 0)) / 1e6).toBeGreaterThanOrEqual(15);
  }
});

test('the leader that was killed led everything, and others lead now, with higher terms', () => {
  const { fault } = round.report.scenarios.find((s) => s.scenario.name === 'leader-transfer')!;
  expect(fault.leaders.map((l) => l.group)).toEqual(expect.arrayContaining(['meta', '$MQTT_msgs']));
  for (const change of fault.leaders) {
    expect(change.from).toBe(fault.victim);
    expect(change.to).not.toBe(fault.victim);
    expect(change.termTo).toBeGreaterThan(change.termFrom!);
    expect(change.seconds).toBeGreaterThan(0);
  }
});

test('the follower that was killed led nothing, and had a publisher and a subscriber on it', () => {
  const { fault } = round.report.scenarios.find((s) => s.scenario.name === 'broker-kill-single')!;
  expect(fault.reason).toMatch(/leads 0 of \d+ groups; a publisher and a subscriber/);
});

test('the heal wait was never shorter than asked for, and the report says that it was short', () => {
  for (const { healWaitSeconds } of round.report.scenarios) expect(healWaitSeconds).toBeGreaterThanOrEqual(2);
  const markdown = readFileSync(String(round.result.markdownPath), 'utf8');
  expect(markdown).toContain('Not a real verdict: the heal wait was 2 s instead of 60 s.');
});

test('what the live sessions went through is recorded for every SDK', () => {
  for (const { scenario, faultPeriod } of round.report.scenarios) {
    expect(
      faultPeriod.map((f) => f.sdk),
      scenario.name,
    ).toEqual(DEFAULT_SDKS);
    for (const figures of faultPeriod) expect(figures.planned).toBeGreaterThan(1000);
  }
});

test('the history stays small', () => {
  const { history } = round.result as unknown as { history: { events: number; bytes: number } };
  expect(history.events).toBeLessThanOrEqual(MAX_EVENTS);
  expect(history.bytes).toBeLessThanOrEqual(MAX_BYTES);
});

test('the run folder has the raw files: ledgers, results, tickets, snapshots, broker logs, and no password', () => {
  const dir = String(round.result.jsonPath).replace(/report\.json$/, '');
  for (const file of [
    'control/go/ledger.ndjson.gz',
    'scenarios/leader-transfer/validation/java/result.json',
    'scenarios/leader-transfer/fault/rust/stderr.log',
    'snapshots/leader-transfer-2-recovered.json',
    `faults/${String(round.report.scenarios[0]?.fault.faultId)}.json`,
  ]) {
    expect(existsSync(join(dir, file)), file).toBe(true);
  }
  const spec = readFileSync(join(dir, 'control/phase.json'), 'utf8');
  expect(spec).not.toContain('MQTT_PASSWORD');
});

test('the password of the brokers is nowhere but in their own settings', () => {
  const files = readdirSync(sandbox.dataRoot, { recursive: true, encoding: 'utf8' })
    .map((path) => join(sandbox.dataRoot, path))
    .filter((path) => statSync(path).isFile());
  const settings = files.filter((path) => path.endsWith('/nats-server.conf'));
  const [, password = ''] = /user: chaos, password: "(\w{20,})"/.exec(readFileSync(settings[0]!, 'utf8')) ?? [];
  expect(password).not.toBe('');
  // No page, report, chart, ledger, log, message, database of Temporal: the search sees it where it has to be, and nowhere else.
  const pages = [join(dirname(String(round.result.jsonPath)), 'report.html'), join(sandbox.dataRoot, 'index.html')];
  expect(files).toEqual(expect.arrayContaining(pages));
  expect(files.filter((path) => readFileSync(path, 'latin1').includes(password))).toEqual(settings);
  expect(`${round.stdout}${round.stderr}${status.stdout}`).not.toContain(password);
});

test('the history lists the run, with the breaker as it is after the run was counted', () => {
  const index = JSON.parse(readFileSync(join(sandbox.dataRoot, 'index.json'), 'utf8')) as HistoryIndex;
  const { runId, headline, runPassed } = round.report;
  expect(index.runs).toMatchObject([{ run_id: runId, headline }]);
  expect(index.breakers).toMatchObject([{ cluster: 'e2e', failures_in_a_row: runPassed ? 0 : 1, open: false }]);
});

test('one command opens its page, which the recount of a separate script agrees with', async () => {
  const dir = dirname(String(round.result.jsonPath));
  const { url, end } = await openPages(['latest', '--config', sandbox.config]);
  const page = await fetch(url).then((answer) => answer.text());
  expect(await end()).toBe(0);
  expect(page).toBe(readFileSync(join(dir, 'report.html'), 'utf8'));
  const recount = await execa(process.execPath, [...recheck, dir], { reject: false });
  expect([recount.stdout, recount.exitCode]).toEqual(['12 clients, 0 differences', 0]);
});

test('its ledgers, judged again, give the same verdict; and compared with itself it is the same', async () => {
  const { runId, headline } = round.report;
  const again = await start(['rejudge', runId], sandbox).done;
  expect(again).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(`^${runId}: the same\n  now ${headline}`),
  });
  const twice = await start(['compare', runId, runId, '--json'], sandbox).done;
  const rows = JSON.parse(twice.stdout) as { a: string; b: string }[];
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter(({ a, b }) => a !== b)).toEqual([]);
});

test('a second run on the same cluster is refused with the id of the first, and leaves no report', () => {
  expect(second.status).toBe(75);
  const refusal = JSON.parse(second.stdout) as { headline: string; refusedBy: string; jsonPath: null };
  expect(refusal).toMatchObject({
    headline: 'REFUSED',
    refusedBy: (round.result as unknown as { workflowId: string }).workflowId,
    jsonPath: null,
  });
});

test('a run that another Temporal server starts on the same cluster is refused by the host', () => {
  expect(stranger.status).toBe(75);
  expect(JSON.parse(stranger.stdout)).toMatchObject({ headline: 'REFUSED', refusedBy: round.report.runId });
});

test('status shows the run that holds the cluster', () => {
  const shown = JSON.parse(status.stdout) as { holder: { workflowId: string } };
  expect(shown.holder.workflowId).toBe((round.result as unknown as { workflowId: string }).workflowId);
});

test('nothing is left running: no broker, proxy, client, keeper, worker or server', async () => {
  expect(await nothingLeft(sandbox)).toEqual([]);
});
