import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { robustmqDriver as driver } from '../../../../src/host/drivers/robustmq/index.js';
import { loadState } from '../../../../src/host/drivers/robustmq/state.js';
import { isListening } from '../../../../src/host/os/ports.js';
import { isAlive, type ProcessId } from '../../../../src/host/os/processes.js';
import { describeWithStandIn, standInFor, type StandIn } from '../../../../testing/robustmq-stand-in.js';
import { ownedBy, temporaryFolder, until } from '../../../../testing/processes.js';

// Test equipment, not RobustMQ: what is shown here is the driver's own behaviour.

interface Cluster {
  readonly dir: string;
  readonly logDir: string;
  readonly standIn: StandIn;
  start(nodeCount: number): Promise<unknown>;
}

function newCluster(): Cluster {
  const folder = temporaryFolder();
  const [dir, logDir] = [join(folder, 'cluster'), join(folder, 'logs')];
  mkdirSync(dir);
  const standIn = standInFor(folder);
  const options = { cluster: 'test', runId: 'run', logDir, binary: standIn.binary };
  return { dir, logDir, standIn, start: (nodeCount) => driver.start(dir, { ...options, nodeCount }) };
}

const errorOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'no error', String);
const healthy = ({ dir }: Cluster): Promise<void> =>
  until('a healthy cluster', async () => !(await driver.unhealthy(dir)));
const processOf = async ({ dir }: Cluster, id: string): Promise<ProcessId> =>
  (await driver.nodes(dir)).find((node) => node.id === id)?.process as ProcessId;

describeWithStandIn('a cluster of three', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = newCluster();
    cluster.standIn.set({ n2: ['panic'] });
    await cluster.start(3);
  });

  it('starts node by node, and is healthy', async () => {
    expect(await driver.status(cluster.dir)).toBe('running');
    expect(await driver.unhealthy(cluster.dir)).toBeUndefined();
    const settings = await driver.clientSettings(cluster.dir);
    expect(settings).toMatchObject({ username: 'chaos' });
    expect(new Set(settings.endpoints).size).toBe(3);
    const nodes = await driver.nodes(cluster.dir);
    expect(nodes.map(({ id, alive }) => `${id} ${alive}`)).toEqual(['n1 true', 'n2 true', 'n3 true']);
    const ticks = nodes.map(({ process }) => process?.startTicks ?? 0);
    expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
    expect(await driver.connections(cluster.dir)).toEqual({ n1: [], n2: [], n3: [] });
  });

  it('keeps a replica on every node', () => {
    for (const { configFile } of loadState(cluster.dir).nodes)
      expect(readFileSync(configFile, 'utf8')).toContain('default_topic_replica_num = 3');
  });

  it('leaves metrics, log lines that people can read, and the lines that must never be there', async () => {
    const runDir = join(cluster.dir, 'run');
    const options = { label: 'x', runDir, neverLines: ['panicked at'] };
    await until('the panic', () => readFileSync(loadState(cluster.dir).nodes[1]!.outFile, 'utf8').includes('panicked'));
    const taken = await driver.snapshot(cluster.dir, options);
    expect(taken.neverLines).toEqual([expect.stringContaining("n2: thread 'tokio-runtime-worker' panicked at")]);
    expect(taken.figures).toMatchObject({ 'n1.mqtt_connections_count': 0, 'n3.raft_rpc_failures_total': 5 });
    expect(taken.warnings).toEqual([]);
    const log = readFileSync(join(runDir, 'snapshots', 'x.log'), 'utf8');
    expect(log).toMatch(/^n1: \S+ INFO stand_in::main: node 1 is up$/m);
    expect((await driver.snapshot(cluster.dir, options)).newLogLines).toBe(0);
  });

  it('is not whole where a node lets nobody in, though its port is open', async () => {
    cluster.standIn.set({ n3: ['not-ready'] });
    const port = (await driver.nodes(cluster.dir))[2]?.brokerPort ?? 0;
    expect(await isListening(port)).toBe(true);
    expect(await driver.unhealthy(cluster.dir)).toMatch(/^n3 does not serve: .*expected 0, got 136/);
    cluster.standIn.set({});
    await healthy(cluster);
  });

  it("is not whole where a node takes another for the leader, which only that node's own view shows", async () => {
    cluster.standIn.set({ n2: ['wrong-leader'] });
    expect(await driver.unhealthy(cluster.dir)).toMatch(/the nodes disagree on who leads metadata_0: n1, n2/);
    cluster.standIn.set({});
    await healthy(cluster);
  });

  it('is not whole where a node does not know all of the others', async () => {
    cluster.standIn.set({ n1: ['stale-view'] });
    expect(await driver.unhealthy(cluster.dir)).toBe('n1 knows nodes 1, 2, expected 1, 2, 3');
    cluster.standIn.set({});
    await healthy(cluster);
  });

  it('has topics made on the node that leads the cluster, which no one can choose', async () => {
    expect(await driver.placeLeader(cluster.dir, 'n2')).toBe('n1');
    const topics = ['chaos/r/f/python-1', 'chaos/r/f/go-1'];
    await driver.prepareTopics?.(cluster.dir, topics, true);
    const { topics: made } = loadState(cluster.dir);
    // A worker that died in the middle of it does it again.
    await driver.prepareTopics?.(cluster.dir, topics, true);
    expect(loadState(cluster.dir).topics).toEqual(made);
    const { cluster: meta, load, others } = await driver.leaders(cluster.dir, 'n3');
    expect(meta).toEqual({ group: 'metadata_0', leader: 'n1', term: 1 });
    expect(load.map(({ leader }) => leader)).toEqual(['n1', 'n1']);
    expect(load.map(({ group }) => group)).toEqual(['topic python-1', 'topic go-1']);
    expect(others?.map(({ group }) => group)).toEqual(['data_0', 'offset_0']);
  });

  it('is not whole while a replica is out of sync', async () => {
    cluster.standIn.set({ n3: ['out-of-sync'] });
    await until('the replica to fall out', async () =>
      /1, 2 of 1, 2, 3 are in sync/.test((await driver.unhealthy(cluster.dir)) ?? ''),
    );
    cluster.standIn.set({});
    await healthy(cluster);
  });

  it('shows who has taken over from a killed leader, with a higher term, and takes the node back', async () => {
    const old = await processOf(cluster, 'n1');
    await driver.killNode(cluster.dir, 'n1');
    expect(isAlive(old)).toBe(false);
    expect(await driver.status(cluster.dir)).toBe('degraded');
    expect(await driver.unhealthy(cluster.dir)).toBe('n1 is not running');
    await until('new leaders', async () => {
      const { cluster: meta, load } = await driver.leaders(cluster.dir, 'n2');
      return meta.leader === 'n2' && meta.term === 2 && load[0]?.leader !== 'n1' && load[0]?.term === 2;
    });
    await driver.startNode(cluster.dir, 'n1');
    await healthy(cluster);
    expect((await processOf(cluster, 'n1')).pid).not.toBe(old.pid);
  });

  it('leaves topics to the broker where no leader is asked for', async () => {
    await driver.prepareTopics?.(cluster.dir, ['chaos/r/v/go-1'], false);
    expect((await driver.leaders(cluster.dir)).load).toEqual([]);
  });

  it('leaves nothing behind', async () => {
    await driver.stop(cluster.dir);
    expect(await driver.status(cluster.dir)).toBe('stopped');
    expect(ownedBy(cluster.dir)).toEqual([]);
  });
});

describeWithStandIn('a node that', () => {
  it('refuses to start ends the start with its log named, and nothing is left', async () => {
    const cluster = newCluster();
    cluster.standIn.set({ n1: ['refuse-start'] });
    const error = await errorOf(cluster.start(3));
    expect(error).toMatch(/n1 ended; see .*n1\/stdout-stderr\.log/);
    expect(readFileSync(join(cluster.logDir, 'n1', 'stdout-stderr.log'), 'utf8')).toContain('no storage folders');
    expect(ownedBy(cluster.dir)).toEqual([]);
    expect(existsSync(join(cluster.dir, 'cluster.json'))).toBe(false);
  });
});

describeWithStandIn('a single node', () => {
  it('leads everything, keeps one replica, comes back after a kill, and is killed where it does not heed SIGTERM for 25 s', async () => {
    const cluster = newCluster();
    const started = await cluster.start(1);
    expect(started).toMatchObject({ versions: { 'broker-server sha256': expect.stringMatching(/^[0-9a-f]{64}$/) } });
    expect(await driver.placeLeader(cluster.dir, 'n1')).toBe('n1');
    await driver.prepareTopics?.(cluster.dir, ['chaos/r/f/go-1'], true);
    expect((await driver.leaders(cluster.dir)).load).toEqual([{ group: 'topic go-1', leader: 'n1', term: 1 }]);
    expect(readFileSync(loadState(cluster.dir).nodes[0]!.configFile, 'utf8')).toContain('replica_num = 1');
    await driver.killNode(cluster.dir, 'n1');
    await driver.startNode(cluster.dir, 'n1');
    await healthy(cluster);
    cluster.standIn.set({ n1: ['ignore-sigterm'] });
    const id = await processOf(cluster, 'n1');
    const before = Date.now();
    await driver.stop(cluster.dir);
    expect(isAlive(id)).toBe(false);
    expect(Date.now() - before).toBeGreaterThan(24_000);
  });
});

describeWithStandIn('before a start', () => {
  it('one error says what to do where the program is not named, or not there', async () => {
    expect(await driver.preflight({})).toEqual([
      expect.stringMatching(/cluster\.binary.*project_root.*docs\/robustmq/),
    ]);
    expect(await driver.preflight({ binary: '/nowhere/broker-server' })).toEqual([
      expect.stringMatching(/expected RobustMQ's broker-server at \/nowhere\/broker-server/),
    ]);
    expect(await driver.preflight({ binary: newCluster().standIn.binary })).toEqual([]);
  });

  it('robustmq-server and broker-server both mean a broker of the cluster', async () => {
    const { brokers } = await driver.targets({ nodeCount: 3 });
    expect(brokers).toEqual(['robustmq-server', 'broker-server', 'n1', 'n2', 'n3']);
  });
});
