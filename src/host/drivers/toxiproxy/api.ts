import { fetchHere } from '../../os/http.js';
import { PortTaken, saysPortTaken } from '../../os/ports.js';

/** One Toxiproxy proxy. `client-n1`: clients to n1; `route-n1-n2`: the route that n1 dials to n2. */
export interface ProxyLink {
  readonly name: string;
  readonly kind: 'client' | 'route';
  readonly listenPort: number;
  readonly upstreamPort: number;
}

/** A DELETE of a toxic can hang for ever on a dead connection (Toxiproxy issues 412 and 558): no call waits longer than this. */
const CALL_LIMIT_MS = 3000;

interface Toxic {
  readonly name: string;
  readonly type: string;
  readonly stream: 'upstream' | 'downstream';
  readonly attributes: Readonly<Record<string, number>>;
}

interface Proxy {
  readonly name: string;
  readonly listen: string;
  readonly toxics: readonly Toxic[];
}

async function call(apiPort: number, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetchHere(`http://127.0.0.1:${apiPort}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    signal: AbortSignal.timeout(CALL_LIMIT_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`toxiproxy ${method} ${path}: ${response.status} ${text.slice(0, 200)}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

export async function version(apiPort: number): Promise<string> {
  const answer = (await call(apiPort, 'GET', '/version')) as { readonly version: string };
  return answer.version;
}

export const listProxies = async (apiPort: number): Promise<readonly Proxy[]> =>
  Object.values((await call(apiPort, 'GET', '/proxies')) as Record<string, Proxy>);

/** Creates the proxies. Rejects with PortTaken for one whose port is in use. */
export async function createProxies(apiPort: number, links: readonly ProxyLink[]): Promise<void> {
  for (const link of links) {
    await call(apiPort, 'POST', '/proxies', {
      name: link.name,
      listen: `127.0.0.1:${link.listenPort}`,
      upstream: `127.0.0.1:${link.upstreamPort}`,
      enabled: true,
    }).catch((error: unknown) => {
      throw saysPortTaken(String(error)) ? new PortTaken(String(error)) : error;
    });
  }
}

const STREAMS = ['upstream', 'downstream'] as const;

/** Sets one toxic; one that is there already is set again, so that a repeated inject changes nothing. */
async function setToxic(apiPort: number, proxy: string, type: string, attributes: Toxic['attributes']): Promise<void> {
  for (const stream of STREAMS) {
    const name = `chaos-${type}-${stream}`;
    await call(apiPort, 'POST', `/proxies/${proxy}/toxics`, { name, type, stream, attributes }).catch(
      (error: unknown) => {
        if (!String(error).includes(' 409 ')) throw error;
        return call(apiPort, 'PATCH', `/proxies/${proxy}/toxics/${name}`, { attributes });
      },
    );
  }
}

/** Delays one proxy in both directions. */
export const addDelay = (apiPort: number, proxy: string, delayMs: number, jitterMs: number): Promise<void> =>
  setToxic(apiPort, proxy, 'latency', { latency: delayMs, jitter: jitterMs });

/** Nothing comes through in either direction, and no connection is closed, until it is removed. */
export const addBlackHole = (apiPort: number, proxy: string): Promise<void> =>
  setToxic(apiPort, proxy, 'timeout', { timeout: 0 });

/** Removes every toxic of every proxy of this server, which is ours alone. */
export async function removeToxics(apiPort: number): Promise<void> {
  for (const proxy of await listProxies(apiPort)) {
    for (const toxic of proxy.toxics) await call(apiPort, 'DELETE', `/proxies/${proxy.name}/toxics/${toxic.name}`);
  }
}

/** `proxy/toxic` of everything in force. */
export const activeToxics = async (apiPort: number): Promise<readonly string[]> =>
  (await listProxies(apiPort)).flatMap((proxy) => proxy.toxics.map((toxic) => `${proxy.name}/${toxic.name}`));
