import { appendFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ClusterDriver } from '../../../src/host/drivers/contract.js';
import { readJson } from '../../../src/host/os/files.js';
import { natsDriver } from '../../../src/host/drivers/nats/index.js';
import { loadState } from '../../../src/host/drivers/nats/state.js';
import { clusterPaths } from '../../../src/host/layout/paths.js';
import { robustmqDriver } from '../../../src/host/drivers/robustmq/index.js';
import { describeWithStandIn, standInFor } from '../../../testing/robustmq-stand-in.js';
import { signalProcess, waitGone } from '../../../src/host/os/processes.js';
import { errorOf } from '../../../testing/host-cluster.js';
import { ownedBy, temporaryFolder } from '../../../testing/processes.js';

// Between the choice of a port and its use somebody else may take it: here that is this file, in time, each time.

interface Planned {
  readonly proxyApiPort: number;
  readonly links: readonly { readonly listenPort: number; readonly upstreamPort: number }[];
}

let thieves: Server[] = [];
afterEach(() => {
  for (const thief of thieves) thief.close();
  thieves = [];
});

/** Watches for the plans of a cluster in this folder, and listens on a port of the first `times` ones before those that it is for. */
async function steal(dir: string, portOf: (planned: Planned) => number, times: number): Promise<void> {
  const taken: number[] = [];
  while (taken.length < times) {
    await setImmediate();
    const planned = readJson<Planned>(clusterPaths(dir).state);
    const port = planned && portOf(planned);
    if (port === undefined || taken.includes(port)) continue;
    taken.push(port);
    thieves.push(createServer((socket) => socket.destroy()).listen({ port, host: '127.0.0.1', exclusive: true }));
  }
}

const PORTS: readonly [string, (planned: Planned) => number][] = [
  ['a broker', ({ links }) => links[0]!.upstreamPort],
  ['a proxy', ({ links }) => links[0]!.listenPort],
  ["the proxy server's own API", ({ proxyApiPort }) => proxyApiPort],
];

const startsWithOthers = (driver: ClusterDriver, binaryIn: (root: string) => string | undefined): void => {
  const begin = (root: string, dir: string): Promise<unknown> => {
    const options = {
      cluster: 'test',
      runId: 'run-1',
      logDir: join(root, 'logs'),
      nodeCount: 1,
      binary: binaryIn(root),
    };
    return driver.start(dir, options);
  };

  it.each(PORTS)('the port of %s, starts with others', async (_what, portOf) => {
    const root = temporaryFolder();
    const dir = join(root, 'test');
    const [stolen] = await Promise.all([steal(dir, portOf, 1), begin(root, dir)]);
    expect(stolen).toBeUndefined();
    expect(thieves.map((thief) => thief.listening)).toEqual([true]);
    expect(await driver.status(dir)).toBe('running');
    expect((await driver.nodes(dir)).map(({ alive }) => alive)).toEqual([true]);
    await driver.stop(dir);
  });

  it('a port every time, is not started, and nobody blames the broker', async () => {
    const root = temporaryFolder();
    const dir = join(root, 'test');
    const stealing = steal(dir, PORTS[0]![1], 3);
    expect(await errorOf(begin(root, dir))).toMatch(/^EQUIPMENT_FAILED cluster test could not be started: PortTaken/);
    await stealing;
    expect([ownedBy(root), await driver.status(dir)]).toEqual([[], 'stopped']);
  });
};

it('proxies whose log tells of a port that was taken once are started again all the same', async () => {
  const root = temporaryFolder();
  const dir = join(root, 'test');
  await natsDriver.start(dir, { cluster: 'test', runId: 'run-1', logDir: join(root, 'logs'), nodeCount: 1 });
  const { proxyProcess, proxyLogFile } = loadState(dir);
  appendFileSync(proxyLogFile, 'listen tcp: bind: address already in use\n');
  signalProcess(proxyProcess!, 'SIGKILL');
  await waitGone(proxyProcess!, 5000);
  expect(await natsDriver.repairEquipment(dir)).toMatch(/dead; it was started again$/);
  await natsDriver.stop(dir);
});

describe('a cluster of the driver nats, of which somebody takes', () => startsWithOthers(natsDriver, () => undefined));
describeWithStandIn('a cluster of the driver robustmq, of which somebody takes', () =>
  startsWithOthers(robustmqDriver, (root) => standInFor(root).binary),
);
