import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clientFolder } from '../../testing/client-folder.js';
import type { LedgerEvent } from '../../testing/event-ledger.js';
import { startTestMosquitto } from '../../testing/mosquitto.js';
import type { TestCluster } from '../../testing/nats-cluster.js';
import { versionsOf, type RunningClient } from '../../testing/sdk-client.js';
import type { Tapped } from '../../testing/wiretap.js';
import { runTapped, sdksWith, sdksWithWorkloads, type WorkloadRequest, type WorkloadRun } from '../../testing/workload-run.js';
import {
  acksOn,
  asAck,
  asConnack,
  asReceipt,
  asSend,
  connacksOn,
  cutting,
  expectSame,
  firstSendsOn,
  isPublish,
  movesOf,
  placesOn,
  receiptsOn,
  rows,
  sendsOn,
  seqOf,
  sorted,
} from '../../testing/workload-wire.js';

vi.setConfig({ maxConcurrency: 8 });

const folder = clientFolder('workloads');

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestMosquitto(folder);
});
afterAll(() => cluster.stop());

const runIn = (
  sdk: string,
  workload: string,
  request: Omit<WorkloadRequest, 'cluster' | 'folder'>,
): Promise<WorkloadRun> => runTapped(sdk, workload, { cluster, folder, ...request });

describe.concurrent.each(sdksWithWorkloads)('the %s client', (sdk) => {
  it.each(versionsOf(sdk))('has in the ledger of qos-mix what went over the wire, and nothing else (MQTT %s)', async (version) => {
    const environment = { MESSAGE_COUNT: '150', MESSAGE_RATE: '300' };
    const { run, line, ledger, tap } = await runIn(sdk, 'qos-mix', { version, environment });
    expect(run.status, run.lines.at(-1)).toBe(0);
    expect(line).toMatchObject({ workload: 'qos-mix', planned: 150, sent: 150, acked: 100, received: 150, lost: 0 });
    expect(sorted(rows(ledger, 'send').map(asSend))).toEqual(sorted(sendsOn(tap)));
    expect(sorted(rows(ledger, 'ack').map(asAck))).toEqual(sorted(acksOn(tap)));
    expect(sorted(rows(ledger, 'receive').map(asReceipt))).toEqual(sorted(receiptsOn(tap, ledger)));
    expect(line['events']).toBe(ledger.events.length);
  });

  it.each(versionsOf(sdk))('loses and invents no packet when connections are cut in each step of QoS 2 (MQTT %s)', async (version) => {
    const steps = ['client publish', 'broker pubrec', 'client pubrel', 'broker pubcomp'];
    const deliveries = ['broker publish', 'client pubrec', 'broker pubrel', 'client pubcomp'];
    const cutAfter = cutting([...steps, ...deliveries].map((kind, at) => ({ kind, nth: 12 + 7 * at })));
    const environment = { MESSAGE_COUNT: '180', MESSAGE_RATE: '120', QOS: '1,2' };
    const { run, line, ledger, tap } = await runIn(sdk, 'qos-mix', { version, environment, cutAfter });
    expect(run.status, run.lines.at(-1)).toBe(0);
    expect(line['reconnects']).toBeGreaterThanOrEqual(6);
    expectSame(rows(ledger, 'ack').map(asAck), acksOn(tap), ledger);
    expectSame(rows(ledger, 'receive').map(asReceipt), receiptsOn(tap, ledger), ledger);
    // Handed over once: the session brings every message over a cut.
    expect(rows(ledger, 'send')).toHaveLength(180);
    expectSame(rows(ledger, 'connack').map(asConnack), connacksOn(tap), ledger);
    expect(new Set(rows(ledger, 'close').map(({ by }) => by))).toEqual(new Set(['peer']));
  });

  it('writes down no send later, and no receipt earlier, than it went over the wire', async () => {
    const environment = { MESSAGE_COUNT: '90', MESSAGE_RATE: '200' };
    const { ledger, tap } = await runIn(sdk, 'qos-mix', { version: versionsOf(sdk)[0] ?? '5', environment });
    const onWire = (from: Tapped['from'], row: LedgerEvent): number =>
      tap.packets.find(
        (each) =>
          each.from === from && isPublish(each.packet) && each.packet.topic === row['topic'] && seqOf(each.packet) === row['seq'],
      )?.us ?? NaN;
    for (const row of rows(ledger, 'send')) expect(row.at_us).toBeLessThanOrEqual(onWire('client', row));
    for (const row of rows(ledger, 'receive')) expect(row.at_us).toBeGreaterThanOrEqual(onWire('broker', row));
  });

  it('leaves and comes back at another endpoint when the files are there, to a session that kept everything', async () => {
    const files = { OFFLINE_FILE: join(folder, `${sdk}-offline`), RESUME_FILE: join(folder, `${sdk}-resume`) };
    const environment = { MESSAGE_COUNT: '150', MESSAGE_RATE: '50', QOS: '1,2', NEW_TOPIC_EVERY_MS: '300', ...files };
    const meanwhile = async (client: RunningClient): Promise<void> => {
      await client.ready;
      writeFileSync(files.OFFLINE_FILE, '');
      setTimeout(() => writeFileSync(files.RESUME_FILE, ''), 1200);
    };
    const { run, line, ledger, tap } = await runIn(sdk, 'sessions', { version: '5', environment, meanwhile });
    expect(run.status, run.lines.at(-1)).toBe(0);
    expect(line).toMatchObject({ sent: 150, acked: 150, received: 150, reconnects: 0, p99_ms: null });
    const [left] = rows(ledger, 'close');
    expect(left).toMatchObject({ connection: 1, by: 'own-disconnect' });
    const back = rows(ledger, 'connack').find(({ client, connection }) => client === left?.client && connection === 2);
    expect(back?.['session_present']).toBe(true);
    expect(rows(ledger, 'connect').filter(({ client }) => client === left?.client)).toMatchObject([
      { endpoint: tap.endpoints[1] },
      { endpoint: tap.endpoints[0] },
    ]);
    // Somewhere in between, on a topic that was new.
    const away = rows(ledger, 'send').filter(({ at_us }) => at_us > (left?.at_us ?? 0) && at_us < (back?.at_us ?? 0));
    const before = new Set(rows(ledger, 'send').filter((row) => row.at_us <= (left?.at_us ?? 0)).map((row) => row['topic']));
    expect(away.some((row) => !before.has(row['topic']))).toBe(true);
    expect(rows(ledger, 'subscribe')).toHaveLength(1);
  });

  it('writes one value at a time, has them read on every endpoint, deletes them, and reads again', async () => {
    const environment = { MESSAGE_COUNT: '60', MESSAGE_RATE: '40', TOPICS: '2', READER_INTERVAL_MS: '100' };
    const { run, line, ledger, tap } = await runIn(sdk, 'retained', { version: '5', environment });
    expect(run.status, run.lines.at(-1)).toBe(0);
    expect(line).toMatchObject({ planned: 62, sent: 62, acked: 62, lost: 0 });
    let open = 0;
    for (const { event } of rows(ledger, 'send', 'ack')) {
      open += event === 'send' ? 1 : -1;
      expect(open).toBeLessThanOrEqual(1);
    }
    const deleted = rows(ledger, 'send').filter((row) => row['clears'] === true);
    expect(deleted).toHaveLength(2);
    const gone = rows(ledger, 'ack').at(-1)?.at_us ?? NaN;
    const after = rows(ledger, 'subscribe').filter(({ at_us }) => at_us > gone);
    expect(after.length).toBeGreaterThanOrEqual(4);
    const readers = new Set(after.map(({ client }) => client));
    const shown = rows(ledger, 'receive').filter(({ client, retain }) => retain === true && readers.has(client));
    expect(shown).toEqual([]);
    const at = rows(ledger, 'connect').filter(({ client }) => readers.has(client)).map(({ endpoint }) => endpoint);
    expect(new Set(at)).toEqual(new Set(tap.endpoints));
    expect(rows(ledger, 'receive').some(({ retain }) => retain === true)).toBe(true);
  });

  it('lets clients die as it is planned, by the wire, and gets the will of each that has one', async () => {
    const deaths = ['300:0:clean:1:0', '350:1:cut:0:0', '400:0:disconnect04:1:0', '450:0:takeover:1:0', '500:1:cut:1:1'];
    const environment = { DEATHS: deaths.join(), DRAIN_MAX_MS: '4000', KEEP_ALIVE_S: '5' };
    const { run, line, ledger, tap } = await runIn(sdk, 'wills', { version: '5', environment });
    expect(run.status, run.lines.at(-1)).toBe(0);
    expect(line).toMatchObject({ planned: 6, sent: 6, received: 4 });
    const prefix = rows(ledger, 'connect')[0]?.client.replace(/watch$/, '');
    const goodbyes = tap.packets.flatMap(({ clientId, connection, packet }) =>
      packet.cmd === 'disconnect' && clientId.startsWith(`${prefix}w`) && !clientId.endsWith('watch')
        ? [[clientId, connection, packet.reasonCode === 4 ? 'own-disconnect-with-will' : 'own-disconnect']]
        : [],
    );
    const ends = rows(ledger, 'close').map(({ client, connection, by }) => [client, connection, by]);
    expect(sorted(ends.filter(([, , by]) => /^own-disconnect/.test(String(by))))).toEqual(sorted(goodbyes));
    const named = (n: number): string => `${prefix}w${n}`;
    expect(sorted(ends)).toEqual(
      sorted([
        [named(0), 1, 'own-disconnect'],
        [named(1), 1, 'own-cut'],
        [named(2), 1, 'own-disconnect-with-will'],
        [named(3), 1, 'peer'],
        [named(3), 2, 'own-disconnect'],
        [named(4), 1, 'own-cut'],
      ]),
    );
    expect(sorted(rows(ledger, 'receive').map((row) => [row['publisher'], row['seq']]))).toEqual(
      sorted([1, 2, 3, 4].map((n) => [named(n), 0])),
    );
  });
});

/** Both ledger and wire have every message once, and each answer and receipt on its connection. */
function expectWire({ ledger, tap }: WorkloadRun): void {
  const handedOver = rows(ledger, 'send').map(({ client, topic, seq, qos }) => [client, topic, seq, qos]);
  expect(sorted(handedOver)).toEqual(sorted(firstSendsOn(tap)));
  expectSame(rows(ledger, 'ack').map(asAck), acksOn(tap), ledger);
  expectSame(rows(ledger, 'receive').map(asReceipt), receiptsOn(tap, ledger), ledger);
  expectSame(rows(ledger, 'connack').map(asConnack), connacksOn(tap), ledger);
}

const inTurn = (first: number, length: number): number[] => Array.from({ length }, (_, n) => (first + n) % 2);

describe.concurrent.each(sdksWith('failover'))('the %s client', (sdk) => {
  it('has publisher and subscriber leave and be cut in turn, each on to the next endpoint, and loses nothing', async () => {
    // Longer than any of the libraries takes to connect.
    const environment = { MESSAGE_COUNT: '368', MESSAGE_RATE: '64', MOVE_EVERY_MS: '500' };
    const done = await runIn(sdk, 'failover', { version: '5', environment });
    const { run, line, ledger, tap } = done;
    expect(run.status, run.lines.at(-1)).toBe(0);
    expect(line).toMatchObject({ workload: 'failover', sent: 368, acked: 368, received: 368, lost: 0, reconnects: 0 });
    expectWire(done);
    const turns = ['pub own-disconnect', 'sub own-disconnect', 'pub own-cut', 'sub own-cut'];
    const moves = movesOf(ledger, tap);
    expect(new Set(moves)).toEqual(new Set(turns));
    // 5.7 s have eleven moves. On a busy machine one may have no connection when its turn comes.
    const planned = inTurn(0, 11).map((_, n) => turns[n % turns.length]);
    for (const move of moves) expect(planned.splice(0, planned.indexOf(move) + 1)).toContain(move);
    const places = placesOn(tap);
    for (const [role, first] of [['pub', 0], ['sub', 1]] as const) {
      const made = moves.filter((move) => move.startsWith(role)).length;
      expect(places.get(role)).toEqual(inTurn(first, 1 + made));
    }
  });
});

describe.concurrent.each(sdksWith('shared'))('the %s client', (sdk) => {
  it('shares each message out to one of its members, of which the last one moves', async () => {
    const environment = { MESSAGE_COUNT: '240', MESSAGE_RATE: '96', MOVE_EVERY_MS: '700', MOVES: 'leave,cut', QOS: '1,2' };
    const done = await runIn(sdk, 'shared', { version: '5', environment });
    const { run, line, ledger, tap } = done;
    expect(run.status, run.lines.at(-1)).toBe(0);
    expect(line).toMatchObject({ workload: 'shared', sent: 240, acked: 240, received: 240, lost: 0, reconnects: 0 });
    expectWire(done);
    const moves = movesOf(ledger, tap);
    // 2.5 s have three moves, of which one may be left out on a busy machine.
    const planned = ['sub-3 own-disconnect', 'sub-3 own-cut', 'sub-3 own-disconnect'];
    for (const move of moves) expect(planned.splice(0, planned.indexOf(move) + 1)).toContain(move);
    expect(moves.length).toBeGreaterThanOrEqual(2);
    const places = [...placesOn(tap)].sort();
    expect(places).toEqual([['pub', [0]], ['sub', [1]], ['sub-2', [0]], ['sub-3', inTurn(1, 1 + moves.length)]]);
    const [filter] = new Set(rows(ledger, 'subscribe').map((row) => row['filter']));
    expect(filter).toMatch(/^\$share\/members\/.*\/\+$/);
    expect(rows(ledger, 'subscribe')).toHaveLength(3);
    const members = new Map<string, Set<string>>();
    for (const { client, topic, seq } of rows(ledger, 'receive')) {
      const key = `${String(topic)} ${String(seq)}`;
      members.set(key, (members.get(key) ?? new Set()).add(client));
    }
    // Who was cut may have had what another one is given again.
    const doubled = [...members.values()].filter(({ size }) => size > 1);
    for (const each of doubled) expect([...each].some((client) => client.endsWith('-sub-3'))).toBe(true);
    const share = new Map<string, number>();
    for (const each of members.values()) for (const client of each) share.set(client, (share.get(client) ?? 0) + 1);
    expect(members.size).toBe(240);
    expect([...share.values()].filter((count) => count > 40)).toHaveLength(3);
  });
});
