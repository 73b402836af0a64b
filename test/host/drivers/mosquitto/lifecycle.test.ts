import { existsSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generate, type Packet } from 'mqtt-packet';
import { mosquittoDriver as driver } from '../../../../src/host/drivers/mosquitto/index.js';
import { loginOf } from '../../../../src/host/drivers/mosquitto/lifecycle.js';
import { loadState, type MosquittoNode } from '../../../../src/host/drivers/mosquitto/state.js';
import { mqttRoundTripMs, retainedUnder } from '../../../../src/host/drivers/mqtt-probe.js';
import { octalMode } from '../../../../src/host/os/files.js';
import { isListening } from '../../../../src/host/os/ports.js';
import { isAlive, signalProcess, waitGone } from '../../../../src/host/os/processes.js';
import { connectClient, disconnectClients, errorOf } from '../../../../testing/host-cluster.js';
import { ownedBy, temporaryFolder, until } from '../../../../testing/processes.js';
import { skippedWithout } from '../../../../testing/programs.js';

interface Cluster {
  readonly root: string;
  readonly dir: string;
  readonly started: Awaited<ReturnType<typeof driver.start>>;
}

async function newCluster(): Promise<Cluster> {
  const root = temporaryFolder();
  const dir = join(root, 'cluster');
  const options = { cluster: 'test', runId: 'r', logDir: join(root, 'logs'), nodeCount: 1 };
  return { root, dir, started: await driver.start(dir, options) };
}

const nodeOf = (dir: string): MosquittoNode => loadState(dir).nodes[0]!;
const healthy = (dir: string): Promise<void> =>
  until('the broker serves', async () => (await driver.unhealthy(dir)) === undefined);

/** Sets a retained value, and waits until the broker has acknowledged it. */
async function retain(dir: string, topic: string, payload: string): Promise<void> {
  const { username, password } = loadState(dir);
  const socket = connect(nodeOf(dir).mqttPort, '127.0.0.1');
  const answer = (): Promise<unknown> => new Promise((resolve) => socket.once('data', resolve));
  const say = (packet: Packet): Promise<unknown> => {
    socket.write(generate(packet));
    return answer();
  };
  const login = { username, password: Buffer.from(password), clientId: 'writer', clean: true };
  await say({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, keepalive: 30, ...login });
  await say({ cmd: 'publish', topic, payload, qos: 1, messageId: 1, dup: false, retain: true });
  socket.end(generate({ cmd: 'disconnect' }));
}

describe.skipIf(skippedWithout('mosquitto', 'mosquitto'))('one Mosquitto', () => {
  let one: Cluster;
  let neighbour: Cluster;
  beforeAll(async () => {
    [one, neighbour] = await Promise.all([newCluster(), newCluster()]);
  });
  afterAll(disconnectClients);

  it('starts beside another one, is healthy, and says what it is and what a kill of it may lose', async () => {
    for (const { dir } of [one, neighbour]) {
      expect(await driver.status(dir)).toBe('running');
      expect(await driver.unhealthy(dir)).toBeUndefined();
    }
    expect(one.started.endpoint).not.toBe(neighbour.started.endpoint);
    expect(one.started.versions).toMatchObject({
      mosquitto: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      'mosquitto sha256': expect.stringMatching(/^[0-9a-f]{64}$/),
      persistence: expect.stringContaining('a killed broker may lose'),
    });
    expect(await driver.preflight({})).toEqual([]);
  });

  it('lets nobody in without the password, which only its own user can read', async () => {
    const { configFile, passwordFile, mqttPort } = nodeOf(one.dir);
    for (const file of [configFile, passwordFile]) expect(octalMode(statSync(file).mode)).toBe('600');
    const at = { host: '127.0.0.1', port: mqttPort };
    const stranger = { ...loginOf(loadState(one.dir)), password: 'guessed' };
    expect(await errorOf(mqttRoundTripMs(at, stranger))).toMatch(/expected 0, got 135/);
  });

  it('gives clients its proxy, and says who is connected', async () => {
    const { endpoints } = await driver.clientSettings(one.dir);
    expect(endpoints).toEqual([`127.0.0.1:${nodeOf(one.dir).proxiedMqttPort}`]);
    await connectClient(one.dir, endpoints[0]!, 'go-1-sub');
    // Its own probes come and go.
    await until('the client', async () => (await driver.connections(one.dir))['n1']?.join() === 'go-1-sub');
    const [path] = (await driver.network(one.dir)?.paths()) ?? [];
    expect(path?.name).toBe('clients-n1');
    expect(await path?.measureRoundTripMs(5000)).toBeGreaterThan(0);
  });

  it('leads alone, wherever the leader is wanted', async () => {
    expect(await driver.placeLeader(one.dir, 'n1')).toBe('n1');
    expect(await driver.leaders(one.dir)).toEqual({
      cluster: { group: 'broker', leader: 'n1', term: null },
      load: [],
    });
  });

  it('that is killed is missed, comes back with what it had saved, and nobody connected', async () => {
    await retain(one.dir, 'kept', 'value');
    const { logFile, mqttPort, process } = nodeOf(one.dir);
    const saves = (): number => readFileSync(logFile, 'utf8').split('Saving in-memory database').length;
    const before = saves();
    // It is logged before it is done: the second one after the first was done.
    await until('the value is saved', () => saves() >= before + 2);
    await driver.killNode(one.dir, 'n1');
    expect(await driver.status(one.dir)).toBe('degraded');
    expect(await driver.unhealthy(one.dir)).toBe('n1 is not running');
    expect(await driver.connections(one.dir)).toEqual({ n1: [] });
    expect(await driver.unhealthy(neighbour.dir)).toBeUndefined();
    await driver.startNode(one.dir, 'n1');
    await healthy(one.dir);
    expect(nodeOf(one.dir).process?.pid).not.toBe(process?.pid);
    const at = { host: '127.0.0.1', port: mqttPort };
    expect(await retainedUnder('kept', at, loginOf(loadState(one.dir)))).toEqual({ kept: 'value' });
    expect((await driver.connections(one.dir))['n1']).not.toContain('go-1-sub');
  });

  it('is photographed with its counters and its log, without its password', async () => {
    const options = { label: 'x', runDir: one.root, neverLines: ['Address already in use'] };
    const taken = await driver.snapshot(one.dir, options);
    expect(taken).toMatchObject({ warnings: [], neverLines: [] });
    expect(taken.newLogLines).toBeGreaterThan(5);
    const { password } = loadState(one.dir);
    for (const name of ['x.json', 'x.log'])
      expect(readFileSync(join(one.root, 'snapshots', name), 'utf8')).not.toContain(password);
    // It counts once a second.
    const figures = async () => (await driver.snapshot(one.dir, { ...options, label: 'y' })).figures;
    await until('its counters', async () => (await figures())['n1.messages_received']! > 0);
  });

  it('that runs is not started a second time', async () => {
    const { process } = nodeOf(one.dir);
    await driver.startNode(one.dir, 'n1');
    expect(nodeOf(one.dir).process).toEqual(process);
  });

  it('has its dead proxy replaced, and its death recorded', async () => {
    const { proxyProcess } = loadState(one.dir);
    signalProcess(proxyProcess!, 'SIGKILL');
    await waitGone(proxyProcess!, 5000);
    expect(await driver.equipmentProblem(one.dir)).toMatch(/proxy server/);
    expect(await driver.repairEquipment(one.dir)).toMatch(/started again$/);
    expect(driver.equipmentDeaths(one.dir)).toHaveLength(1);
    expect(await driver.equipmentProblem(one.dir)).toBeUndefined();
  });

  it('that is stopped leaves no process, no port and no state, and its neighbour stays', async () => {
    const { process, mqttPort } = nodeOf(one.dir);
    await driver.stop(one.dir);
    expect([ownedBy(one.root), isAlive(process!), await isListening(mqttPort)]).toEqual([[], false, false]);
    expect(existsSync(join(one.dir, 'cluster.json'))).toBe(false);
    expect(await driver.status(neighbour.dir)).toBe('running');
    await driver.stop(neighbour.dir);
    expect(ownedBy(neighbour.root)).toEqual([]);
  });
});

describe('before a start', () => {
  it('a program that is not there is said', async () => {
    expect(await driver.preflight({ binary: '/nowhere/mosquitto' })).toEqual([
      'mosquitto: expected a program at /nowhere/mosquitto, found nothing to execute',
    ]);
  });

  it('a broker that ends at once is a start that failed, and nothing is left', async () => {
    const root = temporaryFolder();
    const options = { cluster: 'test', runId: 'r', logDir: join(root, 'logs'), nodeCount: 1, binary: '/bin/false' };
    expect(await errorOf(driver.start(join(root, 'cluster'), options))).toMatch(/^CLUSTER_START_FAILED /);
    expect(ownedBy(root)).toEqual([]);
  });
});
