import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { generate, type IConnectPacket } from 'mqtt-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sleepMs } from '../../../../src/host/os/clock.js';
import { loadState, type NatsState } from '../../../../src/host/drivers/nats/state.js';
import { isListening } from '../../../../src/host/os/ports.js';
import type { ProcessId } from '../../../../src/host/os/processes.js';
import {
  connectClient,
  disconnectClients,
  driver,
  errorOf,
  healthy,
  startCluster,
  type TestCluster,
} from '../../../../testing/host-cluster.js';
import { ownedBy, until } from '../../../../testing/processes.js';

let cluster: TestCluster;
let neighbour: TestCluster;
/** Folder of the neighbour's only broker. If somebody took a port meanwhile, the cluster was started again in another folder of the run. */
let brokerFolder: string;
beforeAll(async () => {
  [cluster, neighbour] = await Promise.all([startCluster(3), startCluster(1)]);
  brokerFolder = dirname(loadState(neighbour.dir).nodes[0]?.configFile ?? '');
});
afterAll(disconnectClients);

const portsOf = (state: NatsState): number[] => [
  state.proxyApiPort,
  ...state.nodes.flatMap((n) => [n.mqttPort, n.natsPort, n.httpPort, n.routePort, n.proxiedMqttPort]),
  ...state.links.filter((link) => link.kind === 'route').map((link) => link.listenPort),
];

/** Ports of the other ends of a process's TCP connections. */
function peersOf({ pid }: ProcessId): number[] {
  const links = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return [];
    }
  });
  const rows = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').split('\n').slice(1);
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[3] === '01' && links.includes(`socket:[${fields[9] ?? ''}]`))
    .map((fields) => parseInt((fields[2] as string).split(':')[1] as string, 16));
}

/** A broker that is connected to another one past the proxies would feel no delay there. */
function brokersPastProxies(): string[] {
  const state = loadState(cluster.dir);
  const routePorts = state.nodes.map((node) => node.routePort);
  return state.nodes
    .filter((node) => peersOf(node.process as ProcessId).some((port) => routePorts.includes(port)))
    .map((node) => node.id);
}

describe('two clusters that were started side by side', () => {
  it('run and are healthy', async () => {
    for (const each of [cluster, neighbour]) {
      expect(await driver.status(each.dir)).toBe('running');
      await healthy(each);
    }
    expect((await driver.nodes(cluster.dir)).map((node) => [node.id, node.alive])).toEqual([
      ['n1', true],
      ['n2', true],
      ['n3', true],
    ]);
  });

  it('share no port', () => {
    const all = [...portsOf(loadState(cluster.dir)), ...portsOf(loadState(neighbour.dir))];
    expect(new Set(all).size).toBe(all.length);
  });

  it('give clients the proxies, one per node, and never the brokers themselves', async () => {
    const { endpoints } = await driver.clientSettings(cluster.dir);
    const state = loadState(cluster.dir);
    expect(endpoints).toEqual(state.nodes.map((node) => `127.0.0.1:${node.proxiedMqttPort}`));
  });

  it('end apart: the one that is stopped leaves nothing, the other one stays', async () => {
    expect(ownedBy(neighbour.dir)).toHaveLength(2);
    const ports = portsOf(loadState(neighbour.dir));
    await driver.stop(neighbour.dir);
    expect(ownedBy(neighbour.dir)).toEqual([]);
    expect((await Promise.all(ports.map((port) => isListening(port)))).filter(Boolean)).toEqual([]);
    expect(await driver.status(neighbour.dir)).toBe('stopped');
    await driver.stop(neighbour.dir);
    expect(await errorOf(driver.leaders(neighbour.dir))).toMatch(/^CLUSTER_GONE .*expected a started cluster/);
    await healthy(cluster);
  });

  it('leave configs, logs and data in the folder of the run', () => {
    expect(brokerFolder.startsWith(join(neighbour.runDir, 'cluster'))).toBe(true);
    const files = readdirSync(brokerFolder);
    expect(files).toEqual(expect.arrayContaining(['nats-server.conf', 'nats-server.log', 'data']));
  });
});

/** The first byte that a broker answers to a login of a client that said nothing for a while; none where it has hung up. */
async function firstAnswer(endpoint: string, silentMs: number): Promise<number | undefined> {
  const { username, password } = await driver.clientSettings(cluster.dir);
  const [host = '', port = ''] = endpoint.split(':');
  const socket = connect(Number(port), host).on('error', () => undefined);
  const answer = new Promise<number | undefined>((resolve) => {
    socket.once('data', (bytes) => resolve(bytes[0])).once('close', () => resolve(undefined));
  });
  await sleepMs(silentMs);
  const login = {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'slow',
    keepalive: 30,
  };
  socket.write(generate({ ...login, username, password: Buffer.from(password) } as IConnectPacket));
  const first = await answer;
  socket.end(generate({ cmd: 'disconnect' }));
  return first;
}

describe('a cluster', () => {
  it('waits for the login of a client that is slow to speak', async () => {
    const { endpoints } = await driver.clientSettings(cluster.dir);
    const CONNACK = 0x20;
    expect(await firstAnswer(endpoints[0]!, 4000)).toBe(CONNACK);
  });

  it.each(['n2', 'n3', 'n1'])('lets %s lead everything, and every broker says so', async (node) => {
    await driver.placeLeader(cluster.dir, node);
    for (const from of ['n1', 'n2', 'n3']) {
      const seen = async () => {
        const { cluster: meta, load } = await driver.leaders(cluster.dir, from);
        return [meta, ...load].map((group) => group.leader);
      };
      await until(`${from} knows`, async () => (await seen()).every((leader) => leader === node));
      expect((await seen()).length).toBeGreaterThan(1);
    }
  });

  it('names its groups with their terms, which rise when the leader changes', async () => {
    const before = await driver.leaders(cluster.dir);
    expect(before.load.map((group) => group.group)).toContain('$MQTT_msgs');
    await driver.placeLeader(cluster.dir, 'n2');
    const after = await driver.leaders(cluster.dir);
    expect(after.cluster.term).toBeGreaterThan(before.cluster.term as number);
  });

  it('has no leader for a broker that it does not have', async () => {
    expect(await errorOf(driver.placeLeader(cluster.dir, 'n9'))).toMatch(/no broker n9; it has n1, n2, n3/);
  });

  it('says which clients are really connected to which broker', async () => {
    const { endpoints } = await driver.clientSettings(cluster.dir);
    await connectClient(cluster.dir, endpoints[2] as string, 'visitor-pub');
    const { n1, n2, n3 } = await driver.connections(cluster.dir);
    expect(n3).toContain('visitor-pub');
    expect([...(n1 ?? []), ...(n2 ?? [])]).not.toContain('visitor-pub');
  });

  it('names what a fault may hit', async () => {
    expect(await driver.targets(cluster.dir)).toEqual({
      brokers: ['robustmq-server', 'broker-server', 'n1', 'n2', 'n3'],
      interfaces: ['eth0', 'lo'],
    });
  });

  it('routes nothing past the proxies', () => {
    expect(brokersPastProxies()).toEqual([]);
  });

  it('loses the broker that is killed and nothing else, and takes it back', async () => {
    await driver.placeLeader(cluster.dir, 'n2');
    const [before] = (await driver.nodes(cluster.dir)).filter((node) => node.id === 'n2');
    await driver.killNode(cluster.dir, 'n2');
    expect(await driver.status(cluster.dir)).toBe('degraded');
    expect(await driver.unhealthy(cluster.dir)).toBeDefined();
    expect(await isListening(before?.brokerPort as number)).toBe(false);
    expect(await errorOf(driver.killNode(cluster.dir, 'n2'))).toMatch(/INJECT_FAILED expected n2 to run/);
    await until('somebody else leads', async () => {
      const { cluster: meta, load } = await driver.leaders(cluster.dir, 'n3');
      return [meta, ...load].every((group) => group.leader !== null && group.leader !== 'n2');
    });

    await driver.startNode(cluster.dir, 'n2');
    await healthy(cluster);
    const [after] = (await driver.nodes(cluster.dir)).filter((node) => node.id === 'n2');
    expect(after?.process?.pid).not.toBe(before?.process?.pid);
    expect(after?.clientEndpoint).toBe(before?.clientEndpoint);
    await driver.startNode(cluster.dir, 'n2');
    expect((await driver.nodes(cluster.dir)).find((node) => node.id === 'n2')?.process).toEqual(after?.process);
  });

  it('routes nothing past the proxies after a broker came back either', () => {
    expect(brokersPastProxies()).toEqual([]);
  });

  it('is photographed with its figures and its new log lines, without its password', async () => {
    const options = { runDir: cluster.runDir, neverLines: ['Starting nats-server'] };
    const first = await driver.snapshot(cluster.dir, { ...options, label: 'first' });
    expect(first).toMatchObject({ label: 'first', file: 'snapshots/first.json', warnings: [] });
    expect(first.figures['n3.routes']).toBeGreaterThan(0);
    // n2 was started twice.
    expect(first.neverLines.map((line) => line.slice(0, 2)).sort()).toEqual(['n1', 'n2', 'n2', 'n3']);
    const { password } = await driver.clientSettings(cluster.dir);
    for (const name of ['first.json', 'first.log']) {
      const text = readFileSync(join(cluster.runDir, 'snapshots', name), 'utf8');
      expect(text).not.toContain(password);
    }
    const second = await driver.snapshot(cluster.dir, { ...options, label: 'second' });
    expect(second.neverLines).toEqual([]);
  });

  it('is photographed with a warning for each broker that does not answer', async () => {
    await driver.killNode(cluster.dir, 'n1');
    const options = { runDir: cluster.runDir, label: 'dead', neverLines: [] };
    const { warnings, figures } = await driver.snapshot(cluster.dir, options);
    expect(warnings).toContainEqual(expect.stringMatching(/^n1: no \/varz/));
    expect(figures['n2.routes']).toBeGreaterThan(0);
  });

  it('that is stopped with a dead broker leaves no process and no state', async () => {
    await driver.stop(cluster.dir);
    expect(ownedBy(cluster.root)).toEqual([]);
    expect(existsSync(join(cluster.dir, 'cluster.json'))).toBe(false);
  });
});
