import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { sleepMs } from '../../src/host/clock.js';
import { countsFrom, parseLedger, type ClientLedger } from '../support/client-ledger.js';
import { withFakeBroker, type Behaviour, type FakeBroker } from '../support/fake-broker.js';
import { resultOf, type FullLine } from '../support/result-line.js';
import { endOwnedBy, scratchFolder } from '../support/scratch.js';
import { scriptOf, sdkNames, startClient, type ClientRun, type RunningClient } from '../support/sdk-client.js';

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 8 });

const folder = scratchFolder('connections');

afterAll(async () => {
  const left = await endOwnedBy(folder);
  rmSync(folder, { recursive: true });
  expect(left, 'processes left behind').toBe(0);
});

interface Outcome {
  readonly run: ClientRun;
  readonly result: FullLine;
  readonly ledger: ClientLedger;
  readonly broker: FakeBroker;
}

let ledgers = 0;

interface Circumstances {
  readonly environment?: Readonly<Record<string, string>>;
  /** May send signals to the client. */
  readonly meanwhile?: (client: RunningClient, broker: FakeBroker) => Promise<void>;
}

/** One client with 60 messages at 100 a second against one broker. */
function runAgainst(
  behaviour: Behaviour,
  sdk: string,
  { environment, meanwhile }: Circumstances = {},
): Promise<Outcome> {
  const path = join(folder, `${sdk}-${(ledgers += 1)}.ndjson`);
  return withFakeBroker(behaviour, async (broker) => {
    const client = startClient(scriptOf(sdk), folder, {
      CLUSTER_ENDPOINT: broker.endpoint,
      MESSAGE_COUNT: '60',
      MESSAGE_RATE: '100',
      LEDGER_PATH: path,
      ...environment,
    });
    await meanwhile?.(client, broker);
    const run = await client.ended;
    const result = resultOf(run);
    const ledger = parseLedger(path);
    expect(result).toMatchObject(countsFrom(ledger, result.planned));
    return { run, result, ledger, broker };
  });
}

const all = { planned: 60, sent: 60, acked: 60, received: 60, lost: 0, recovered: 0, unconfirmed: 0, unsent: 0 };
const copiesNone: Behaviour = { copies: () => 0 };

describe.concurrent.each(sdkNames)('the %s client', (sdk) => {
  it('sends a message again, under the same seq, whose connection was cut before the PUBACK', async () => {
    const behaviour: Behaviour = {
      cuts: ({ seq, nth }) => (seq === 10 && nth === 1 ? 'publisher' : undefined),
    };
    const { run, result, ledger, broker } = await runAgainst(behaviour, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject({ ...all, reconnects: 1 });
    expect(result.attempts).toBeGreaterThan(60);
    expect(ledger.messages[10]?.attempts).toBe(2);
    expect(broker.publishes.filter(({ seq }) => seq === 10)).toHaveLength(2);
    expect(ledger.events.map(({ event, role }) => `${role} ${event}`)).toEqual([
      'subscriber connected',
      'publisher connected',
      'publisher disconnected',
      'publisher connected',
    ]);
  });

  it('measures an outage from the intended times, which it does not move', async () => {
    const behaviour: Behaviour = {
      cuts: ({ seq, nth }) => (seq === 10 && nth === 1 ? 'publisher' : undefined),
      connack: ({ role, nth }) => (role === 'publisher' && nth > 1 && nth < 6 ? 3 : 0),
    };
    const { run, result, ledger } = await runAgainst(behaviour, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject(all);
    // Five pauses of 200 ms: the first messages of the outage waited for all of it, and none was handed over late because of another.
    expect(result.max_ms).toBeGreaterThan(900);
    const [first, last] = [ledger.messages[0], ledger.messages[59]];
    expect(Math.abs((last?.intended_us ?? 0) - (first?.intended_us ?? 0) - 590_000)).toBeLessThanOrEqual(1);
    expect(result.lateness_max_ms).toBeLessThan(result.max_ms ?? 0);
    expect((last?.queued_us ?? 0) - (last?.intended_us ?? 0)).toBeLessThan(500_000);
  });

  it('outlives a refused login after its set-up', async () => {
    const behaviour: Behaviour = {
      cuts: ({ seq, nth }) => (seq === 10 && nth === 1 ? 'publisher' : undefined),
      connack: ({ role, nth }) => (role === 'publisher' && nth > 1 && nth < 4 ? nth + 2 : 0),
    };
    const { run, result, broker } = await runAgainst(behaviour, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject({ ...all, reconnects: 1 });
    expect(broker.connects.filter(({ role }) => role === 'publisher')).toHaveLength(4);
    expect(result.errors.length).toBeGreaterThan(0);
  });

  it.each([4, 5])('ends at once where its set-up meets CONNACK %i', async (code) => {
    const { run, result, broker } = await runAgainst({ connack: () => code }, sdk);
    expect(run.status).toBe(1);
    expect(result).toMatchObject({ planned: 60, sent: 0, unsent: 60 });
    expect(broker.connects).toHaveLength(1);
  });

  it('tries again during set-up where another CONNACK refuses it', async () => {
    const { run, result } = await runAgainst({ connack: ({ nth }) => (nth < 3 ? 3 : 0) }, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject(all);
  });

  it('receives what a kept session has for it, without subscribing again', async () => {
    const behaviour: Behaviour = {
      cuts: ({ seq, nth }) => (seq === 20 && nth === 1 ? 'subscriber' : undefined),
    };
    const { run, result, ledger, broker } = await runAgainst(behaviour, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject({ ...all, reconnects: 1 });
    expect(broker.subacks).toHaveLength(1);
    expect(ledger.events.at(-1)).toMatchObject({ event: 'connected', role: 'subscriber', session_present: true });
  });

  it('subscribes again where its session is gone, and hands nothing over before that is granted', async () => {
    const behaviour: Behaviour = {
      forgetsSessions: true,
      cuts: ({ seq, nth }) => (seq === 20 && nth === 1 ? 'subscriber' : undefined),
      suback: (nth) => (nth === 2 ? 0x80 : 1),
    };
    const environment = { DRAIN_MAX_MS: '1500' };
    const { run, result, ledger, broker } = await runAgainst(behaviour, sdk, { environment });
    expect(broker.subacks.map(({ code }) => code)).toEqual([1, 0x80, 1]);
    expect(ledger.events.at(-1)).toMatchObject({ event: 'connected', role: 'subscriber', session_present: false });
    const [refusedAt = 0, grantedAt = 0] = broker.subacks.slice(1).map(({ atMs }) => atMs);
    const meanwhile = broker.publishes.filter(({ atMs }) => atMs > refusedAt + 100 && atMs < grantedAt);
    expect(meanwhile.map(({ seq }) => seq)).toEqual([]);
    // The broker acknowledged and dropped what came before anybody could know: that is a loss, and its own.
    expect(run.status).toBe(1);
    expect(broker.dropped.length).toBeGreaterThan(0);
    const { dropped } = broker;
    expect(result).toMatchObject({ ...all, received: 60 - dropped.length, lost: dropped.length, lost_seqs: dropped });
  });

  it('ends a drain at the second signal, and not at the first', async () => {
    const { run, result } = await runAgainst(copiesNone, sdk, {
      meanwhile: async (client, broker) => {
      await client.ready;
      while (broker.publishes.length < 60) await sleepMs(20);
      await sleepMs(300);
      client.signal('SIGTERM');
      await sleepMs(700);
      expect(client.hasEnded()).toBe(false);
      client.signal('SIGINT');
    });
    expect(run.status).toBe(1);
    expect(result).toMatchObject({ ...all, received: 0, lost: 60 });
    expect(result.drain_ms).toBeLessThan(9000);
    expect(result.errors.join()).toMatch(/second signal/);
  });

  it('stops publishing at the first signal, and drains until the second', async () => {
    const { run, result } = await runAgainst(copiesNone, sdk, {
      meanwhile: async (client, broker) => {
      await client.ready;
      while (broker.publishes.length < 20) await sleepMs(10);
      client.signal('SIGTERM');
      await sleepMs(700);
      expect(client.hasEnded()).toBe(false);
      client.signal('SIGTERM');
    });
    expect(run.status).toBe(1);
    expect(result.planned).toBeLessThan(60);
    expect(result).toMatchObject({ sent: result.planned, lost: result.planned, unsent: 0 });
    expect(result.drain_ms).toBeLessThan(9000);
  });

  it('ends its set-up at the first signal, with nothing planned', async () => {
    const { run, result } = await runAgainst({ suback: () => 0x80 }, sdk, {
      meanwhile: async (client, broker) => {
      while (broker.subacks.length === 0) await sleepMs(10);
      client.signal('SIGTERM');
    });
    expect(run.status).toBe(1);
    expect(run.lines).toHaveLength(1);
    expect(result).toMatchObject({ planned: 0, sent: 0, unsent: 0 });
  });
});
