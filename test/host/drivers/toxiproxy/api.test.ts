import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as toxiproxy from '../../../../src/host/drivers/toxiproxy/api.js';
import { startProxies } from '../../../../src/host/drivers/toxiproxy/proxies.js';
import { portBlock, PortTaken } from '../../../../src/host/os/ports.js';
import { temporaryFolder } from '../../../../testing/processes.js';

let api: number;
let link: toxiproxy.ProxyLink;

beforeAll(async () => {
  const [port = 0, listenPort = 0, upstreamPort = 0] = portBlock(3);
  api = port;
  link = { name: 'client-n1', kind: 'client', listenPort, upstreamPort };
  const root = temporaryFolder();
  const proxyLogFile = join(root, 'toxiproxy.log');
  await startProxies(root, { proxyApiPort: api, proxyLogFile, proxyProcess: null, links: [link] });
});

describe('a proxy server', () => {
  it('tells its version and its proxies', async () => {
    expect(await toxiproxy.version(api)).toMatch(/^\d+\.\d+/);
    expect((await toxiproxy.listProxies(api)).map(({ name }) => name)).toEqual(['client-n1']);
  });

  it('refuses a proxy whose port is taken, and says that it is that', async () => {
    await expect(toxiproxy.createProxies(api, [{ ...link, name: 'other' }])).rejects.toBeInstanceOf(PortTaken);
    await expect(toxiproxy.createProxies(api, [link])).rejects.not.toBeInstanceOf(PortTaken);
  });

  it('holds a delay in each direction; the same again changes its figures', async () => {
    await toxiproxy.addDelay(api, 'client-n1', 50, 5);
    await toxiproxy.addDelay(api, 'client-n1', 70, 5);
    const [proxy] = await toxiproxy.listProxies(api);
    expect(proxy?.toxics.map(({ stream, attributes }) => [stream, attributes['latency']]).sort()).toEqual([
      ['downstream', 70],
      ['upstream', 70],
    ]);
  });

  it('loses everything that is in force at once', async () => {
    await toxiproxy.addBlackHole(api, 'client-n1');
    expect(await toxiproxy.activeToxics(api)).toHaveLength(4);
    await toxiproxy.removeToxics(api);
    expect(await toxiproxy.activeToxics(api)).toEqual([]);
  });

  it('says what it does not know', async () => {
    await expect(toxiproxy.addDelay(api, 'nobody', 1, 0)).rejects.toThrow(/nobody.*404/);
  });
});
