import { readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { writeLedger, writeRun } from '../../../testing/reports/stored.js';
import {
  catalogue,
  chaos,
  folder,
  place,
  refuses,
  runId,
  sources,
  storeOneRun,
} from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

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
    writeFileSync(place.config, `data_dir: data\nverdict: { p99_limit_ms: 1 }\n${catalogue}\n`);
    const { exitCode, stdout } = await chaos('rejudge', runId);
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('| leader-transfer | status | passed | failed |')]);
    expect(readFileSync(join(folder(), 'report.json'), 'utf8')).toBe(before);
    expect(readdirSync(folder(), { recursive: true })).toHaveLength(files);
  });

  test('tells what is new from what is known by today’s list', async () => {
    const names = ['broker-kill-single', 'network-delay-100ms', 'leader-transfer'];
    const scenarios = names.map((name) => `{ name: ${name}, fault: broker-kill, target: robustmq-server }`);
    const known = '{ id: RMQ-8, why: lost, match: { check: lost, where: fault } }';
    writeFileSync(place.config, `data_dir: data\nscenarios: [${scenarios.join(', ')}]\nknown: [${known}]\n`);
    const { exitCode, stdout } = await chaos('rejudge', runId);
    expect([exitCode, stdout]).toEqual([
      1,
      expect.stringMatching(/\| run \| what is new \| no list \| \d+ new failures?, .*\d+ known, 0 gone \|/),
    ]);
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

  test('of a run that is not there names those that are', async () => {
    const words = new RegExp(`expected one with a report, got nowhere; the latest are ${runId}`);
    refuses(await chaos('rejudge', runId, 'nowhere'), 64, words);
  });

  test('of a folder elsewhere is refused', async () => {
    writeRun(join(place.root, 'elsewhere'), sources);
    refuses(await chaos('rejudge', '../../elsewhere'), 64, /got \.\.\/\.\.\/elsewhere/);
  });
});
