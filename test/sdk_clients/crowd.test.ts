import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MqttVersion } from '../../src/domain/mqtt.js';
import { pollUntil } from '../../src/host/os/clock.js';
import { clientFolder } from '../../testing/client-folder.js';
import type { EventLedger, LedgerEvent } from '../../testing/event-ledger.js';
import { startTestMosquitto } from '../../testing/mosquitto.js';
import type { TestCluster } from '../../testing/nats-cluster.js';
import type { RunningClient } from '../../testing/sdk-client.js';
import type { Wiretap } from '../../testing/wiretap.js';
import { runTapped, sdksWith } from '../../testing/workload-run.js';
import {
  acksOn,
  asAck,
  asConnack,
  asReceipt,
  connacksOn,
  expectSame,
  isPublish,
  receiptsOn,
  rows,
} from '../../testing/workload-wire.js';

vi.setConfig({ maxConcurrency: 8 });

const folder = clientFolder('crowd');
const versions: readonly MqttVersion[] = ['3.1.1', '5'];

const CONNECTIONS = 200;
const MESSAGES = 600;
const BACKOFF_MS = 1000;

const environment = {
  CONNECTIONS: String(CONNECTIONS),
  CONNECT_RATE: '1000',
  PERSISTENT_SHARE: '0.25',
  BACKOFF_MS: String(BACKOFF_MS),
  MESSAGE_COUNT: String(MESSAGES),
  MESSAGE_RATE: '300',
  // On a busy machine the taps may be late: nobody shall come twice for that.
  KEEP_ALIVE_S: '60',
  CONNACK_LIMIT_MS: '60000',
  SETUP_LIMIT_MS: '60000',
};

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestMosquitto(folder);
});
afterAll(() => cluster.stop());

const all = Array.from({ length: CONNECTIONS }, (_, n) => n);
const numberOf = (name: unknown): number => Number(/(\d+)$/.exec(String(name))?.[1]);
const isPersistent = (n: number): boolean => n % 4 === 3;

const rowsOf = (ledger: EventLedger, ...kinds: string[]): LedgerEvent[][] => {
  const found: LedgerEvent[][] = all.map(() => []);
  for (const row of rows(ledger, ...kinds)) found[numberOf(row.client)]?.push(row);
  return found;
};

/** In the middle of what is published. */
const throwAllOut = async (client: RunningClient, tap: Wiretap): Promise<void> => {
  await client.ready;
  const sent = (): number => tap.packets.filter(({ from, packet }) => from === 'client' && isPublish(packet)).length;
  const limitMs = 60_000;
  await pollUntil(() => Promise.resolve(sent() >= MESSAGES / 3 || client.hasEnded() || undefined), { limitMs, everyMs: 20 });
  tap.cutAll();
};

describe.concurrent.each(sdksWith('crowd'))('the %s client', (sdk) => {
  it.each(versions)('comes back with all of a crowd that was thrown out in the middle (MQTT %s)', async (version) => {
    const request = { cluster, folder, version, environment, meanwhile: throwAllOut };
    const { run, line, ledger, tap } = await runTapped(sdk, 'crowd', request);
    expect(run.status, run.lines.at(-1)).toBe(0);
    expect(line).toMatchObject({ workload: 'crowd', planned: MESSAGES, sent: MESSAGES, acked: MESSAGES, lost: 0 });
    expect(line).toMatchObject({ reconnects: CONNECTIONS, unsent: 0, p50_ms: null, events: ledger.events.length });
    const [publisher, subscriber] = tap.endpoints;
    expect(line).toMatchObject({ publisher_endpoint: publisher, subscriber_endpoint: subscriber });
    expect(JSON.parse(run.lines[0] ?? '')).toEqual({ event: 'ready', publisher, subscriber });
    expect(line['cpu_seconds']).toBeGreaterThan(0);
    expect(line['max_rss_kb']).toBeGreaterThan(1000);
    expectSame(rows(ledger, 'ack').map(asAck), acksOn(tap), ledger);
    expectSame(rows(ledger, 'receive').map(asReceipt), receiptsOn(tap, ledger), ledger);
    expectSame(rows(ledger, 'connack').map(asConnack), connacksOn(tap), ledger);

    const pauses = rowsOf(ledger, 'connect', 'connack', 'close').map((lives, n) => {
      const [clean, kept] = [!isPersistent(n), isPersistent(n)];
      expect(lives, `client ${n}`).toMatchObject([
        { event: 'connect', connection: 1, clean, endpoint: tap.endpoints[n % 2] },
        { event: 'connack', connection: 1, code: 0, session_present: false },
        { event: 'close', connection: 1, by: 'peer' },
        { event: 'connect', connection: 2, clean, endpoint: tap.endpoints[(n + 1) % 2] },
        { event: 'connack', connection: 2, code: 0, session_present: kept },
      ]);
      return (lives[3]?.at_us ?? NaN) - (lives[2]?.at_us ?? NaN);
    });
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(BACKOFF_MS * 500);
    // At random: else all come back at once.
    expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(BACKOFF_MS * 500);

    for (const [n, asked] of rowsOf(ledger, 'subscribe').entries()) {
      expect(asked.map(({ connection }) => connection), `client ${n}`).toEqual(isPersistent(n) ? [1] : [1, 2]);
      expect(asked.every(({ filter, qos }) => numberOf(filter) === n && qos === 1)).toBe(true);
    }
    for (const [n, handed] of rowsOf(ledger, 'send', 'ack').entries()) {
      const open = new Set<unknown>();
      for (const { event, topic, seq } of handed) {
        expect(numberOf(topic)).toBe((n + 1) % CONNECTIONS);
        if (event === 'send') open.add(seq);
        else open.delete(seq);
        expect(open.size, `client ${n}, seq ${String(seq)}`).toBeLessThanOrEqual(1);
      }
    }
    for (const [n, received] of rowsOf(ledger, 'receive').entries()) {
      for (const { topic, publisher: neighbour } of received)
        expect([numberOf(topic), numberOf(neighbour)]).toEqual([n, (n + CONNECTIONS - 1) % CONNECTIONS]);
      const seqs = new Set(received.map(({ seq }) => seq));
      if (isPersistent(n)) expect(seqs.size, `client ${n}`).toBe(MESSAGES / CONNECTIONS);
    }
  });
});
