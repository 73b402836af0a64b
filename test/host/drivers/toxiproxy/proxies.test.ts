import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterLock, stateFile, type Node, type State } from '../../../../src/host/drivers/state-file.js';
import { proxyServer, startProxies, type ProxyState } from '../../../../src/host/drivers/toxiproxy/proxies.js';
import { portBlock } from '../../../../src/host/os/ports.js';
import { isAlive, signalProcess, waitGone } from '../../../../src/host/os/processes.js';
import { writeJson } from '../../../../src/host/os/files.js';
import { temporaryFolder } from '../../../../testing/processes.js';

const root = temporaryFolder();
const dir = join(root, 'local');
const file = stateFile<Node, State<Node> & ProxyState>();
const proxies = proxyServer(file, clusterLock(30_000));
const NAMES = ['client-n1', 'route-n1-n2', 'route-n2-n1', 'route-n2-n3'];

let upstream: Server;

beforeAll(async () => {
  upstream = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port: upstreamPort } = upstream.address() as AddressInfo;
  const [proxyApiPort = 0, ...ports] = portBlock(NAMES.length + 1);
  const links = NAMES.map((name, i) => ({
    name,
    kind: name.startsWith('client') ? ('client' as const) : ('route' as const),
    listenPort: ports[i] ?? 0,
    upstreamPort,
  }));
  const proxyLogFile = join(root, 'toxiproxy.log');
  const state = { cluster: 'local', nodes: [], links, proxyApiPort, proxyLogFile, proxyProcess: null };
  file.save(dir, state);
  file.save(dir, { ...state, proxyProcess: await startProxies(dir, state) });
});
afterAll(() => void upstream.close());

const kill = async (): Promise<void> => {
  const { proxyProcess } = file.load(dir);
  signalProcess(proxyProcess!, 'SIGKILL');
  await waitGone(proxyProcess!, 5000);
};

describe('the proxies of a cluster', () => {
  it('are all delayed in both directions, also when that is asked for twice, and then no more', async () => {
    const of = proxies.of(dir);
    expect(await of.isWhole('delay')).toBe(false);
    await of.delay(50, 0);
    await of.delay(50, 0);
    expect(await of.active()).toHaveLength(2 * NAMES.length);
    expect(await of.isWhole('delay')).toBe(true);
    await of.clear();
    expect(await of.active()).toEqual([]);
    await of.clear();
  });

  it('stall the client links of a node, and no other', async () => {
    const of = proxies.of(dir);
    await of.stall(['n1']);
    expect(await of.isWhole({ stall: ['n1'] })).toBe(true);
    expect(new Set((await of.active()).map((toxic) => toxic.split('/')[0]))).toEqual(new Set(['client-n1']));
    await of.clear();
    expect(await of.isWhole({ stall: ['n1'] })).toBe(false);
  });

  it('cut a node off from the others, and leave its clients alone', async () => {
    const of = proxies.of(dir);
    await of.cut('n1');
    const cut = new Set((await of.active()).map((toxic) => toxic.split('/')[0]));
    expect([...cut].sort()).toEqual(['route-n1-n2', 'route-n2-n1']);
    expect(await of.isWhole({ cut: 'n1' })).toBe(true);
    expect(await of.isWhole({ cut: 'n3' })).toBe(false);
    await of.clear();
  });

  it('that are alive need no repair', async () => {
    expect(await proxies.repairEquipment(dir)).toBeUndefined();
    expect(proxies.deaths(dir)).toEqual([]);
  });

  it('that died are started again by the one who looks, once, and that is written down', async () => {
    await proxies.of(dir).delay(50, 0);
    await kill();
    const told = (await Promise.all([proxies.repairEquipment(dir), proxies.repairEquipment(dir)])).filter(
      (text) => text !== undefined,
    );
    expect(told).toHaveLength(1);
    expect(isAlive(file.load(dir).proxyProcess!)).toBe(true);
    expect(proxies.deaths(dir)).toEqual([{ us: expect.any(Number), what: told[0] }]);
    expect(await proxies.of(dir).active()).toEqual([]);
  });

  it('that died while a fault was in them are clear after the recovery', async () => {
    await proxies.of(dir).cut('n2');
    await kill();
    await proxies.of(dir).clear();
    expect(await proxies.of(dir).active()).toEqual([]);
    expect(proxies.deaths(dir)).toHaveLength(2);
  });

  it('have no problem while they answer and listen, and none is told of a cluster without any', async () => {
    expect(await proxies.problem(dir)).toBeUndefined();
    expect(await proxies.problem(join(root, 'none'))).toBeUndefined();
  });

  it('that are stopped by a signal are replaced like dead ones', async () => {
    const { proxyProcess } = file.load(dir);
    signalProcess(proxyProcess!, 'SIGSTOP');
    expect(await proxies.problem(dir)).toBe(`the proxy server ${proxyProcess!.pid}: stopped by a signal`);
    expect(await proxies.repairEquipment(dir)).toMatch(/: stopped by a signal; it was started again$/);
    expect(isAlive(proxyProcess!)).toBe(false);
    expect(await proxies.problem(dir)).toBeUndefined();
  });

  it('for one of which nobody listens have a problem', async () => {
    const state = file.load(dir);
    await fetch(`http://127.0.0.1:${state.proxyApiPort}/proxies/route-n2-n3`, { method: 'DELETE' });
    expect(await proxies.problem(dir)).toMatch(/nobody listens for route-n2-n3 on port \d+$/);
    await proxies.of(dir).clear();
    expect(await proxies.problem(dir)).toBeUndefined();
  });

  it('of a cluster that is not there are nothing', async () => {
    expect(await proxies.repairEquipment(join(root, 'none'))).toBeUndefined();
    expect(proxies.deaths(join(root, 'none'))).toEqual([]);
    writeJson(join(root, 'other', 'cluster.json'), { ...file.load(dir), proxyProcess: null });
    expect(await proxies.repairEquipment(join(root, 'other'))).toBeUndefined();
  });
});
