import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { equipmentProblem, notBack, type BrokerGround } from '../../../src/host/drivers/equipment.js';
import { ownIdentity } from '../../../src/host/os/processes.js';
import { listenOn } from '../../../testing/listener.js';
import { deadProcess, memoryCluster } from '../../../testing/memory-cluster.js';
import { temporaryFolder } from '../../../testing/processes.js';

let dir: string;
let log: string;
beforeEach(() => {
  dir = temporaryFolder();
  log = join(dir, 'n2.log');
});

const ground = (change: Partial<BrokerGround> = {}): BrokerGround => ({
  node: { id: 'n2', process: deadProcess() },
  ports: [],
  address: '127.0.0.1',
  logFiles: [log],
  ...change,
});
const wellProxies = (): Promise<undefined> => Promise.resolve(undefined);
const problem = (change: Partial<BrokerGround> = {}, proxies: () => Promise<string | undefined> = wellProxies) =>
  equipmentProblem(dir, [ground(change)], proxies);

describe('between us and the brokers', () => {
  it('nothing stands where their ports are free, their logs say nothing, and the proxies work', async () => {
    writeFileSync(log, 'starting\npanic: invalid state\n');
    expect(await problem({ ports: [1] })).toBeUndefined();
  });

  it('somebody stands who has the port of a dead broker', async () => {
    const { port, close } = await listenOn(0);
    expect(await problem({ ports: [1, port] })).toMatch(
      new RegExp(`^port ${port} of n2 is held by process ${process.pid} `),
    );
    expect(await problem({ ports: [port], node: { id: 'n2', process: ownIdentity() } })).toBeUndefined();
    await close();
    expect(await problem({ ports: [port] })).toBeUndefined();
  });

  it('somebody stood who had the port when the broker started, by its own last words', async () => {
    writeFileSync(log, `${'x'.repeat(100_000)}\nlisten tcp 127.0.0.1:1883: bind: address already in use\nbye\n`);
    expect(await problem()).toBe('n2 found a port taken: listen tcp 127.0.0.1:1883: bind: address already in use');
    writeFileSync(log, `bind: address already in use\n${'x'.repeat(100_000)}\n`);
    expect(await problem()).toBeUndefined();
  });

  it('a disk is full, by the words of a broker, dead or not', async () => {
    writeFileSync(log, 'append: No space left on device\n');
    expect(await problem()).toBe('the host of n2: append: No space left on device');
    expect(await problem({ node: { id: 'n2', process: ownIdentity() } })).toContain('No space left');
  });

  it('no disk is full of which a broker says so that has one of its own, which a fault has filled', async () => {
    writeFileSync(log, 'append: No space left on device\n');
    const disk = { folder: '/c/disks/n2', image: '/r/n2/disk.img' };
    expect(await problem({ node: { id: 'n2', process: ownIdentity(), disk } })).toBeUndefined();
    writeFileSync(log, 'append: No space left on device\nmmap: cannot allocate memory\n');
    expect(await problem({ node: { id: 'n2', process: ownIdentity(), disk } })).toContain('allocate memory');
  });

  it('proxies stand that do not work', async () => {
    expect(await problem({}, () => Promise.resolve('the proxy server 7: dead'))).toBe('the proxy server 7: dead');
  });

  it('it cannot be told where the logs cannot be read', async () => {
    mkdirSync(log);
    await expect(problem()).rejects.toThrow('EISDIR');
  });
});

describe('a broker that is not back', () => {
  const after = (equipment: () => string | undefined) =>
    notBack(memoryCluster({ equipmentProblem: equipment }).cluster, 'n2 is not running');

  it('is blamed where everything of ours works', async () => {
    expect(await after(() => undefined)).toMatchObject({ code: 'BROKER_NOT_BACK', message: 'n2 is not running' });
  });

  it.each([
    ['something of ours does not work', () => 'port 7 of n2 is held by process 9 (x)'],
    [
      'nobody can tell',
      () => {
        throw new Error('EMFILE');
      },
    ],
  ])('is not blamed where %s, and the error says why', async (_, equipment) => {
    const error = await after(equipment);
    expect(error.code).toBe('EQUIPMENT_FAILED');
    expect(error.message).toMatch(/^n2 is not running; this is not blamed on the broker: .*(held by process 9|EMFILE)/);
  });
});
