import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { syntheticRun } from '../../../testing/reports/synthetic.js';
import { writeLedger, writeRun } from '../../../testing/reports/stored.js';
import { openPages, run, type Ran } from '../../../testing/program.js';
import { scratchFolder } from '../../../testing/scratch.js';

// The commands that read stored runs, as processes. What they say of a real round: test/e2e/round.test.ts.
const sources = syntheticRun({ messages: 120, sdks: ['go', 'rust'], lostEvery: 4 });
const { runId } = sources.data;
const catalogue = 'scenarios: [{ name: kill, fault: broker-kill, target: robustmq-server }]';

let root: string;
let config: string;
const folder = (): string => join(root, 'data', 'runs', runId);
const chaos = (...args: string[]): Promise<Ran> => run([...args, '--config', config]);

beforeEach(() => {
  root = scratchFolder('commands');
  config = join(root, 'chaos.yml');
  writeFileSync(config, `data_dir: data\n${catalogue}\n`);
  writeRun(folder(), sources);
});

/** The command ends with this status and one line on standard error, and leaves no trace of a stack there. */
function refuses({ exitCode, stdout, stderr }: Ran, status: number, words: RegExp): void {
  expect(stderr).toMatch(words);
  expect(stderr.split('\n')).toHaveLength(1);
  expect([exitCode, stdout]).toEqual([status, '']);
}

describe('a run that is not there', () => {
  const asks: readonly (readonly string[])[] = [
    ['open', '--no-browser', 'nowhere'],
    ['rejudge', runId, 'nowhere'],
    ['compare', runId, 'nowhere'],
  ];
  test.each(asks.map((args) => [args[0], args] as const))('is named by %s, with those that are', async (_, args) => {
    refuses(await chaos(...args), 64, new RegExp(`expected one with a report, got nowhere; the latest are ${runId}`));
  });

  test('cannot be a folder elsewhere', async () => {
    writeRun(join(root, 'elsewhere'), sources);
    refuses(await chaos('rejudge', '../../elsewhere'), 64, /got \.\.\/\.\.\/elsewhere/);
  });

  test('is told apart from no run at all, with what to do', async () => {
    rmSync(join(root, 'data'), { recursive: true });
    const latest = await chaos('open', '--no-browser', 'latest');
    refuses(latest, 64, /expected one with a report in .*runs, found none; npm run round/);
    refuses(await chaos('compare', 'a', 'b'), 64, /got a; the latest are none/);
    expect(await chaos('runs')).toMatchObject({ exitCode: 0, stdout: 'no runs yet: npm run round' });
  });
});

describe('open', () => {
  let taken: Server;
  beforeAll(async () => {
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => taken.close());

  test('serves the page of the latest run and the history, until Ctrl-C', async () => {
    const { url, end } = await openPages(['latest', '--config', config]);
    expect(url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/runs/${runId}/report\\.html$`));
    const page = await (await fetch(url)).text();
    expect(page).toBe(readFileSync(join(folder(), 'report.html'), 'utf8'));
    const history = await (await fetch(new URL('/', url))).text();
    expect(history).toContain(`runs/${runId}/report.html`);
    expect(await end()).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  test('without any run serves an empty history', async () => {
    rmSync(join(root, 'data'), { recursive: true });
    const { url, end } = await openPages(['--config', config]);
    expect(await (await fetch(url)).text()).toContain('No runs yet.');
    expect(await end()).toBe(0);
  });

  test('says that a port is taken, or is none', async () => {
    const { port } = taken.address() as AddressInfo;
    const words = new RegExp(`--port: expected one that is free on 127\\.0\\.0\\.1, got ${port} \\(EADDRINUSE\\)`);
    refuses(await chaos('open', '--no-browser', '--port', String(port)), 64, words);
    const none = await chaos('open', '--no-browser', '--port', '70000');
    refuses(none, 64, /'--port <number>' argument '70000' is invalid\. expected a number from 0 to 65535/);
  });

  test('says that a run has no page', async () => {
    rmSync(join(folder(), 'report.html'));
    refuses(await chaos('open', '--no-browser', runId), 1, /expected .*report\.html, found no file/);
  });

  test('shows the other runs beside one that is damaged', async () => {
    const other = join(root, 'data', 'runs', 'damaged');
    mkdirSync(other);
    for (const name of ['run.json', 'report.json']) writeFileSync(join(other, name), '{"half');
    writeFileSync(join(root, 'data', 'index.json'), '{"half');
    const { url, end } = await openPages(['--config', config]);
    expect(await (await fetch(url)).text()).toContain(`runs/${runId}/report.html`);
    expect(await end()).toBe(0);
    const { stdout, exitCode } = await chaos('runs');
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^damaged {2}.*expected JSON .*\n.*passed/)]);
    refuses(await chaos('show', 'damaged'), 1, /report\.json: expected JSON written by this program/);
  });
});

describe('rejudge', () => {
  test('of a run that is whole says so', async () => {
    expect(await chaos('rejudge', runId)).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringMatching(new RegExp(`^${runId}: the same\n  now FAIL`)),
    });
  });

  test('prints what today’s rules make of it, and changes nothing', async () => {
    const before = readFileSync(join(folder(), 'report.json'), 'utf8');
    const files = readdirSync(folder(), { recursive: true }).length;
    writeFileSync(config, `data_dir: data\nverdict: { p99_limit_ms: 1 }\n${catalogue}\n`);
    const { exitCode, stdout } = await chaos('rejudge', runId);
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('| leader-transfer | status | passed | failed |')]);
    expect(readFileSync(join(folder(), 'report.json'), 'utf8')).toBe(before);
    expect(readdirSync(folder(), { recursive: true })).toHaveLength(files);
  });

  test('counts a message less in one ledger', async () => {
    const chosen = sources.ledgers.find((l) => l.scenario === 'leader-transfer' && l.phase === 'validation')!;
    const messages = chosen.ledger.messages.map((m) => (m.seq === 3 ? { ...m, recv_us: null } : m));
    writeLedger(folder(), { ...chosen, ledger: { ...chosen.ledger, messages } });
    const { exitCode, stdout } = await chaos('rejudge', runId, '--json');
    const lost = { where: 'leader-transfer go', what: 'lost', was: '0', now: '1' };
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([{ runId, now: 'FAIL', differences: expect.arrayContaining([lost]) }]);
  });

  test('names a ledger that is damaged or gone, and takes that client at its word', async () => {
    const ledger = (sdk: string): string =>
      join(folder(), 'scenarios', 'leader-transfer', 'validation', sdk, 'ledger.ndjson.gz');
    rmSync(ledger('rust'));
    truncateSync(ledger('go'), 40);
    const { exitCode, stdout, stderr } = await chaos('rejudge', runId);
    expect([exitCode, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/leader-transfer, validation: go's ledger cannot be read: unexpected end of file/);
    expect(stdout).toMatch(/no ledger to read.*: leader-transfer go, leader-transfer rust/);
  });
});

describe('compare', () => {
  test('puts two runs side by side, and marks what differs', async () => {
    const other = syntheticRun({ messages: 120, sdks: ['go', 'rust'], lostEvery: 0 });
    writeRun(join(root, 'data', 'runs', 'b'), { ...other, data: { ...other.data, runId: 'b' } });
    const { exitCode, stdout } = await chaos('compare', runId, 'b');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\| ≠ \| verdict \| FAIL \| PASS /m);
    expect(stdout).toMatch(/^\| \| leader-transfer: status \| passed \| passed /m);
    const same = JSON.parse((await chaos('compare', 'b', 'b', '--json')).stdout) as { a: string; b: string }[];
    expect(same.length).toBeGreaterThan(10);
    expect(same.filter(({ a, b }) => a !== b)).toEqual([]);
  });
});
