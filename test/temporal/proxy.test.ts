import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { NativeConnection } from '@temporalio/worker';
import { generate } from 'selfsigned';
import { connectClient, type TemporalPlace } from '../../src/temporal/connection.js';
import { clientWay, workerWay } from '../../src/temporal/proxy.js';
import { PROXY_VARIABLES, startConnectProxy, type ConnectProxy } from '../../testing/connect-proxy.js';
import { startTemporalProxy, type TemporalProxy } from '../../testing/temporal-proxy.js';
import { startFrontend } from '../../testing/temporal-frontend.js';

const ELSEWHERE = 'temporal.test:7233';

let frontend: Awaited<ReturnType<typeof startFrontend>>;
let proxy: ConnectProxy;
beforeAll(async () => {
  frontend = await startFrontend();
});
afterAll(() => frontend.close());
beforeEach(async () => {
  for (const name of PROXY_VARIABLES) vi.stubEnv(name, undefined);
  proxy = await startConnectProxy({ [ELSEWHERE]: frontend.port });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await proxy.close();
});

const place = (address: string): TemporalPlace => ({
  address,
  namespace: 'default',
  kind: 'outside',
  uiUrl: null,
  options: { address },
});
const connect = async (address: string): Promise<void> => {
  const client = await connectClient(place(address));
  await client.connection.close();
};

describe('a client', () => {
  it.each(['http_proxy', 'https_proxy', 'grpc_proxy', 'all_proxy', 'HTTPS_PROXY'])(
    'of a server of this host never asks the proxy of %s',
    async (name) => {
      vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
      await connect(`127.0.0.1:${frontend.port}`);
      await connect(`localhost:${frontend.port}`);
      expect(proxy.asked).toEqual([]);
    },
  );

  it.each(['http_proxy', 'https_proxy', 'grpc_proxy', 'all_proxy', 'HTTPS_PROXY'])(
    'of a server elsewhere asks the proxy of %s, and tells it who asks',
    async (name) => {
      vi.stubEnv(name, `http://me:secret@127.0.0.1:${proxy.port}`);
      await connect(ELSEWHERE);
      expect(proxy.asked).toEqual([{ target: ELSEWHERE, login: 'me:secret' }]);
    },
  );
});

describe('by TLS, with certificates of both sides', () => {
  let door: TemporalProxy;
  let options: TemporalPlace['options'];

  beforeEach(async () => {
    const modern = { algorithm: 'sha256', keyType: 'ec' } as const;
    const altNames = [{ type: 2, value: 'temporal.test' } as const];
    const [host, client] = await Promise.all([
      generate([{ name: 'commonName', value: 'temporal.test' }], {
        ...modern,
        extensions: [{ name: 'subjectAltName', altNames }],
      }),
      generate([{ name: 'commonName', value: 'worker' }], modern),
    ]);
    const tls = { cert: host.cert, key: host.private, clientCa: client.cert };
    door = await startTemporalProxy(`127.0.0.1:${frontend.port}`, { tls });
    const bytes = (text: string): Buffer => Buffer.from(text);
    const clientCertPair = { crt: bytes(client.cert), key: bytes(client.private) };
    options = { address: ELSEWHERE, tls: { serverRootCACertificate: bytes(host.cert), clientCertPair } };
    await proxy.close();
    proxy = await startConnectProxy({ [ELSEWHERE]: Number(door.address.split(':')[1]) });
    vi.stubEnv('https_proxy', `http://127.0.0.1:${proxy.port}`);
  });
  afterEach(() => door.close());

  const asked = [{ target: ELSEWHERE, login: null }];

  it('a client knows the server behind the proxy by its name', async () => {
    const client = await connectClient({ ...place(ELSEWHERE), options });
    await client.connection.close();
    expect([proxy.asked, door.passed.length]).toEqual([asked, 1]);
  });

  it('so does a worker', async () => {
    const connection = await NativeConnection.connect({ ...options, ...workerWay(ELSEWHERE) });
    await connection.close();
    expect(proxy.asked).toEqual(asked);
    expect(door.passed.length).toBeGreaterThan(0);
  });
});

describe('the way to a server elsewhere', () => {
  it('is direct where the environment names no proxy for it', () => {
    expect(workerWay(ELSEWHERE)).toEqual({ address: ELSEWHERE });
    vi.stubEnv('https_proxy', 'http://proxy.corp:3128');
    vi.stubEnv('no_proxy', 'temporal.test');
    expect(workerWay(ELSEWHERE)).toEqual({ address: ELSEWHERE });
    expect(clientWay(ELSEWHERE)).toEqual({ address: ELSEWHERE, channelArgs: { 'grpc.enable_http_proxy': 0 } });
  });

  it.each([
    ['cloud.test:443', 'cloud.test:443'],
    ['cloud.test', 'cloud.test:7233'],
    ['https://cloud.test:80', 'cloud.test:80'],
  ])('goes to the port of the server: %s', (address, server) => {
    vi.stubEnv('grpc_proxy', 'http://proxy.corp');
    expect(clientWay(address)).toMatchObject({
      address: 'proxy.corp:80',
      channelArgs: { 'grpc.http_connect_target': `dns:${server}`, 'grpc.default_authority': server },
    });
    expect(workerWay(address)).toEqual({ address, proxy: { type: 'http-connect', targetHost: 'proxy.corp:80' } });
  });

  it('by a proxy that Temporal’s libraries do not speak with is an error', () => {
    vi.stubEnv('https_proxy', 'https://proxy.corp:3129');
    expect(() => clientWay(ELSEWHERE)).toThrow(
      /^expected http:\/\/host:port as the proxy .* Temporal's server, got https:\/\/proxy.corp:3129$/,
    );
  });
});
