import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  brokerProcesses,
  brokerTargets,
  fromAny,
  liveNodes,
  missingHere,
  nodeIds,
  nodeOwner,
} from '../../../src/host/drivers/broker-processes.js';
import type { StartOptions } from '../../../src/host/drivers/contract.js';
import { clusterLock, stateFile, type Node, type State } from '../../../src/host/drivers/state-file.js';
import { clusterPaths } from '../../../src/host/layout/paths.js';
import { watchHost } from '../../../src/host/os/host-cpu.js';
import { notUp } from '../../../src/host/drivers/spawn-broker.js';
import { EndedAtOnce } from '../../../src/host/os/processes.js';
import { PortTaken } from '../../../src/host/os/ports.js';
import { isAlive, ownIdentity, signalProcess, waitGone } from '../../../src/host/os/processes.js';
import { errorOf } from '../../../testing/host-cluster.js';
import { ownedBy, shell, standStill, temporaryFolder, until } from '../../../testing/processes.js';

const file = stateFile<Node, State<Node>>();
const locked = clusterLock(30_000);
let dir: string;
let logDirs: string[];
/** What each start in turn ends with, beside its brokers. */
let failures: Error[];
let problem: string | undefined;
/** For how much of the time this process could not look; null: as it really was. */
let latePercent: number | null;
/** When each start in turn serves, or why it does not; at once where there is none. */
let serving: Promise<void>[];

beforeEach(() => {
  dir = join(temporaryFolder(), 'cluster');
  [logDirs, failures, serving, problem, latePercent] = [[], [], [], undefined, 0];
});

const launchNode = async (folder: string, _state: State<Node>, { id }: Node): Promise<void> => {
  const process = await shell(folder, 'exec sleep 600', nodeOwner(folder, id));
  file.update(folder, id, { process });
};
/** Brokers that only live: each is a process. */
const processes = brokerProcesses({
  ...{ file, locked, launchNode, stopGraceMs: 2000, equipmentProblem: () => Promise.resolve(problem) },
  watchHost: (folder: string) => {
    const host = watchHost(folder);
    const cpu = { busyPercent: 100, clusterPercent: 5, clientsPercent: 0 };
    return { ...host, soFar: () => (latePercent === null ? host.soFar() : { ...cpu, latePercent }) };
  },
  awaitServing: () => serving.shift() ?? Promise.resolve(),
  startOnce: async (folder: string, options: StartOptions) => {
    logDirs.push(options.logDir);
    const { cluster, claim } = options;
    const state = { cluster, claim, nodes: nodeIds(options).map((id) => ({ id, process: null })) };
    file.save(folder, state);
    for (const node of state.nodes) await launchNode(folder, state, node);
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
  },
});
const start = (claim?: number, signal?: AbortSignal) =>
  processes.start(dir, { cluster: 'local', runId: 'r1', logDir: '/logs', nodeCount: 2, claim, signal });

describe('the brokers of a cluster', () => {
  it('are started, killed, started again and stopped', async () => {
    expect(await processes.status(dir)).toBe('stopped');
    const { nodes } = await start();
    expect(liveNodes({ nodes }).map(({ id }) => id)).toEqual(['n1', 'n2']);
    expect(await processes.status(dir)).toBe('running');
    await processes.killNode(dir, 'n2');
    expect(isAlive(nodes[1]!.process!)).toBe(false);
    expect(await processes.status(dir)).toBe('degraded');
    expect(await errorOf(processes.killNode(dir, 'n2'))).toMatch(/^INJECT_FAILED expected n2 to run/);
    await processes.startNode(dir, 'n2');
    await processes.startNode(dir, 'n1');
    const again = file.load(dir).nodes;
    expect(again[0]).toEqual(nodes[0]);
    expect(again[1]!.process!.pid).not.toBe(nodes[1]!.process!.pid);
    await processes.stop(dir);
    expect(ownedBy(dir)).toEqual([]);
    expect(existsSync(clusterPaths(dir).state)).toBe(false);
    await processes.stop(dir);
  });

  it('are started with other ports where one was taken, three times at most', async () => {
    failures = [new PortTaken('1883'), new PortTaken('1884')];
    await start();
    expect(logDirs).toEqual(['/logs', '/logs-2', '/logs-3']);
    expect(ownedBy(dir)).toHaveLength(2);
    await processes.stop(dir);
    failures = [1, 2, 3].map((port) => new PortTaken(`port ${port}`));
    expect(await errorOf(start())).toMatch(/^EQUIPMENT_FAILED cluster local could not be started: .*port 3/);
    expect(logDirs).toHaveLength(6);
  });

  it('that did not come up leave nothing; whose failure it is stays in the error', async () => {
    const log = join(temporaryFolder(), 'log');
    writeFileSync(log, 'fatal\n');
    failures = [notUp('n1 ended', [log])];
    expect(await errorOf(start())).toBe('CLUSTER_START_FAILED n1 ended');
    failures = [new Error('no disk')];
    expect(await errorOf(start())).toMatch(/^EQUIPMENT_FAILED .*no disk/);
    expect(logDirs).toHaveLength(2);
    expect(ownedBy(dir)).toEqual([]);
    writeFileSync(log, 'listen tcp 127.0.0.1:1883: bind: address already in use\n');
    expect(notUp('n1 ended', [log])).toBeInstanceOf(PortTaken);
  });

  it('that did not come up are not blamed where something of ours stood in the way', async () => {
    const log = join(temporaryFolder(), 'log');
    writeFileSync(log, 'fatal\n');
    failures = [notUp('n1 ended', [log])];
    problem = 'the proxy server 7: dead';
    expect(await errorOf(start())).toMatch(
      /^EQUIPMENT_FAILED cluster local could not be started: .*n1 ended; the proxy server 7: dead$/,
    );
    expect(ownedBy(dir)).toEqual([]);
  });

  describe('that are not up in time', () => {
    const late = notUp('not every broker is up', []);
    it('are blamed on a host that had room', async () => {
      failures = [late];
      latePercent = 30;
      expect(await errorOf(start())).toBe('CLUSTER_START_FAILED not every broker is up');
    });

    it('are blamed on any host, if one has ended before it could be looked at', async () => {
      latePercent = null;
      serving = [
        until('they live', () => ownedBy(dir).length === 2).then(() => {
          standStill(3000);
          throw Object.assign(notUp('n1 ended at once', []), { cause: new EndedAtOnce() });
        }),
      ];
      expect(await errorOf(start())).toBe('CLUSTER_START_FAILED n1 ended at once');
    });

    it('are not blamed where this program could not look for most of the time', async () => {
      latePercent = null;
      serving = [
        until('they live', () => ownedBy(dir).length === 2).then(() => {
          standStill(3000);
          throw late;
        }),
      ];
      expect(await errorOf(start())).toMatch(
        /^EQUIPMENT_FAILED .*not every broker is up; this host was too busy to tell: a timer of ours was late for [5-9]/,
      );
      expect(ownedBy(dir)).toEqual([]);
    });

    it('are blamed on any host where one of them has ended', async () => {
      latePercent = 90;
      serving = [
        until('they live', () => ownedBy(dir).length === 2).then(async () => {
          const { process } = file.load(dir).nodes[0]!;
          signalProcess(process!, 'SIGKILL');
          await waitGone(process!, 5000);
          throw late;
        }),
      ];
      expect(await errorOf(start())).toBe('CLUSTER_START_FAILED not every broker is up');
    });
  });

  describe('that an attempt starts for its claim, while a later attempt starts them for its own,', () => {
    it('are not stopped by the late failure of the first', async () => {
      let fail = (_: Error): void => undefined;
      serving = [new Promise<void>((_, reject) => (fail = reject))];
      const first = errorOf(start(1));
      await until('the first waits for its brokers', () => file.find(dir)?.claim === 1 && ownedBy(dir).length === 2);
      const second = await start(2);
      fail(new Error('does not serve'));
      expect(await first).toContain('does not serve');
      expect(liveNodes(second)).toHaveLength(2);
      expect(file.load(dir)).toEqual(second);
      expect(ownedBy(dir)).toHaveLength(2);
    });

    it('are those of the second alone, and the first that sees them serve is superseded', async () => {
      let serve = (): void => undefined;
      serving = [new Promise<void>((resolve) => (serve = resolve))];
      const first = errorOf(start(1));
      await until('the first waits for its brokers', () => file.find(dir)?.claim === 1 && ownedBy(dir).length === 2);
      const before = file.load(dir).nodes.map(({ process }) => process!);
      const second = await start(2);
      expect(before.map((process) => isAlive(process))).toEqual([false, false]);
      serve();
      expect(await first).toBe('SUPERSEDED cluster local: expected claim 1, found claim 2');
      expect(liveNodes(second)).toHaveLength(2);
    });

    it('are not started at all where the later attempt was faster', async () => {
      const second = await start(2);
      expect(await errorOf(start(1))).toMatch(/^SUPERSEDED/);
      expect(file.load(dir)).toEqual(second);
      expect(liveNodes(second)).toHaveLength(2);
      expect(logDirs).toHaveLength(1);
    });

    it('are undone where the first is broken off and nobody else has come', async () => {
      const breaking = new AbortController();
      serving = [
        new Promise<void>((_, reject) =>
          breaking.signal.addEventListener('abort', () => reject(new Error('broken off'))),
        ),
      ];
      const first = errorOf(start(1, breaking.signal));
      await until('the first waits for its brokers', () => ownedBy(dir).length === 2);
      breaking.abort(new Error('cancelled'));
      expect(await first).toContain('cancelled');
      expect(ownedBy(dir)).toEqual([]);
      expect(await errorOf(start(1, breaking.signal))).toContain('cancelled');
    });
  });

  it('are what a scenario may name', () => {
    expect(brokerTargets(nodeIds({ nodeCount: 2 }))).toEqual(['robustmq-server', 'broker-server', 'n1', 'n2']);
  });
});

describe('a question to any node', () => {
  const nodes = nodeIds({ nodeCount: 3 }).map((id): Node => ({ id, process: ownIdentity() }));

  it('is put to one after another until one answers', async () => {
    const asked: string[] = [];
    const ask = ({ id }: Node): Promise<string> => {
      asked.push(id);
      return id === 'n1' ? Promise.reject(new Error('busy')) : Promise.resolve(`from ${id}`);
    };
    expect(await fromAny(nodes, ask)).toBe('from n2');
    expect(asked).toEqual(['n1', 'n2']);
  });

  it('that nobody answers is an error with what each one said', async () => {
    await expect(fromAny(nodes.slice(0, 2), () => Promise.reject(new Error('busy')))).rejects.toThrow(
      'no broker answered (n1: Error: busy; n2: Error: busy)',
    );
    await expect(fromAny([], () => Promise.resolve(1))).rejects.toThrow('none is alive');
  });
});

it('a tool that is not there is named, with its remedy', () => {
  expect(missingHere(['nats-server'])).toEqual([]);
});
