import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type * as Load from '../../src/config/load.js';
import type { ClusterDriver } from '../../src/host/drivers/contract.js';
import type * as Drivers from '../../src/host/drivers/index.js';
import type * as Faults from '../../src/host/faults/index.js';
import { codeBlocks, membersInTable, membersOf, pageOf } from '../../testing/page.js';
import { ownedBy, temporaryFolder, until } from '../../testing/processes.js';
import { skippedWithout } from '../../testing/programs.js';
import { copySource } from '../../testing/source-copy.js';

const page = pageOf('adding-a-driver.md');
const [example = '', line = ''] = codeBlocks(page, 'ts');
const [config = ''] = codeBlocks(page, 'yaml');
const name = /'\.\/(.*)\.js'/.exec(line)?.[1] ?? '';

const copy = copySource(temporaryFolder());
let complaints: string;

beforeAll(async () => {
  copy.add(`src/host/drivers/${name}.ts`, example);
  copy.append('src/host/drivers/catalogue.ts', line);
  complaints = await copy.compile(['host/drivers/index.ts', 'host/faults/index.ts', 'config/load.ts']);
}, 120_000);

const drivers = async (): Promise<readonly ClusterDriver[]> =>
  (await copy.load<typeof Drivers>('host/drivers/index.js')).drivers;

describe('the page about adding a driver', () => {
  it('has every member of the contract in its table, and no other', () => {
    expect(membersInTable(page)).toEqual(membersOf('host/drivers/contract.ts', 'ClusterDriver'));
  });

  it('has an example that is one file and one line, and the compiler takes it', () => {
    expect(line.trim().split('\n')).toHaveLength(1);
    expect(complaints).toBe('');
  });

  it('has a config that names the new driver', async () => {
    const { loadConfig } = await copy.load<typeof Load>('config/load.js');
    const { faults } = await copy.load<typeof Faults>('host/faults/index.js');
    const file = join(copy.root, 'mine.yml');
    writeFileSync(file, config);
    const known = { drivers: await drivers(), faults };
    expect(loadConfig(file, known).cluster).toMatchObject({ driver: name, nodes: 1 });
  });
});

it('a driver that was added by the page alone says what it lacks here', async () => {
  vi.stubEnv('PATH', '');
  try {
    const driver = (await drivers()).find((one) => one.name === name);
    expect((await driver?.preflight({}))?.join()).toMatch(/^mosquitto: expected on PATH/);
  } finally {
    vi.unstubAllEnvs();
  }
});

describe.skipIf(skippedWithout('mosquitto', 'mosquitto'))('a driver that was added by the page alone', () => {
  it('runs two clusters side by side, sees a killed broker, starts it again, and leaves no process', async () => {
    const { driverNamed } = await copy.load<typeof Drivers>('host/drivers/index.js');
    const driver = driverNamed(name);
    expect(await driver.preflight({})).toEqual([]);
    const root = temporaryFolder();
    const [dir, other] = [join(root, 'one'), join(root, 'two')] as const;
    const start = (at: string) =>
      driver.start(at, { cluster: 'mine', runId: 'run-1', logDir: join(at, 'logs'), nodeCount: 1 });
    const [first, second] = await Promise.all([start(dir), start(other)]);
    expect(first.endpoint).not.toBe(second.endpoint);
    expect(await driver.status(dir)).toBe('running');

    await driver.killNode(dir, 'n1');
    expect(await driver.status(dir)).toBe('degraded');
    expect(await driver.unhealthy(dir)).toBeDefined();
    // Half a second is little on a busy host.
    await until('the other one answers', async () => (await driver.unhealthy(other)) === undefined);
    await driver.startNode(dir, 'n1');
    await until('the broker answers again', async () => (await driver.unhealthy(dir)) === undefined);
    expect((await driver.snapshot(dir, { label: 'after', runDir: root, neverLines: [] })).newLogLines).toBeGreaterThan(
      0,
    );

    await Promise.all([driver.stop(dir), driver.stop(other)]);
    expect(await driver.status(dir)).toBe('stopped');
    expect(ownedBy(root)).toEqual([]);
  });
});
