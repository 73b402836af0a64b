import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { monotonicUs, sleepMs } from '../../src/host/os/clock.js';
import { countsFrom, latenciesFrom, parseLedger, rateRatioFrom, type ClientLedger } from '../../testing/client-ledger.js';
import { startTestMosquitto } from '../../testing/mosquitto.js';
import { startTestCluster, type TestCluster } from '../../testing/nats-cluster.js';
import { skippedWithout } from '../../testing/programs.js';
import { resultOf, type FullLine } from '../../testing/result-line.js';
import { clientFolder } from '../../testing/client-folder.js';
import { publishAll, takeId } from '../../testing/stranger.js';
import { judgeSdk } from '../../src/domain/judge-sdk.js';
import { rules } from '../../testing/values.js';
import { secondCopyIn } from '../../src/domain/second-copy.js';
import { connectionsIn, takeoverOf } from '../../src/domain/takeover.js';
import { scriptOf, sdkNames, startClient, versionsOf, type ClientRun, type ReadyLine, type RunningClient } from '../../testing/sdk-client.js';

vi.setConfig({ maxConcurrency: 8 });

const folder = clientFolder('conformance');
const speaks311 = (sdk: string): boolean => versionsOf(sdk).includes('3.1.1');
const runnable = sdkNames.filter((sdk) => speaks311(sdk) || !skippedWithout('mosquitto', 'mosquitto'));

/** The cluster that the program brings speaks MQTT 3.1.1. */
let nats: TestCluster;
let mosquitto: TestCluster | undefined;

beforeAll(async () => {
  [nats, mosquitto] = await Promise.all([
    startTestCluster(folder),
    runnable.every(speaks311) ? undefined : startTestMosquitto(folder),
  ]);
});

afterAll(() => Promise.all([nats.stop(), mosquitto?.stop()]));

const clusterOf = (sdk: string): TestCluster => (speaks311(sdk) ? nats : mosquitto!);

async function connected(): Promise<Map<string, readonly string[]>> {
  const all = await Promise.all([nats, mosquitto].map(async (cluster) => [...((await cluster?.clientsByEndpoint()) ?? [])]));
  return new Map(all.flat());
}

/** Nobody listens there, and nobody who looks for a free port can take it meanwhile: none is looked for below 1024. */
const nowhere = '127.0.0.1:1';

const ledgerPath = (sdk: string): string => join(folder, `${sdk}.ndjson`);

function start(sdk: string, environment: Readonly<Record<string, string>>): RunningClient {
  const { endpoints, username, password } = clusterOf(sdk).settings;
  return startClient(scriptOf(sdk), folder, {
    CLUSTER_ENDPOINT: endpoints[0] ?? '',
    CLUSTER_ENDPOINTS: endpoints.join(','),
    MQTT_USERNAME: username,
    MQTT_PASSWORD: password,
    ...environment,
  });
}

describe('a healthy run of all clients at once', () => {
  const planned = 300;
  const runs = new Map<string, { run: ClientRun; ready: ReadyLine }>();
  let whileRunning: ReadonlyMap<string, readonly string[]>;
  let afterwards: readonly string[];

  beforeAll(async () => {
    const startFile = join(folder, 'healthy-start');
    const clients = runnable.map((sdk) => ({
      sdk,
      client: start(sdk, {
        RUN_ID: 'run-1',
        PHASE: 'healthy',
        CLIENT_ID: `healthy-${sdk}`,
        TOPIC: `conformance/${sdk}`,
        MESSAGE_COUNT: String(planned),
        MESSAGE_RATE: '100',
        LEDGER_PATH: ledgerPath(sdk),
        // None is done before the last has come, and all have been seen.
        START_FILE: startFile,
      }),
    }));
    const ready = await Promise.all(clients.map(({ client }) => client.ready));
    whileRunning = await connected();
    writeFileSync(startFile, '');
    const ended = await Promise.all(clients.map(({ client }) => client.ended));
    afterwards = [...(await connected()).values()].flat();
    clients.forEach(({ sdk }, i) => runs.set(sdk, { run: ended[i] as ClientRun, ready: ready[i] as ReadyLine }));
  });

  const runOf = (sdk: string): { run: ClientRun; ready: ReadyLine; result: FullLine; ledger: ClientLedger } => {
    const found = runs.get(sdk);
    if (found === undefined) throw new Error(`${sdk} did not run`);
    return { ...found, result: resultOf(found.run), ledger: parseLedger(ledgerPath(sdk)) };
  };

  describe.each(runnable)('%s', (sdk) => {
    it('ends with 0, and has sent, acknowledged and received each message once', () => {
      const { run, result } = runOf(sdk);
      expect(run.status).toBe(0);
      expect(result).toMatchObject({
        sdk,
        planned,
        sent: planned,
        acked: planned,
        received: planned,
        lost: 0,
        recovered: 0,
        unconfirmed: 0,
        unsent: 0,
        lost_seqs: [],
        naive_lost: 0,
        duplicates: 0,
        unexpected: 0,
        attempts: planned,
        refused_acks: 0,
        reconnects: 0,
        errors: [],
      });
      expect(result.duration_seconds).toBeLessThanOrEqual(run.seconds);
    });

    it('prints two lines and nothing else on standard output', () => {
      const { run } = runOf(sdk);
      expect(run.lines).toHaveLength(2);
    });

    it('is connected where its ready line says, by the word of the brokers', () => {
      const { ready, result } = runOf(sdk);
      const [first, second] = clusterOf(sdk).settings.endpoints;
      expect(ready).toEqual({ event: 'ready', publisher: first, subscriber: second });
      expect(result).toMatchObject({ publisher_endpoint: first, subscriber_endpoint: second });
      expect(whileRunning.get(ready.publisher)).toContain(`healthy-${sdk}-pub`);
      expect(whileRunning.get(ready.subscriber)).toContain(`healthy-${sdk}-sub`);
      expect(afterwards.filter((id) => id.startsWith(`healthy-${sdk}-`))).toEqual([]);
    });

    it('writes a ledger with its identity, both connections and every message by seq', () => {
      const { ledger, ready } = runOf(sdk);
      const identity = { run: 'run-1', phase: 'healthy', publisher: `healthy-${sdk}-pub`, topic: `conformance/${sdk}` };
      expect(ledger.header).toMatchObject({ ledger: 1, ...identity, sdk, rate: 100 });
      const connected = { event: 'connected', session_present: false, reason: '' };
      expect(ledger.events).toMatchObject([
        { ...connected, role: 'subscriber', endpoint: ready.subscriber },
        { ...connected, role: 'publisher', endpoint: ready.publisher },
      ]);
      expect(ledger.messages.map((m) => m.seq)).toEqual(Array.from({ length: planned }, (_, i) => i));
    });

    it('fixes every intended time beforehand, on the clock that all processes share', () => {
      const { ledger } = runOf(sdk);
      const { t0_us: t0, end_us: end } = ledger.header;
      expect(end).toBeLessThan(monotonicUs());
      for (const { seq, intended_us } of ledger.messages) {
        expect(Math.abs(intended_us - ((t0 ?? 0) + seq * 10_000))).toBeLessThanOrEqual(1);
      }
    });

    it('puts nothing before its time: due, queued, sent, then acknowledged and received, and all before the end', () => {
      const { ledger } = runOf(sdk);
      for (const m of ledger.messages) {
        const [sent, ack, recv] = [m.sent_us ?? 0, m.ack_us ?? 0, m.recv_us ?? 0];
        expect(m.intended_us).toBeLessThanOrEqual(m.queued_us);
        expect(m.queued_us).toBeLessThanOrEqual(sent);
        expect(sent).toBeLessThan(Math.min(ack, recv));
        expect(Math.max(ack, recv)).toBeLessThanOrEqual(ledger.header.end_us);
      }
    });

    it('counts and measures what can be counted and measured again from its ledger', () => {
      const { ledger, result } = runOf(sdk);
      expect(result).toMatchObject(countsFrom(ledger, planned));
      for (const [name, value] of Object.entries(latenciesFrom(ledger))) {
        // Three significant digits, in one direction or the other.
        expect(Math.abs(Number(result[name as keyof FullLine]) - value), name).toBeLessThanOrEqual(value / 500 + 0.002);
      }
      expect(result.achieved_rate_ratio).toBeCloseTo(rateRatioFrom(ledger, planned), 4);
    });
  });
});

describe.concurrent.each(runnable)('the %s client', (sdk) => {
  it('stops publishing at SIGTERM, and has planned what it had generated', async () => {
    const client = start(sdk, { MESSAGE_COUNT: '100000', MESSAGE_RATE: '100' });
    await client.ready;
    setTimeout(() => client.signal('SIGTERM'), 700);
    const run = await client.ended;
    const result = resultOf(run);
    expect(result.errors).toEqual([]);
    expect(run.status).toBe(0);
    expect(result.planned).toBeGreaterThan(0);
    expect(result.planned).toBeLessThan(100_000);
    expect(result).toMatchObject({ sent: result.planned, acked: result.planned, received: result.planned, unsent: 0 });
  });

  // MQTT 5 tells: mqtt5.test.ts.
  it.runIf(speaks311(sdk))('shows in its ledger that somebody else used its id, again and again, and that the broker was well', async () => {
    const path = join(folder, `${sdk}-taken.ndjson`);
    const id = `taken-${sdk}`;
    const load = { MESSAGE_COUNT: '100000', MESSAGE_RATE: '100', DRAIN_MAX_MS: '1500' };
    const client = start(sdk, { ...load, CLIENT_ID: id, LEDGER_PATH: path });
    await client.ready;
    const { endpoints, username, password } = clusterOf(sdk).settings;
    const stranger = { endpoint: endpoints[0] ?? '', clientId: `${id}-sub`, username, password, version: 4 } as const;
    let taken = 0;
    for (let tries = 0; tries < 40 && taken < 3; tries += 1) if (await takeId(stranger)) taken += 1;
    expect(taken).toBe(3);
    client.signal('SIGTERM');
    const run = await client.ended;
    const { events, messages, header } = parseLedger(path);
    const connections = connectionsIn(sdk, { events, messages, endUs: header.end_us });
    const facts = { faultInForce: false, keptSession: true };
    const idTaken = takeoverOf(sdk, connections, facts) ?? undefined;
    expect(idTaken).toMatch(/client id of the subscriber: with nothing broken, its connection alone ended [3-9] times/);
    expect(takeoverOf(sdk, connections, { ...facts, faultInForce: true })).toBeNull();
    // Without this the broker would be blamed: it has acknowledged what nobody could receive while the stranger had the session.
    const result = resultOf(run);
    const outcome = { sdk, end: { kind: 'exited', code: 1 }, result, lineProblem: null, durationSeconds: 9, attempt: 1 } as const;
    expect(run.status).toBe(1);
    expect(result.lost).toBeGreaterThan(0);
    expect(judgeSdk(outcome, rules, result.planned).status).toBe('failed');
    expect(judgeSdk({ ...outcome, idTaken }, rules, result.planned).status).toBe('harness_error');
  });

  it.runIf(speaks311(sdk))('shows in its ledger that an exact copy of it ran beside it with a kept session, which no broker tells by MQTT 3.1.1', async () => {
    const paths = ['one', 'two'].map((name) => join(folder, `${sdk}-${name}.ndjson`));
    const name = { RUN_ID: 'r', PHASE: 'p', CLIENT_ID: `copied-${sdk}`, TOPIC: `copied/${sdk}` };
    const load = { MESSAGE_COUNT: '100000', MESSAGE_RATE: '30', DRAIN_MAX_MS: '1500', SUBSCRIBER_SESSION: 'persistent' };
    const [one, two] = paths.map((path) => start(sdk, { ...name, ...load, LEDGER_PATH: path }));
    await Promise.all([one!.ready, two!.ready]);
    // Both take the id from each other all the time.
    await sleepMs(6000);
    for (const client of [one!, two!]) client.signal('SIGTERM');
    const runs = await Promise.all([one!.ended, two!.ended]);
    const told: (string | null)[] = [];
    for (const [i, { header, messages, impostors }] of paths.map(parseLedger).entries()) {
      const schedule = { t0Us: header.t0_us ?? NaN, rate: header.rate };
      told.push(secondCopyIn({ schedule, impostors }));
      expect(header.unexpected).toBe(resultOf(runs[i]!).unexpected);
      expect(messages.every(({ intended_us, recv_us }) => recv_us === null || recv_us >= intended_us)).toBe(true);
    }
    // Which of the two holds the session for longer, and so gets the other's messages, is chance.
    for (const [i, path] of paths.entries()) {
      const seqs = new Set(parseLedger(path).impostors.map(({ unexpected }) => unexpected.seq));
      if (seqs.size >= 3) expect(told[i]).toMatch(/another client uses this client id and publishes to its topic/);
    }
  });

  it('shows in its ledger what a copy of it publishes in its name, by the time at which that copy began', async () => {
    const path = join(folder, `${sdk}-named.ndjson`);
    const [name, topic, startFile] = [`named-${sdk}`, `named/${sdk}`, join(folder, `named-${sdk}-start`)];
    const environment = { RUN_ID: 'r', PHASE: 'p', CLIENT_ID: name, TOPIC: topic, START_FILE: startFile };
    const client = start(sdk, { ...environment, MESSAGE_COUNT: '60', MESSAGE_RATE: '30', LEDGER_PATH: path });
    await client.ready;
    const t0Us = monotonicUs() - 2_500_000;
    const payloads = Array.from({ length: 30 }, (_, seq) =>
      JSON.stringify({ run: 'r', phase: 'p', publisher: `${name}-pub`, seq, intended_us: t0Us + Math.trunc((seq * 1e6) / 30) }),
    );
    const { endpoints, username, password } = clusterOf(sdk).settings;
    await publishAll({ endpoint: endpoints[0] ?? '', clientId: `${name}-copy`, username, password, version: 4 }, topic, payloads);
    writeFileSync(startFile, '');
    const run = await client.ended;
    const { header, impostors } = parseLedger(path);
    expect(resultOf(run)).toMatchObject({ received: 60, lost: 0, unexpected: 30 });
    expect(secondCopyIn({ schedule: { t0Us: header.t0_us ?? NaN, rate: header.rate }, impostors })).toMatch(
      /^another client uses this client id and publishes to its topic: .* of a copy that began \d+\.\d s before it$/,
    );
  });

  it('ends at once where its login is refused, and says so', async () => {
    const path = join(folder, `${sdk}-refused.ndjson`);
    const run = await start(sdk, { MQTT_PASSWORD: 'wrong', SETUP_LIMIT_MS: '30000', LEDGER_PATH: path }).ended;
    expect(run.status).toBe(1);
    expect(run.lines).toHaveLength(1);
    expect(run.seconds).toBeLessThan(20);
    const result = resultOf(run);
    expect(result).toMatchObject({ planned: 1000, sent: 0, unsent: 1000, p99_ms: null, achieved_rate_ratio: 0 });
    expect(result.errors.join()).toMatch(/not.?authori[sz]ed|bad.?user.?name/i);
    expect(parseLedger(path)).toMatchObject({ header: { t0_us: null }, events: [], messages: [] });
  });

  it('ends at SETUP_LIMIT_MS where nothing listens', async () => {
    const environment = { CLUSTER_ENDPOINT: nowhere, CLUSTER_ENDPOINTS: '', SETUP_LIMIT_MS: '10000' };
    const run = await start(sdk, environment).ended;
    expect(run.status).toBe(1);
    expect(run.lines).toHaveLength(1);
    expect(run.seconds).toBeGreaterThan(9.8);
    const result = resultOf(run);
    expect(result).toMatchObject({ sent: 0, publisher_endpoint: null, subscriber_endpoint: null, drain_ms: 0 });
    expect(result.errors.join()).toContain(nowhere);
    // One attempt, 200 ms pause, the next: a repeated error is counted, not repeated.
    const times = Number(/\(×(\d+)\)/.exec(result.errors.join())?.[1]);
    expect(times).toBeGreaterThanOrEqual(3);
    expect(times).toBeLessThanOrEqual(10_000 / 200);
  });

  it('goes on to the next endpoint where one does not answer', async () => {
    const [, second = ''] = clusterOf(sdk).settings.endpoints;
    const client = start(sdk, { CLUSTER_ENDPOINTS: `${nowhere},${second}`, MESSAGE_COUNT: '20' });
    expect(await client.ready).toMatchObject({ publisher: second, subscriber: second });
    expect((await client.ended).status).toBe(0);
  });

  it('publishes nothing before its START_FILE is there, and everything from then on', async () => {
    const [path, startFile] = [join(folder, `${sdk}-held.ndjson`), join(folder, `${sdk}-start`)];
    const held = { START_FILE: startFile, MESSAGE_COUNT: '20', MESSAGE_RATE: '100', LEDGER_PATH: path };
    const client = start(sdk, held);
    await client.ready;
    await sleepMs(700);
    const before = monotonicUs();
    writeFileSync(startFile, '');
    const run = await client.ended;
    expect(resultOf(run)).toMatchObject({ planned: 20, sent: 20, acked: 20, received: 20, errors: [] });
    const { header, messages } = parseLedger(path);
    expect(header.t0_us).toBeGreaterThan(before);
    expect(Math.min(...messages.map(({ intended_us: us }) => us))).toBe(header.t0_us);
  });

  it('that waits for its START_FILE ends at a signal with nothing planned, and at TIME_LIMIT_MS with everything unsent', async () => {
    const held = { START_FILE: join(folder, `${sdk}-never`) };
    const [told, untold] = [start(sdk, held), start(sdk, { ...held, TIME_LIMIT_MS: '10000' })];
    await told.ready;
    told.signal('SIGTERM');
    expect(resultOf(await told.ended)).toMatchObject({ planned: 0, sent: 0, errors: [expect.stringContaining('signal')] });
    const result = resultOf(await untold.ended);
    expect(result).toMatchObject({ planned: 1000, sent: 0, unsent: 1000 });
    expect(result.errors.join()).toMatch(/START_FILE: expected .*-never before TIME_LIMIT_MS=10000/);
  });

  it('ends itself before TIME_LIMIT_MS, with its line and its ledger', async () => {
    const path = join(folder, `${sdk}-limit.ndjson`);
    const limit = { TIME_LIMIT_MS: '4000', MESSAGE_COUNT: '10000', LEDGER_PATH: path };
    const run = await start(sdk, limit).ended;
    expect(run.status).toBe(1);
    const result = resultOf(run);
    expect(result.duration_seconds).toBeGreaterThanOrEqual(3);
    expect(result.duration_seconds).toBeLessThan(4);
    expect(result).toMatchObject({ planned: 10_000, ...countsFrom(parseLedger(path), 10_000) });
    expect(result.unsent).toBeGreaterThan(9000);
    expect(result.errors.join()).toContain('TIME_LIMIT_MS');
  });
});
