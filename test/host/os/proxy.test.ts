import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isLoopback, proxyLogin, proxyOf } from '../../../src/host/os/proxy.js';
import { PROXY_VARIABLES } from '../../../testing/connect-proxy.js';

const PROXY = 'http://proxy.corp:3128';

beforeEach(() => {
  for (const name of PROXY_VARIABLES) vi.stubEnv(name, undefined);
});
afterEach(() => void vi.unstubAllEnvs());

const proxied = (url: string): string | undefined => proxyOf(url)?.href;

describe('this host', () => {
  it.each([
    'http://127.0.0.1:8474/version',
    'http://127.8.9.1',
    'http://127.1:80',
    'https://localhost',
    'https://LOCALHOST:443',
    'http://a.localhost:1',
    'http://[::1]:8080',
    'http://[::ffff:127.0.0.1]:8080',
    'http://0.0.0.0:1',
    'grpc://127.0.0.1:7233',
    'grpc://localhost:7233',
  ])('is asked directly, whatever the environment says: %s', (url) => {
    for (const name of PROXY_VARIABLES.filter((each) => !each.toLowerCase().startsWith('no'))) vi.stubEnv(name, PROXY);
    expect(proxied(url)).toBeUndefined();
  });

  it.each(['localhost.example.com', '128.0.0.1', '[2001:db8::1]', '12.7.0.0', 'my127.0.0.1.nip.io'])(
    'is not %s',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});

describe('a server elsewhere', () => {
  it.each([
    ['https_proxy', 'https://api.github.com/'],
    ['HTTPS_PROXY', 'https://api.github.com/'],
    ['http_proxy', 'http://ping.example.com/'],
    ['HTTP_PROXY', 'http://ping.example.com/'],
    ['all_proxy', 'https://api.github.com/'],
    ['ALL_PROXY', 'http://ping.example.com/'],
    ['grpc_proxy', 'grpc://temporal.example.com:7233'],
    ['GRPC_PROXY', 'grpc://temporal.example.com:7233'],
  ])('is asked by way of %s', (name, url) => {
    expect(proxied(url)).toBeUndefined();
    vi.stubEnv(name, PROXY);
    expect(proxied(url)).toBe(`${PROXY}/`);
  });

  it.each(['api.github.com', '.github.com', '*.github.com', 'a, api.github.com', 'api.github.com:443', '*'])(
    'is asked directly where it is in no_proxy: %s',
    (names) => {
      vi.stubEnv('https_proxy', PROXY);
      vi.stubEnv('NO_PROXY', names);
      expect(proxied('https://api.github.com/')).toBeUndefined();
      if (names !== '*') expect(proxied('https://gitlab.com/')).toBe(`${PROXY}/`);
    },
  );

  it.each([
    ['10.0.0.0/8', 'http://10.2.3.4:1', 'http://11.2.3.4:1'],
    ['a.example,192.168.4.0/23 b.example', 'https://192.168.5.9', 'https://192.168.6.9'],
    ['2001:db8::/32', 'http://[2001:db8:1::1]:8080', 'http://[2001:db9::1]:8080'],
    ['[2001:db8::]/32', 'http://[2001:db8::7]', 'http://10.0.0.1'],
    ['10.0.0.7/32', 'grpc://10.0.0.7:7233', 'grpc://10.0.0.8:7233'],
  ])('is asked directly where a network of no_proxy has its address: %s', (networks, inside, outside) => {
    vi.stubEnv('all_proxy', PROXY);
    vi.stubEnv('no_proxy', networks);
    expect(proxied(inside)).toBeUndefined();
    expect(proxied(outside)).toBe(`${PROXY}/`);
  });

  it.each(['10.0.0.0/99', '10.0.0.0/', '/8', 'example.com/8', '10.0.0/8', '::/8', '10.0.0.0/8/8'])(
    'is asked by the proxy where no_proxy has something that is no network: %s',
    (text) => {
      vi.stubEnv('http_proxy', PROXY);
      vi.stubEnv('NO_PROXY', text);
      expect(proxied('http://10.0.0.1')).toBe(`${PROXY}/`);
    },
  );

  it('by a proxy without a scheme is asked by HTTP, as everybody does', () => {
    vi.stubEnv('https_proxy', 'proxy.corp:3128');
    expect(proxied('https://api.github.com/')).toBe(`${PROXY}/`);
  });

  it.each(['socks5://user:planted@proxy.corp:1080', 'http://', 'http://proxy:port'])(
    'by something that is no such proxy is an error that tells no secret: %s',
    (value) => {
      vi.stubEnv('https_proxy', value);
      const problem = expect.stringMatching(
        /^expected http:\/\/host:port as the proxy .* for api\.github\.com, got (?!.*planted)/,
      );
      expect(() => proxyOf('https://api.github.com/')).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', message: problem }),
      );
    },
  );
});

it('a proxy that wants to know who asks is told', () => {
  expect(proxyLogin(new URL('http://me:p%40ss@proxy:1'))).toEqual({ username: 'me', password: 'p@ss' });
  expect(proxyLogin(new URL(PROXY))).toBeUndefined();
});
