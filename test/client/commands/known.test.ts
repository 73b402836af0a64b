import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  catalogue,
  chaos,
  nothingStarted,
  place,
  refuses,
  runId,
  storeOneRun,
} from '../../../testing/stored-commands.js';

// The stored run has three scenarios; in leader-transfer both clients lost messages during the fault.
const names = ['broker-kill-single', 'network-delay-100ms', 'leader-transfer'];
const scenarios = `scenarios:\n${names.map((name) => `  - { name: ${name}, fault: broker-kill, target: robustmq-server }\n`).join('')}`;
const config = (more = ''): void =>
  writeFileSync(place.config, `data_dir: data # here\nsdks: [go, rust]\n${scenarios}${more}`);
const text = (): string => readFileSync(place.config, 'utf8');
const add = (scenario: string, ...more: string[]) =>
  chaos('known', 'add', scenario, '--from', runId, '--id', 'RMQ-8', '--why', 'lost at its death', ...more);

beforeEach(() => {
  storeOneRun();
  config();
});

describe('known add', () => {
  test('writes what is new in a scenario into the config, which stays as it was, and then covers it', async () => {
    const before = text();
    const { exitCode, stdout } = await add('leader-transfer');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`added to ${place.config}:`)]);
    expect(text().startsWith(before)).toBe(true);
    expect(text()).toMatch(/\nknown:\n {2}- id: RMQ-8\S*\n {4}why: lost at its death\n/);
    refuses(
      await add('leader-transfer'),
      64,
      /expected one with a new failure or warning .* got leader-transfer: everything in it is known$/,
    );
    const checked = await chaos('known', 'check');
    expect([checked.exitCode, checked.stdout]).toEqual([
      0,
      expect.stringMatching(/^1 stored run against \d known failure/),
    ]);
    expect(checked.stdout).toMatch(/\| RMQ-8\S* \| in 1 of 1 runs \| leader-transfer/);
    expect(readdirSync(place.root).sort()).toEqual(['chaos.yml', 'data']);
    expect(nothingStarted(place.root)).toBe(true);
  });

  test('only prints them where that is all that is asked for', async () => {
    const before = text();
    const { exitCode, stdout } = await add('leader-transfer', '--dry-run');
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^- id: RMQ-8/)]);
    expect(text()).toBe(before);
  });

  test('changes nothing of a config that would not be one afterwards, or whose list is in one line', async () => {
    for (const list of [
      'known: [{ id: RMQ-1, why: x, match: { check: lost } }]\n',
      'known:\n  - { id: RMQ-8, why: x, sdks: [go], match: { check: sent } }\n',
    ]) {
      config(list);
      const before = text();
      const { exitCode, stderr } = await add('leader-transfer', '--id', 'RMQ-8');
      expect([exitCode, stderr.includes('    at ')]).toEqual([64, false]);
      expect(text()).toBe(before);
    }
    expect(readdirSync(place.root).sort()).toEqual(['chaos.yml', 'data']);
  });

  test('refuses a scenario that the run does not have, or in which nothing failed', async () => {
    refuses(await add('leader'), 64, /expected one of .*leader-transfer, control of run .*, got leader$/);
    refuses(await add('control'), 64, /got control: nothing of the broker failed in it$/);
  });
});

describe('known check', () => {
  test('says what no entry covers, and what each one did, as tables and as JSON', async () => {
    config('known: [{ id: RMQ-1, why: x, sdks: [go], match: { check: lost, where: fault } }]\n');
    const { exitCode, stdout } = await chaos('known', 'check');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Not covered by any entry:')]);
    const { stdout: json } = await chaos('known', 'check', '--json');
    expect(JSON.parse(json)).toMatchObject({ runs: 1, entries: [{ id: 'RMQ-1', seen: 1 }] });
  });

  test('of a list that hides too much says so, with its line', async () => {
    config(
      'known:\n  - { id: RMQ-1, why: x, match: {} }\n  - { id: RMQ-2, why: x, scenarios: [leader-transfr], match: { check: lost } }\n',
    );
    const { exitCode, stderr } = await chaos('known', 'check');
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/line 8: known\.0\.match: expected a check, an error, a line or a bound/);
    expect(stderr).toMatch(/line 9: known\.1\.scenarios\.0 \(RMQ-2\): .* did you mean leader-transfer\?/);
  });

  test('plays nothing where there are no runs, or none of this cluster', async () => {
    writeFileSync(place.config, `data_dir: data\ncluster: { name: other }\n${catalogue}\n`);
    expect((await chaos('known', 'check')).stdout).toMatch(/^0 stored runs against 0 known failures\n/);
  });
});
