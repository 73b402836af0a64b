import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporalPaths } from '../../src/host/layout/paths.js';
import { writeJson } from '../../src/host/os/files.js';
import { ownIdentity } from '../../src/host/os/processes.js';
import {
  connectClient,
  embeddedServer,
  findPlace,
  outsideServer,
  requireTemporal,
  wayTo,
  workflowUrl,
  type TemporalPlace,
} from '../../src/temporal/connection.js';
import { temporaryFolder } from '../../testing/processes.js';
import { startFrontend } from '../../testing/temporal-frontend.js';
import { NO_SERVER_FILE } from '../../testing/no-server.js';

let dataRoot: string;
let frontend: Awaited<ReturnType<typeof startFrontend>>;
/** A second port that is open: a server that runs has two. */
let other: Server;

beforeAll(async () => {
  frontend = await startFrontend();
  other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  frontend.close();
  other.close();
});
beforeEach(() => {
  dataRoot = join(temporaryFolder(), 'data');
  // Whatever the machine of the test has configured.
  for (const name of Object.keys(process.env)) if (name.startsWith('TEMPORAL_')) vi.stubEnv(name, undefined);
  vi.stubEnv('TEMPORAL_CONFIG_FILE', NO_SERVER_FILE);
});
afterEach(() => void vi.unstubAllEnvs());

function embed(): void {
  const { port } = other.address() as AddressInfo;
  const state = { port: frontend.port, httpPort: port, uiPort: 8233, metricsPort: 1, process: ownIdentity() };
  writeJson(temporalPaths(dataRoot).server, state);
}

describe('a server', () => {
  it('is nowhere unless one was started or named', () => {
    expect(outsideServer()).toBeUndefined();
    expect(embeddedServer(dataRoot)).toBeUndefined();
    expect(findPlace(dataRoot)).toBeUndefined();
  });

  it('of this data folder is found, with its Web UI', () => {
    embed();
    expect(findPlace(dataRoot)).toMatchObject({
      kind: 'embedded',
      address: `127.0.0.1:${frontend.port}`,
      namespace: 'default',
      uiUrl: 'http://127.0.0.1:8233',
    });
  });

  it('that the environment names comes first, with its namespace', () => {
    embed();
    vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:1');
    expect(findPlace(dataRoot)).toMatchObject({ kind: 'outside', address: '127.0.0.1:1', namespace: 'default' });
    vi.stubEnv('TEMPORAL_NAMESPACE', 'chaos');
    expect(findPlace(dataRoot)).toMatchObject({ namespace: 'chaos', uiUrl: null });
  });
});

describe("Temporal's own settings", () => {
  it('give every way to connect: of a profile, and of the environment above it', () => {
    const file = join(temporaryFolder(), 'temporal.toml');
    const profile = '[profile.prod]\naddress = "ns.example:7233"\nnamespace = "ns"\napi_key = "k"\n';
    writeFileSync(file, `${profile}[profile.prod.grpc_meta]\nteam = "chaos"\n`);
    vi.stubEnv('TEMPORAL_CONFIG_FILE', file);
    vi.stubEnv('TEMPORAL_PROFILE', 'prod');
    vi.stubEnv('TEMPORAL_TLS_CLIENT_CERT_DATA', 'cert');
    vi.stubEnv('TEMPORAL_TLS_CLIENT_KEY_DATA', 'key');
    vi.stubEnv('TEMPORAL_NAMESPACE', 'other');
    const place = outsideServer();
    expect(place).toMatchObject({
      address: 'ns.example:7233',
      namespace: 'other',
      options: {
        apiKey: 'k',
        metadata: { team: 'chaos' },
        tls: { clientCertPair: { crt: new TextEncoder().encode('cert') } },
      },
    });
    expect(wayTo(place!)).toBe('ns.example:7233 (by TLS with a client certificate, with an API key)');
    expect(wayTo({ ...place!, options: {} })).toBe('ns.example:7233 (without TLS)');
  });
});

describe('a command that needs a server', () => {
  it('is told how to start one where none runs', async () => {
    await expect(requireTemporal(dataRoot)).rejects.toMatchObject({
      code: 'PREFLIGHT_FAILED',
      message: expect.stringMatching(/start it with: robustmq-chaos dev/),
    });
  });

  it('is told which one does not answer', async () => {
    vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:1');
    await expect(requireTemporal(dataRoot)).rejects.toMatchObject({
      code: 'PREFLIGHT_FAILED',
      message: expect.stringContaining('127.0.0.1:1'),
    });
  });

  it('is connected to the one that runs', async () => {
    embed();
    const { place, client } = await requireTemporal(dataRoot);
    expect(place.kind).toBe('embedded');
    expect(client.options.namespace).toBe('default');
    await client.connection.close();
  });
});

it('a client speaks for the namespace of its place', async () => {
  embed();
  const client = await connectClient({ ...findPlace(dataRoot)!, namespace: 'chaos' });
  expect(client.options.namespace).toBe('chaos');
  await client.connection.close();
});

it('a workflow has a page where the Web UI is known', () => {
  const place: TemporalPlace = { address: 'a:1', namespace: 'ns', kind: 'embedded', uiUrl: 'http://ui', options: {} };
  expect(workflowUrl(place, 'run 1/kill')).toBe('http://ui/namespaces/ns/workflows/run%201%2Fkill');
  expect(workflowUrl({ ...place, uiUrl: null }, 'run')).toBeNull();
});
