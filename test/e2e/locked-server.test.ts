import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { temporalPaths } from '../../src/host/layout/paths.js';
import { requireBuilds, requireCurrent } from '../../src/temporal/builds.js';
import { connectClient, outsideServer, type TemporalPlace } from '../../src/temporal/connection.js';
import { missingSearchAttributes } from '../../src/temporal/register-search-attributes.js';
import { run } from '../../testing/program.js';
import { failingRounds } from '../../testing/rounds/rehearsal.js';
import {
  createSandbox,
  nothingLeft,
  removeSandbox,
  startOutsideServer,
  type Sandbox,
} from '../../testing/rounds/round.js';
import { startTemporalProxy, type Guard, type TemporalProxy } from '../../testing/temporal-proxy.js';
import { NO_SERVER_FILE } from '../../testing/no-server.js';

// A real server of somebody else's, which has nothing of ours, behind a proxy that allows as little as a cloud does.
const API_KEY = 'planted-key-0123456789';
const OPERATOR = 'OperatorService';

let sandbox: Sandbox;
let elsewhere: Sandbox;
let server: string;
let tls: NonNullable<Guard['tls']>;
let env: Record<string, string>;
const doors: TemporalProxy[] = [];

const file = (name: string, content = ''): string => {
  const path = join(sandbox.root, name);
  if (content !== '') writeFileSync(path, content);
  return path;
};

beforeAll(async () => {
  sandbox = createSandbox(failingRounds);
  elsewhere = createSandbox({});
  server = await startOutsideServer(elsewhere, []);
  const modern = { algorithm: 'sha256', keyType: 'ec' } as const;
  const altNames = [{ type: 2, value: 'temporal.test' } as const];
  const [host, client] = await Promise.all([
    generate([{ name: 'commonName', value: 'temporal.test' }], {
      ...modern,
      extensions: [{ name: 'subjectAltName', altNames }],
    }),
    generate([{ name: 'commonName', value: 'worker' }], modern),
  ]);
  tls = { cert: host.cert, key: host.private, clientCa: client.cert };
  env = {
    TEMPORAL_CONFIG_FILE: NO_SERVER_FILE,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_API_KEY: API_KEY,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca.pem', host.cert),
    TEMPORAL_TLS_CLIENT_CERT_PATH: file('client.pem', client.cert),
    TEMPORAL_TLS_CLIENT_KEY_PATH: file('client.key', client.private),
    TEMPORAL_TLS_SERVER_NAME: 'temporal.test',
    TEMPORAL_GRPC_META_TEAM: 'chaos',
  };
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(async () => {
  for (const door of doors) await door.close();
  await removeSandbox(sandbox);
  await removeSandbox(elsewhere);
});

async function behind(guard: Guard): Promise<TemporalProxy> {
  const door = await startTemporalProxy(server, guard);
  doors.push(door);
  return door;
}

/** The place that the environment names, with these changes to it. */
function placeOf(door: TemporalProxy, change: Record<string, string | undefined> = {}): TemporalPlace {
  for (const [name, value] of Object.entries({ ...env, TEMPORAL_ADDRESS: door.address, ...change }))
    vi.stubEnv(name, value);
  return outsideServer()!;
}

test('a server that keeps no builds apart for this caller is refused, with what it refuses', async () => {
  const place = placeOf(await behind({ tls, apiKey: API_KEY, refuses: ['DescribeWorkerDeployment'] }));
  const client = await connectClient(place);
  await expect(requireBuilds(client, place.address)).rejects.toMatchObject({
    code: 'PREFLIGHT_FAILED',
    message: expect.stringMatching(
      /refuses DescribeWorkerDeployment \(PERMISSION_DENIED: Request unauthorized\.\): .*1\.28/,
    ),
  });
  await client.connection.close();
});

test('where no build may become current, a run is not begun, and the command that somebody else types is said', async () => {
  const place = placeOf(await behind({ tls, apiKey: API_KEY, refuses: ['SetWorkerDeploymentCurrentVersion'] }));
  const client = await connectClient(place);
  await expect(requireCurrent(client, 'b-1', place, { workerLog: '/w.log', limitMs: 200 })).rejects.toMatchObject({
    code: 'PREFLIGHT_FAILED',
    message: expect.stringMatching(
      /no build of this program is current .*: temporal worker deployment set-current-version .*--build-id b-1/,
    ),
  });
  await client.connection.close();
});

test.each<[string, Record<string, string | undefined>, RegExp]>([
  [
    'a wrong API key',
    { TEMPORAL_API_KEY: 'wrong' },
    /by TLS with a client certificate, with an API key\), got .*Jwt is missing/,
  ],
  [
    'no client certificate',
    { TEMPORAL_TLS_CLIENT_CERT_PATH: undefined, TEMPORAL_TLS_CLIENT_KEY_PATH: undefined },
    /\(by TLS, with an API key\), got /,
  ],
])('%s is one error, which says by which way the server was asked and no secret', async (_, change, words) => {
  const place = placeOf(await behind({ tls, apiKey: API_KEY }), change);
  const error = await connectClient(place).then(String, String);
  expect(error).toMatch(/^ChaosError: expected a Temporal server at 127\.0\.0\.1:\d+/);
  expect(error).toMatch(words);
  expect(error).not.toContain(API_KEY);
});

test('a round runs to its verdict with a client certificate, an API key and no rights of an operator, and says what it lacks', async () => {
  const door = await behind({ tls, apiKey: API_KEY, refuses: [OPERATOR] });
  const named = { ...env, TEMPORAL_ADDRESS: door.address };
  const { exitCode, stdout, stderr } = await run(['round', '--config', sandbox.config], named);
  // Its cluster never starts: that is this driver's only trick.
  expect([exitCode, stderr]).toEqual([1, '']);
  expect(stdout).toMatch(/^FAIL/m);
  const create = (name: string): string =>
    `temporal operator search-attribute create --name ${name} --type Keyword --namespace default --address ${door.address}`;
  const log = readFileSync(temporalPaths(sandbox.dataRoot).workerLog, 'utf8');
  for (const name of ['ChaosCluster', 'ChaosState', 'ChaosScenario']) {
    expect(stdout).toContain(create(name));
    expect(log).toContain(create(name));
  }
  expect(log).toContain('PERMISSION_DENIED: Request unauthorized.');
  expect(log).not.toContain(API_KEY);
  expect(door.refused.every((path) => path.includes(OPERATOR))).toBe(true);
  expect(door.refused.length).toBeGreaterThan(0);
  expect(door.passed.every(({ team }) => team === 'chaos')).toBe(true);
  const status = await run(['status', '--config', sandbox.config], named);
  expect([status.exitCode, status.stderr]).toEqual([0, '']);
  const client = await connectClient(placeOf(door));
  expect(await missingSearchAttributes(client, 'default')).toEqual(['ChaosCluster', 'ChaosState', 'ChaosScenario']);
  await client.connection.close();
});

test('nothing is left running', async () => expect(await nothingLeft(sandbox)).toEqual([]));
