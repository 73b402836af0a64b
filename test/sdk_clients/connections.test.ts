import { describe, expect, it, vi } from 'vitest';
import { pollUntil, sleepMs } from '../../src/host/os/clock.js';
import { allArrived, runAgainst, type Circumstances, type Outcome } from '../../testing/client-against-broker.js';
import type { Behaviour } from '../../testing/truth/behaviour.js';
import { clientFolder } from '../../testing/client-folder.js';
import { connackCodes, sdkNames, versionsOf } from '../../testing/sdk-client.js';

vi.setConfig({ maxConcurrency: 8 });

const folder = clientFolder('connections');

const runIn = (behaviour: Behaviour, sdk: string, circumstances: Omit<Circumstances, 'folder'> = {}): Promise<Outcome> =>
  runAgainst(behaviour, sdk, { folder, ...circumstances });

async function until(what: string, holds: () => boolean): Promise<void> {
  const found = await pollUntil(() => Promise.resolve(holds() || undefined), { limitMs: 20_000, everyMs: 10 });
  if (found === undefined) throw new Error(`it did not come to ${what} within 20 s`);
}

const copiesNone: Behaviour = { treat: () => ({ copies: 0 }) };

describe.concurrent.each(sdkNames)('the %s client', (sdk) => {
  const { unavailable, loginRefused } = connackCodes(sdk);

  it('sends a message again, under the same seq, whose connection was cut before the PUBACK', async () => {
    const behaviour: Behaviour = {
      treat: ({ seq, nth }) => (seq === 10 && nth === 1 ? { cut: 'publisher-unprocessed' } : undefined),
    };
    const { run, result, ledger, broker } = await runIn(behaviour, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject({ ...allArrived, reconnects: 1 });
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
      treat: ({ seq, nth }) => (seq === 10 && nth === 1 ? { cut: 'publisher-unprocessed' } : undefined),
      connack: ({ role, nth }) => (role === 'publisher' && nth > 1 && nth < 6 ? unavailable : 0),
    };
    const { run, result, ledger } = await runIn(behaviour, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject(allArrived);
    // Five pauses of 200 ms: the first messages of the outage waited for all of it, and none was handed over late because of another.
    expect(result.max_ms).toBeGreaterThan(900);
    const [first, last] = [ledger.messages[0], ledger.messages[59]];
    expect(Math.abs((last?.intended_us ?? 0) - (first?.intended_us ?? 0) - 590_000)).toBeLessThanOrEqual(1);
    expect(result.lateness_max_ms).toBeLessThan(result.max_ms ?? 0);
    expect((last?.queued_us ?? 0) - (last?.intended_us ?? 0)).toBeLessThan(500_000);
  });

  it('outlives a refused login after its set-up', async () => {
    const behaviour: Behaviour = {
      treat: ({ seq, nth }) => (seq === 10 && nth === 1 ? { cut: 'publisher-unprocessed' } : undefined),
      connack: ({ role, nth }) => (role === 'publisher' && nth > 1 && nth < 4 ? loginRefused[nth - 2]! : 0),
    };
    const { run, result, broker } = await runIn(behaviour, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject({ ...allArrived, reconnects: 1 });
    expect(broker.connects.filter(({ role }) => role === 'publisher')).toHaveLength(4);
    expect(result.errors.length).toBeGreaterThan(0);
  });

  it.each(loginRefused)('ends at once where its set-up meets CONNACK %i', async (code) => {
    const { run, result, broker } = await runIn({ connack: () => code }, sdk);
    expect(run.status).toBe(1);
    expect(result).toMatchObject({ planned: 60, sent: 0, unsent: 60 });
    expect(broker.connects).toHaveLength(1);
  });

  it('tries again during set-up where another CONNACK refuses it', async () => {
    const { run, result } = await runIn({ connack: ({ nth }) => (nth < 3 ? unavailable : 0) }, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject(allArrived);
  });

  it('receives what a kept session has for it, without subscribing again', async () => {
    const behaviour: Behaviour = {
      treat: ({ seq, nth }) => (seq === 20 && nth === 1 ? { cut: 'subscriber-undelivered' } : undefined),
    };
    const { run, result, ledger, broker } = await runIn(behaviour, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject({ ...allArrived, reconnects: 1 });
    expect(broker.subacks).toHaveLength(1);
    expect(ledger.events.at(-1)).toMatchObject({ event: 'connected', role: 'subscriber', session_present: true });
  });

  it('subscribes again where its session is gone, and hands nothing over before that is granted', async () => {
    const behaviour: Behaviour = {
      treat: ({ seq, nth }) =>
        seq === 20 && nth === 1 ? { cut: 'subscriber-undelivered', losesSession: true } : undefined,
      suback: (nth) => (nth === 2 ? 0x80 : 1),
    };
    // Long enough that messages are due in all of the half second for which the client has to wait.
    const environment = { MESSAGE_COUNT: '150', DRAIN_MAX_MS: '2500' };
    const { run, result, ledger, broker } = await runIn(behaviour, sdk, { environment });
    expect(broker.subacks.map(({ code }) => code)).toEqual([1, 0x80, 1]);
    expect(ledger.events.at(-1)).toMatchObject({ event: 'connected', role: 'subscriber', session_present: false });
    const [refusedAt = 0, grantedAt = 0] = broker.subacks.slice(1).map(({ atUs }) => atUs);
    const meanwhile = broker.publishes.filter(({ atUs }) => atUs > refusedAt + 200_000 && atUs < grantedAt);
    expect(meanwhile.map(({ seq }) => seq)).toEqual([]);
    // The broker acknowledged and dropped what came before anybody could know: that is a loss, and its own.
    expect(run.status).toBe(1);
    expect(broker.dropped.length).toBeGreaterThan(0);
    const { dropped } = broker;
    expect(result).toMatchObject({ planned: 150, acked: 150, received: 150 - dropped.length, lost_seqs: dropped });
  });

  it.each(versionsOf(sdk))('has a clean session in MQTT %s where it is asked for, and subscribes again', async (version) => {
    const behaviour: Behaviour = {
      treat: ({ seq, nth }) => (seq === 20 && nth === 1 ? { cut: 'subscriber-undelivered' } : undefined),
    };
    const environment = { MQTT_VERSION: version, SUBSCRIBER_SESSION: 'clean', DRAIN_MAX_MS: '1500' };
    const { result, ledger, broker } = await runIn(behaviour, sdk, { environment });
    expect(broker.connects.map(({ role, clean }) => [role, clean])).toEqual([
      ['subscriber', true],
      ['publisher', true],
      ['subscriber', true],
    ]);
    expect(broker.subacks).toHaveLength(2);
    expect(ledger.events.at(-1)).toMatchObject({ event: 'connected', role: 'subscriber', session_present: false });
    const { dropped } = broker;
    expect(dropped).toContain(20);
    expect(result).toMatchObject({ acked: 60, received: 60 - dropped.length, lost_seqs: dropped });
  });

  it('ends a drain at the second signal, and not at the first', async () => {
    const { run, result } = await runIn(copiesNone, sdk, {
      meanwhile: async (client, broker) => {
      await client.ready;
      await until('60 messages', () => broker.publishes.length >= 60);
      await sleepMs(300);
      client.signal('SIGTERM');
      await sleepMs(700);
      expect(client.hasEnded()).toBe(false);
      client.signal('SIGINT');
      },
    });
    expect(run.status).toBe(1);
    expect(result).toMatchObject({ ...allArrived, received: 0, lost: 60 });
    expect(result.drain_ms).toBeLessThan(9000);
    expect(result.errors.join()).toMatch(/second signal/);
  });

  it('stops publishing at the first signal, and drains until the second', async () => {
    const { run, result } = await runIn(copiesNone, sdk, {
      environment: { MESSAGE_COUNT: '1000' },
      meanwhile: async (client, broker) => {
      await client.ready;
      await until('20 messages', () => broker.publishes.length >= 20);
      client.signal('SIGTERM');
      await sleepMs(700);
      expect(client.hasEnded()).toBe(false);
      client.signal('SIGTERM');
      },
    });
    expect(run.status).toBe(1);
    expect(result.planned).toBeLessThan(1000);
    expect(result).toMatchObject({ sent: result.planned, lost: result.planned, unsent: 0 });
    expect(result.drain_ms).toBeLessThan(9000);
  });

  it('ends its set-up at the first signal, with nothing planned', async () => {
    const { run, result } = await runIn({ suback: () => 0x80 }, sdk, {
      meanwhile: async (client, broker) => {
      await until('a refusal', () => broker.subacks.length > 0);
      client.signal('SIGTERM');
      },
    });
    expect(run.status).toBe(1);
    expect(run.lines).toHaveLength(1);
    expect(result).toMatchObject({ planned: 0, sent: 0, unsent: 0 });
  });
});
