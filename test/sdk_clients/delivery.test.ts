import { describe, expect, it, vi } from 'vitest';
import { latenciesFrom } from '../../testing/client-ledger.js';
import { allArrived, runAgainst, type Outcome } from '../../testing/client-against-broker.js';
import type { Behaviour } from '../../testing/truth/behaviour.js';
import { straysLike } from '../../testing/truth/script.js';
import { clientFolder } from '../../testing/client-folder.js';
import { sdkNames } from '../../testing/sdk-client.js';

vi.setConfig({ maxConcurrency: 8 });

const folder = clientFolder('delivery');

const runIn = (behaviour: Behaviour, sdk: string, environment: Record<string, string> = {}): Promise<Outcome> =>
  runAgainst(behaviour, sdk, { folder, environment });

const short = { DRAIN_MAX_MS: '1500' };

describe.concurrent.each(sdkNames)('the %s client', (sdk) => {
  it('connects its publisher without and its subscriber with a session, and takes leave with both', async () => {
    const { run, result, broker } = await runIn({}, sdk, { MQTT_USERNAME: 'chaos', MQTT_PASSWORD: 'secret' });
    expect(run.status).toBe(0);
    expect(result).toMatchObject(allArrived);
    const [subscriber, publisher] = broker.connects;
    const both = { keepAliveSeconds: 5, username: 'chaos' };
    expect(broker.connects).toMatchObject([
      { role: 'subscriber', clean: false, ...both },
      { role: 'publisher', clean: true, ...both },
    ]);
    expect(subscriber?.clientId.replace(/-sub$/, '')).toBe(publisher?.clientId.replace(/-pub$/, ''));
    expect([...broker.goodbyes].sort()).toEqual(['publisher', 'subscriber']);
  });

  it('says in each payload whose message it is and when it was due, padded to the size asked for', async () => {
    const identity = { RUN_ID: 'r "ü"', PHASE: 'p', CLIENT_ID: `id-${sdk}`, TOPIC: `payload/${sdk}` };
    const { run, ledger, broker } = await runIn({}, sdk, { ...identity, PAYLOAD_BYTES: '300' });
    expect(run.status).toBe(0);
    const payloads = broker.publishes.map(({ message }) => JSON.parse(message.payload.toString()) as unknown);
    expect(payloads).toMatchObject(
      ledger.messages.map(({ seq, intended_us }) => ({
        ...{ run: 'r "ü"', phase: 'p', publisher: `id-${sdk}-pub`, seq, intended_us },
        pad: expect.stringMatching(/^(.)\1+$/),
      })),
    );
    expect(broker.publishes.every(({ message }) => message.payload.length === 300)).toBe(true);
    expect(broker.publishes.every(({ message }) => message.topic === `payload/${sdk}`)).toBe(true);
  });

  it('asks again until a SUBACK grants QoS 1, whatever came before', async () => {
    const codes = [0x80, 0x80, 0, 1];
    const { run, broker, result } = await runIn({ suback: (nth) => codes[nth - 1] ?? 1 }, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject(allArrived);
    expect(broker.subacks.map(({ code }) => code)).toEqual(codes);
    expect(broker.dropped).toEqual([]);
    expect(result.errors.join()).toMatch(/SUBACK/);
    const [first, second] = broker.subacks;
    expect((second?.atUs ?? 0) - (first?.atUs ?? 0)).toBeGreaterThan(450_000);
  });

  it('calls a message that is neither acknowledged nor received unconfirmed, and not lost', async () => {
    const behaviour: Behaviour = { treat: () => ({ puback: false, copies: 0 }) };
    const { run, result, broker } = await runIn(behaviour, sdk, short);
    expect(run.status).toBe(1);
    expect(result).toMatchObject({ ...allArrived, acked: 0, received: 0, unconfirmed: 60, p99_ms: null, ack_p99_ms: null });
    expect(result.errors.join()).toContain('DRAIN_MAX_MS');
    // None waits in the client for the PUBACK of another.
    expect(broker.publishes.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, i) => i));
  });

  it('calls a message that is received without an acknowledgement recovered, and the run no success', async () => {
    const { run, result } = await runIn({ treat: ({ seq }) => ({ puback: seq !== 7 }) }, sdk, short);
    expect(run.status).toBe(1);
    expect(result).toMatchObject({ ...allArrived, acked: 59, recovered: 1 });
  });

  it('calls exactly those messages lost that are acknowledged and never received', async () => {
    const gone = [3, 7, 59];
    const behaviour: Behaviour = { treat: ({ seq }) => ({ copies: gone.includes(seq) ? 0 : 1 }) };
    const { run, result, ledger } = await runIn(behaviour, sdk, short);
    expect(run.status).toBe(1);
    expect(result).toMatchObject({ ...allArrived, received: 57, lost: 3, lost_seqs: gone, naive_lost: 3 });
    // What never came counts as long as it was waited for, so that a loss cannot make the latency look better.
    expect(result.p99_ms).toBeGreaterThan(1500);
    expect(Math.abs((result.p99_ms ?? 0) - (latenciesFrom(ledger)['p99_ms'] ?? 0))).toBeLessThan(5);
  });

  it('does not let a duplicate hide a loss', async () => {
    const treat: Behaviour['treat'] = ({ seq }) => ({ copies: ({ 5: 0, 9: 2, 20: 5 })[seq] ?? 1 });
    const { run, result } = await runIn({ treat }, sdk, short);
    expect(run.status).toBe(1);
    const counts = { received: 59, lost: 1, lost_seqs: [5], duplicates: 5, naive_lost: -4, unexpected: 0 };
    expect(result).toMatchObject({ ...allArrived, ...counts });
  });

  it('counts what it did not generate as unexpected, and as nothing else', async () => {
    const treat: Behaviour['treat'] = ({ seq, message }) =>
      seq === 10 ? { strays: straysLike(message.payload) } : undefined;
    const { run, result } = await runIn({ treat }, sdk);
    expect(run.status).toBe(0);
    expect(result).toMatchObject({ ...allArrived, unexpected: 8, duplicates: 0, naive_lost: 0 });
  });

  it('counts a message that arrives after a later one as an inversion', async () => {
    const { result } = await runIn({ treat: ({ seq }) => ({ deliverAfterMs: seq === 10 ? 150 : 0 }) }, sdk);
    expect(result).toMatchObject({ ...allArrived, inversions: 1 });
  });

  it('waits for a late delivery as long as the broker may take to redeliver', async () => {
    const late: Behaviour = { treat: ({ seq }) => ({ deliverAfterMs: seq === 59 ? 8000 : 0 }) };
    const { run, result } = await runIn(late, sdk, { ACK_WAIT_MS: '1000' });
    expect(run.status).toBe(0);
    expect(result).toMatchObject(allArrived);
    expect(result.max_ms).toBeGreaterThan(7900);
  });

  it('gives up after max(2 × ACK_WAIT_MS, 10 s) in which nothing came', async () => {
    const { run, result } = await runIn({ treat: ({ seq }) => ({ copies: seq === 20 ? 0 : 1 }) }, sdk, {
      ACK_WAIT_MS: '5500',
      MESSAGE_COUNT: '21',
    });
    expect(run.status).toBe(1);
    expect(result).toMatchObject({ lost_seqs: [20] });
    expect(result.drain_ms).toBeGreaterThan(10_900);
    expect(result.drain_ms).toBeLessThan(20_000);
    expect(result.errors.join()).toContain('11000 ms');
  });
});
