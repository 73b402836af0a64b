import { proxyOf } from './proxy.js';

// The library is loaded by the first request: most commands make none. Node's own `fetch` is of it, but knows proxies in late versions alone, and then asks one
// for this host, too.
const library = async () => import('undici');
type Library = Awaited<ReturnType<typeof library>>;
type Dispatcher = InstanceType<Library['Agent']>;

export type RequestInit = NonNullable<Parameters<Library['fetch']>[1]>;
export type Response = Awaited<ReturnType<Library['fetch']>>;

/** An agent keeps something of each server that it has ever spoken to, and each cluster has new ports. */
const SERVERS_OF_AN_AGENT = 32;

let here: { readonly agent: Dispatcher; readonly servers: Set<string> } | undefined;
let outside: Dispatcher | undefined;

/** Requests something of this host, or of a broker under test: never by a proxy. */
export async function fetchHere(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const { Agent, fetch } = await library();
  // The old one is let go and not closed: its last requests end, and its idle connections time out.
  if (here === undefined || here.servers.size >= SERVERS_OF_AN_AGENT) here = { agent: new Agent(), servers: new Set() };
  here.servers.add(new URL(url).origin);
  return fetch(url, { ...init, dispatcher: here.agent });
}

/** Requests something of a server that may be elsewhere: by the proxy that the environment names for it, if any. */
export async function fetchOutside(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const { Agent, Pool, ProxyAgent, fetch } = await library();
  // One for each server, also behind a redirect.
  outside ??= new Agent({
    factory: (origin, options) => {
      const proxy = proxyOf(origin.toString());
      return proxy === undefined ? new Pool(origin, options) : new ProxyAgent(proxy.href);
    },
  });
  const proxy = proxyOf(url.toString());
  try {
    return await fetch(url, { ...init, dispatcher: outside });
  } catch (error) {
    throw proxy === undefined ? error : byProxy(proxy, error as Error);
  }
}

/** Who reads "ECONNREFUSED" looks at the wrong server if it was the proxy's. What a signal has broken off is no matter of the proxy. */
function byProxy(proxy: URL, error: Error): Error {
  if (error.name !== 'TypeError') return error;
  const { code = 'UND_ERR', message } = rootOf(error);
  return new Error(`by the proxy ${proxy.host} of the environment: ${code.startsWith('UND_ERR') ? message : code}`);
}

const rootOf = (error: Error): NodeJS.ErrnoException => (error.cause instanceof Error ? rootOf(error.cause) : error);
