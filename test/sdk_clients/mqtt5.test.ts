import { describe, expect, it, vi } from 'vitest';
import { allArrived, runAgainst, type Circumstances, type Outcome } from '../../testing/client-against-broker.js';
import type { Behaviour } from '../../testing/truth/behaviour.js';
import { clientFolder } from '../../testing/client-folder.js';
import { sdksThatSpeak } from '../../testing/sdk-client.js';
import { takeId } from '../../testing/stranger.js';
import { connectionsIn, takeoverOf } from '../../src/domain/takeover.js';

vi.setConfig({ maxConcurrency: 8 });

const folder = clientFolder('mqtt5');

const REFUSED = 0x80;
const SERVER_UNAVAILABLE = 0x88;
const QUOTA_EXCEEDED = 0x97;

const runIn = (
  behaviour: Behaviour,
  sdk: string,
  environment: Record<string, string> = {},
  meanwhile?: Circumstances['meanwhile'],
): Promise<Outcome> =>
  runAgainst(behaviour, sdk, { folder, environment: { MQTT_VERSION: '5', ...environment }, meanwhile });

describe.concurrent.each(sdksThatSpeak('5'))('the %s client, speaking MQTT 5', (sdk) => {
  it('does what it does in MQTT 3.1.1, and takes its leave', async () => {
    const { run, result, broker } = await runIn({}, sdk, { MQTT_USERNAME: 'u', MQTT_PASSWORD: 'p' });
    expect(run.status).toBe(0);
    expect(result).toMatchObject({ ...allArrived, mqtt_version: '5', attempts: 60, refused_acks: 0 });
    expect(broker.connects.map(({ role, version, clean, username }) => [role, version, clean, username])).toEqual([
      ['subscriber', 5, false, 'u'],
      ['publisher', 5, true, 'u'],
    ]);
    expect([...broker.goodbyes].sort()).toEqual(['publisher', 'subscriber']);
  });

  it('takes a PUBACK that refuses for none, and sends the message again after 200 ms', async () => {
    // Not stored: a broker that refuses delivers nothing.
    const behaviour: Behaviour = {
      treat: ({ seq, nth }) => (seq >= 10 && seq < 15 && nth === 1 ? { puback: QUOTA_EXCEEDED, copies: 0 } : undefined),
    };
    const { run, result, ledger, broker } = await runIn(behaviour, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject({ ...allArrived, refused_acks: 5, attempts: 65, reconnects: 0 });
    for (const seq of [10, 11, 12, 13, 14]) {
      const [refusedAt, takenAt] = broker.publishes.filter((p) => p.seq === seq).map(({ atUs }) => atUs);
      expect((takenAt ?? 0) - (refusedAt ?? 0)).toBeGreaterThanOrEqual(200_000);
      expect(ledger.messages[seq]?.attempts).toBe(2);
    }
  });

  it('sends the last message again, too, when there is nothing left to publish', async () => {
    const behaviour: Behaviour = {
      treat: ({ seq, nth }) => (seq === 59 && nth < 4 ? { puback: REFUSED, copies: 0 } : undefined),
    };
    const { run, result } = await runIn(behaviour, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject({ ...allArrived, refused_acks: 3, attempts: 63 });
  });

  it('counts what is refused every time as unconfirmed, never as acknowledged or lost', async () => {
    const behaviour: Behaviour = {
      treat: ({ seq }) => (seq === 20 ? { puback: REFUSED, copies: 0 } : undefined),
    };
    const { run, result } = await runIn(behaviour, sdk, { DRAIN_MAX_MS: '1500' });
    expect(run.status).toBe(1);
    expect(result).toMatchObject({ ...allArrived, acked: 59, received: 59, lost: 0, unconfirmed: 1 });
    expect(result.refused_acks).toBeGreaterThan(3);
    expect(result.errors.join()).toMatch(/PUBACK refused/);
  });

  it('sends a message again whose connection was cut before the PUBACK', async () => {
    const behaviour: Behaviour = {
      treat: ({ seq, nth }) => (seq === 10 && nth === 1 ? { cut: 'publisher-unprocessed' } : undefined),
    };
    const { run, result, ledger } = await runIn(behaviour, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject({ ...allArrived, reconnects: 1 });
    expect(ledger.messages[10]?.attempts).toBe(2);
  });

  it('leaves no more unacknowledged than the broker’s Receive Maximum, and goes on when there is room again', async () => {
    const narrow: Behaviour = { receiveMaximum: 7, treat: ({ seq }) => (seq < 40 ? { pubackAfterMs: 30 } : { puback: false }) };
    const { result, broker } = await runIn(narrow, sdk, { DRAIN_MAX_MS: '1000' });
    expect(broker.publishes.map(({ seq }) => seq)).toEqual(Array.from({ length: 47 }, (_, seq) => seq));
    expect(result).toMatchObject({ acked: 40, received: 47, lost: 0 });
  });

  it('asks again for a subscription that is refused, and waits with publishing', async () => {
    const { run, result, broker } = await runIn({ suback: (nth) => (nth < 3 ? REFUSED : 1) }, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject(allArrived);
    expect(broker.subacks.map(({ code }) => code)).toEqual([REFUSED, REFUSED, 1]);
    expect(broker.dropped).toEqual([]);
  });

  it('connects again where a broker says that it is unavailable, and names the reason', async () => {
    let refused = 0;
    const { run, result } = await runIn({ connack: () => (refused++ < 2 ? SERVER_UNAVAILABLE : 0) }, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject(allArrived);
    expect(result.errors.join()).toMatch(/server[ _]?unavailable|0x88/i);
  });

  it.each(['pub', 'sub'])('writes down that the broker gave the id of its -%s to somebody else', async (role) => {
    const environment = { CLIENT_ID: `mine-${sdk}`, DRAIN_MAX_MS: '1500' };
    const { ledger } = await runIn({}, sdk, environment, async (client, { endpoint }) => {
      await client.ready;
      expect(await takeId({ endpoint, clientId: `mine-${sdk}-${role}`, version: 5 })).toBe(true);
    });
    const ends = ledger.events.filter(({ event }) => event === 'disconnected');
    expect(ends).toMatchObject([{ role: role === 'pub' ? 'publisher' : 'subscriber', reason_code: 0x8e }]);
    expect(ledger.events.filter(({ event }) => event === 'connected').map((e) => e.reason_code)).toEqual([null, null, null]);
    const seen = { events: ledger.events, messages: ledger.messages, endUs: ledger.header.end_us };
    const facts = { faultInForce: true, keptSession: true };
    expect(takeoverOf(sdk, connectionsIn(sdk, seen), facts)).toContain('DISCONNECT 0x8e');
  });

  it('ends at once where its login is refused', async () => {
    const { run, result } = await runIn({ connack: () => 0x86 }, sdk);
    expect(run.status).toBe(1);
    expect(result).toMatchObject({ sent: 0, acked: 0, received: 0 });
    expect(result.duration_seconds).toBeLessThan(15);
    expect(result.errors).toHaveLength(1);
  });
});
