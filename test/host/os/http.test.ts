import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchHere, fetchOutside } from '../../../src/host/os/http.js';
import { PROXY_VARIABLES, startConnectProxy, type ConnectProxy } from '../../../testing/connect-proxy.js';

/** Nobody listens there. */
const DEAD = 'http://127.0.0.1:1';

let server: Server;
let here: string;
let proxy: ConnectProxy;
let nth = 0;
/** A name that only the proxy knows; another one each time, since connections are kept. */
let elsewhere: string;

beforeEach(async () => {
  for (const name of PROXY_VARIABLES) vi.stubEnv(name, undefined);
  server = createServer((request, response) => {
    if (request.url !== '/away') return void response.end(`asked by ${request.method ?? ''}`);
    response.writeHead(302, { location: `${here}/` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  here = `http://127.0.0.1:${port}`;
  elsewhere = `server-${(nth += 1)}.test`;
  proxy = await startConnectProxy({ [`${elsewhere}:80`]: port });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await proxy.close();
});

const answer = async (asked: Promise<{ text: () => Promise<string> }>): Promise<string> => (await asked).text();
const failure = (asked: Promise<unknown>): Promise<string> =>
  asked.then(String, (error: unknown) => (error as Error).message);
const useProxy = (): void => void vi.stubEnv('http_proxy', `http://me:secret@127.0.0.1:${proxy.port}`);

describe('what is asked of this host', () => {
  it.each([
    ['a broker or a tool', fetchHere],
    ['a server that might be elsewhere', fetchOutside],
  ])('is asked without the proxy: %s', async (_what, request) => {
    for (const name of PROXY_VARIABLES.filter((each) => !each.toLowerCase().startsWith('no'))) vi.stubEnv(name, DEAD);
    expect(await answer(request(`${here}/`, { method: 'POST' }))).toBe('asked by POST');
  });
});

describe('a server elsewhere', () => {
  it('is asked by the proxy of the environment, which is told who asks', async () => {
    useProxy();
    expect(await answer(fetchOutside(`http://${elsewhere}/`))).toBe('asked by GET');
    expect(proxy.asked).toEqual([{ target: `${elsewhere}:80`, login: 'me:secret' }]);
  });

  it('may send back to this host, which is then asked directly', async () => {
    useProxy();
    expect(await answer(fetchOutside(`http://${elsewhere}/away`))).toBe('asked by GET');
    expect(proxy.asked).toHaveLength(1);
  });

  it('is asked directly where no_proxy says so', async () => {
    useProxy();
    vi.stubEnv('no_proxy', '.test');
    expect(await failure(fetchOutside(`http://${elsewhere}/`))).toBe('fetch failed');
    expect(proxy.asked).toEqual([]);
  });

  it.each([
    ['refuses', () => `http://127.0.0.1:${proxy.port}`, /^by the proxy 127\.0\.0\.1:\d+ of the environment: .*403/],
    ['is not there', () => DEAD, /^by the proxy 127\.0\.0\.1:1 of the environment: ECONNREFUSED$/],
    ['speaks something else', () => 'socks5://proxy.corp:1080', /expected http:\/\/host:port .* got socks5:\/\/proxy/],
  ])('is not reached by a proxy that %s, and it is the proxy that is named', async (_what, address, words) => {
    vi.stubEnv('http_proxy', address());
    expect(await failure(fetchOutside(`http://unknown-${elsewhere}/`))).toMatch(words);
  });

  it('that does not answer in time is no matter of the proxy', async () => {
    useProxy();
    const asked = fetchOutside(`http://${elsewhere}/`, {
      signal: AbortSignal.abort(new DOMException('', 'TimeoutError')),
    });
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
