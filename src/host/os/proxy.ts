import { BlockList, isIP } from 'node:net';
import { getProxyForUrl } from 'proxy-from-env';
import { ChaosError } from '../../domain/errors.js';

/** This host itself: nobody else can connect there for us. An IPv6 address may stand for one of version 4. */
const LOOPBACK =
  /^(localhost|.+\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])\.?$/i;

export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** A host is written in many ways, which a parser of web addresses makes one. */
function hostOf(url: string): string | undefined {
  const web = url.replace(/^[a-z]+:/i, 'http:');
  return URL.canParse(web) ? new URL(web).hostname : undefined;
}

/** Is an address in one of the networks of `no_proxy` (`10.0.0.0/8`)? The library knows names and single addresses. */
function isInDirectNetwork(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  const networks = (process.env['no_proxy'] || process.env['NO_PROXY'] || '').split(/[,\s]+/);
  return isIP(address) !== 0 && networks.some((network) => isIn(network, address));
}

function isIn(network: string, address: string): boolean {
  const [, base = '', bits] = /^\[?([^[\]/]+)\]?\/(\d{1,3})$/.exec(network) ?? [];
  const version = isIP(base);
  if (version === 0 || version !== isIP(address) || Number(bits) > (version === 4 ? 32 : 128)) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(base, Number(bits), family);
  return list.check(address, family);
}

/**
 * The proxy that the environment (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`, in both spellings) names for an address elsewhere, by the scheme of the
 * address; none for this host, whatever it says. Throws for one of a kind that is not known here; secrets in its address are not told.
 */
export function proxyOf(url: string): URL | undefined {
  const host = hostOf(url);
  if (host === undefined || isLoopback(host) || isInDirectNetwork(host)) return undefined;
  const found = getProxyForUrl(url);
  if (found === '') return undefined;
  // One without a scheme speaks HTTP, as for everybody else; the library gives it the scheme of the address.
  const given = Object.values(process.env).includes(found) ? found : found.replace(/^[a-z]+:/i, 'http:');
  const proxy = URL.canParse(given) ? new URL(given) : undefined;
  if (proxy !== undefined && /^https?:$/.test(proxy.protocol) && proxy.hostname !== '') return proxy;
  const got = proxy === undefined ? 'something else' : `${proxy.protocol}//${proxy.host}`;
  throw new ChaosError(
    'CONFIG_INVALID',
    `expected http://host:port as the proxy of the environment for ${host}, got ${got}`,
  );
}

/** User and password of a proxy; undefined where it wants none. */
export const proxyLogin = ({ username, password }: URL): { username: string; password: string } | undefined =>
  username === '' ? undefined : { username: decodeURIComponent(username), password: decodeURIComponent(password) };

/** Channel argument of gRPC: it looks for no proxy itself, as it would find one for this host, too. */
export const NO_GRPC_PROXY = { 'grpc.enable_http_proxy': 0 };
