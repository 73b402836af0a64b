import type { ConnectionOptions } from '@temporalio/client';
import { ChaosError } from '../domain/errors.js';
import { NO_GRPC_PROXY, proxyLogin, proxyOf } from '../host/os/proxy.js';

const DEFAULT_PORT = 7233;
/** As for any gRPC client: a proxy for gRPC alone comes first. */
const SCHEMES = ['grpc', 'https', 'http'];

/** Host and port of Temporal's server, and of the proxy by which it is reached. */
interface Way {
  readonly server: string;
  readonly proxy: string;
  readonly login: { readonly username: string; readonly password: string } | undefined;
}

/** As the worker's library takes it. */
interface WorkerWay {
  readonly address: string;
  readonly proxy?: {
    readonly type: 'http-connect';
    readonly targetHost: string;
    readonly basicAuth?: { readonly username: string; readonly password: string };
  };
}

/** Undefined where nothing stands between us and the server. */
function wayBy(address: string): Way | undefined {
  const url = `http://${address.replace(/^https?:\/\//, '')}`;
  if (!URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  const server = `${hostname}:${port === '' ? portOf(address) : port}`;
  const proxy = SCHEMES.map((scheme) => proxyOf(`${scheme}://${server}`)).find((found) => found !== undefined);
  if (proxy === undefined) return undefined;
  if (proxy.protocol !== 'http:') {
    const got = `${proxy.protocol}//${proxy.host}`;
    throw new ChaosError('CONFIG_INVALID', `expected http://host:port as the proxy for Temporal's server, got ${got}`);
  }
  return { server, proxy: `${proxy.hostname}:${proxy.port || 80}`, login: proxyLogin(proxy) };
}

/** Port 80 is left out of an address by the parser. */
const portOf = (address: string): number => (/:80\/?$/.test(address) ? 80 : DEFAULT_PORT);

/** How a client connects: by the proxy that the environment names, or by none. */
export function clientWay(address: string): Pick<ConnectionOptions, 'address' | 'channelArgs'> {
  const way = wayBy(address);
  if (way === undefined) return { address, channelArgs: NO_GRPC_PROXY };
  const { server, proxy, login } = way;
  return {
    address: proxy,
    channelArgs: {
      ...NO_GRPC_PROXY,
      'grpc.http_connect_target': `dns:${server}`,
      'grpc.default_authority': server,
      ...(login && { 'grpc.http_connect_creds': `${login.username}:${login.password}` }),
    },
  };
}

/** The same for a worker, whose library knows nothing of the environment. */
export function workerWay(address: string): WorkerWay {
  const way = wayBy(address);
  if (way === undefined) return { address };
  const { proxy, login } = way;
  return { address, proxy: { type: 'http-connect', targetHost: proxy, ...(login && { basicAuth: login }) } };
}
