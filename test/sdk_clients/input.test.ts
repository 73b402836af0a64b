import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, vi } from 'vitest';
import type { MqttVersion } from '../../src/domain/mqtt.js';
import { withTruthBroker } from '../../testing/truth/broker.js';
import { resultOf } from '../../testing/result-line.js';
import { clientFolder } from '../../testing/client-folder.js';
import { scriptOf, sdkNames, startClient, versionsOf, type ClientRun } from '../../testing/sdk-client.js';

vi.setConfig({ maxConcurrency: 8 });

const folder = clientFolder('input');

const run = (sdk: string, environment: Readonly<Record<string, string>>): Promise<ClientRun> =>
  startClient(scriptOf(sdk), folder, environment).ended;

const unusable = {
  CLUSTER_ENDPOINT: 'nowhere',
  CLUSTER_ENDPOINTS: 'host:1,,host:65536',
  MQTT_PASSWORD: 'a-password-without-a-name',
  MQTT_VERSION: '4',
  SUBSCRIBER_SESSION: 'Clean',
  TOPIC: 'a/#',
  MESSAGE_COUNT: '0',
  MESSAGE_RATE: 'fast',
  PAYLOAD_BYTES: '1.5',
  ACK_WAIT_MS: '-1',
  DRAIN_MAX_MS: '1e3',
  SETUP_LIMIT_MS: ' 7',
  TIME_LIMIT_MS: '+7',
};

const highest = {
  MESSAGE_COUNT: 1_000_000,
  MESSAGE_RATE: 100_000,
  PAYLOAD_BYTES: 1_000_000,
  ACK_WAIT_MS: 3_600_000,
  DRAIN_MAX_MS: 3_600_000,
  SETUP_LIMIT_MS: 3_600_000,
  TIME_LIMIT_MS: 86_400_000,
};

const versions: readonly MqttVersion[] = ['3.1.1', '5'];

/** Each problem names its variable, what was expected and what was got. */
const problemWith = (name: string): unknown => expect.stringMatching(new RegExp(`^${name}: expected .+, got .+`));

describe.concurrent.each(sdkNames)('the %s client', (sdk) => {
  it('names everything that is wrong with its environment at once, and exits 2', async () => {
    const ended = await run(sdk, unusable);
    expect(ended.status).toBe(2);
    expect(ended.lines).toHaveLength(1);
    const result = resultOf(ended);
    expect(result).toMatchObject({ sdk, planned: 0, sent: 0, received: 0, lost: 0, p99_ms: null });
    expect(result.errors).toEqual(expect.arrayContaining(Object.keys(unusable).map(problemWith)));
    expect(result.errors).toHaveLength(Object.keys(unusable).length + 1);
    expect(ended.lines.join() + ended.stderr).not.toContain(unusable.MQTT_PASSWORD);
  });

  it('refuses what is one above the highest', async () => {
    const above = Object.fromEntries(Object.entries(highest).map(([name, value]) => [name, String(value + 1)]));
    const ended = await run(sdk, { CLUSTER_ENDPOINT: '127.0.0.1:1', ...above });
    expect(ended.status).toBe(2);
    expect(resultOf(ended).errors.sort()).toEqual(Object.keys(highest).sort().map(problemWith));
  });

  it('takes the highest and the lowest of everything', async () => {
    await withTruthBroker({}, async ({ endpoint }) => {
      const limits = Object.fromEntries(Object.entries(highest).map(([name, value]) => [name, String(value)]));
      const ended = await run(sdk, { CLUSTER_ENDPOINT: endpoint, ...limits, MESSAGE_COUNT: '1', PAYLOAD_BYTES: '1' });
      expect(ended.status).toBe(0);
      expect(resultOf(ended)).toMatchObject({ planned: 1, sent: 1, acked: 1, received: 1 });
    });
  });

  it('takes an empty variable for one that is not set', async () => {
    const empty = Object.fromEntries(Object.keys(unusable).map((name) => [name, '']));
    await withTruthBroker({}, async ({ endpoint }) => {
      const environment = { ...empty, RUN_ID: '', PHASE: '', CLIENT_ID: '', LEDGER_PATH: '', MQTT_USERNAME: '' };
      const client = startClient(scriptOf(sdk), folder, { ...environment, CLUSTER_ENDPOINT: endpoint });
      await client.ready;
      client.signal('SIGINT');
      const ended = await client.ended;
      expect(resultOf(ended).errors).toEqual([]);
    });
  });

  it.each(versions.filter((version) => !versionsOf(sdk).includes(version)))(
    'says that its library does not speak MQTT %s, and exits 2',
    async (version) => {
      const ended = await run(sdk, { CLUSTER_ENDPOINT: '127.0.0.1:1', MQTT_VERSION: version });
      expect(ended.status).toBe(2);
      expect(resultOf(ended)).toMatchObject({ planned: 0, errors: [problemWith('MQTT_VERSION')] });
    },
  );

  it('demands an endpoint', async () => {
    const ended = await run(sdk, {});
    expect(ended.status).toBe(2);
    expect(resultOf(ended).errors).toEqual([problemWith('CLUSTER_ENDPOINT')]);
  });

  it('says that it is not built, and exits 3', async () => {
    const empty = join(folder, 'not-built', sdk);
    mkdirSync(empty, { recursive: true });
    copyFileSync(scriptOf(sdk), scriptOf(sdk, join(folder, 'not-built')));
    const ended = await startClient(scriptOf(sdk, join(folder, 'not-built')), folder, {}).ended;
    expect(ended.status).toBe(3);
    expect(ended.lines).toHaveLength(1);
    expect(JSON.parse(ended.lines[0] ?? '')).toEqual({
      ...{ sdk, sent: 0, received: 0, lost: 0, p99_ms: null },
      errors: [expect.stringMatching(new RegExp(`^not built: expected .+, got .+; run sdk_clients/${sdk}/build.sh$`))],
    });
  });

  it('is one process from the first moment on: whoever kills it before it begins has killed the client, and no helper of its script', () => {
    expect(readFileSync(scriptOf(sdk), 'utf8')).not.toMatch(/\$\(|`/);
  });

  it('says that its ledger cannot be written, and is no success then', async () => {
    await withTruthBroker({}, async ({ endpoint }) => {
      const few = { MESSAGE_COUNT: '10', MESSAGE_RATE: '100' };
      const ended = await run(sdk, { CLUSTER_ENDPOINT: endpoint, ...few, LEDGER_PATH: '/dev/full' });
      expect(ended.status).toBe(1);
      const result = resultOf(ended);
      expect(result).toMatchObject({ sent: 10, acked: 10, received: 10, lost: 0 });
      expect(result.errors).toEqual([expect.stringMatching(/^LEDGER_PATH: /)]);
    });
  });

  it('prints its line at TIME_LIMIT_MS, even where its ledger hangs', async () => {
    // Nobody reads from it, so that it cannot be opened for writing.
    const hangs = join(folder, `${sdk}.fifo`);
    await execa('mkfifo', [hangs]);
    await withTruthBroker({}, async ({ endpoint }) => {
      const few = { MESSAGE_COUNT: '10', MESSAGE_RATE: '100', TIME_LIMIT_MS: '5000' };
      const ended = await run(sdk, { CLUSTER_ENDPOINT: endpoint, ...few, LEDGER_PATH: hangs });
      expect(ended.status).toBe(1);
      const result = resultOf(ended);
      // How many of its messages a client gets to in this time is the host's matter.
      expect(result.errors).toEqual([expect.stringMatching('TIME_LIMIT_MS')]);
      expect(result.duration_seconds).toBeGreaterThanOrEqual(5);
    });
  });
});
