import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { readHistory } from '../../../src/host/clients/history-file.js';
import { readLedger } from '../../../src/host/clients/ledger-file.js';
import { phasePaths } from '../../../src/host/layout/phase-paths.js';
import { writeStored } from '../../../src/host/os/stored.js';
import { temporaryFolder } from '../../../testing/processes.js';

let dir: string;
beforeEach(() => {
  dir = temporaryFolder();
});

const packed = (bytes: string | Buffer): void => {
  mkdirSync(phasePaths(dir).client('own').dir, { recursive: true });
  writeFileSync(phasePaths(dir).client('own').packedLedger, bytes);
};
const lines = (...rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const leaves = (...rows: readonly unknown[]): void => packed(gzipSync(lines(...rows)));

const first = { ledger: 2, run: 'r', phase: 'fault', sdk: 'own', workload: 'sessions', t0_us: 1, end_us: 900 };
const on = (at_us: number) => ({ client: 'p', connection: 1, at_us });
const connect = {
  ...{ event: 'connect', ...on(2), endpoint: 'h:1', clean: true, keep_alive_s: 5, expiry_s: 0, will: null },
};
const send = (at_us: number, seq: number) => ({
  ...{ event: 'send', ...on(at_us), topic: 't', seq, qos: 1, retain: false, clears: false },
});

describe('the history of a client', () => {
  it('is that of its ledger of version 2, whose figures nobody can have', async () => {
    leaves(first, connect, send(3, 0), send(4, 1));
    expect(await readHistory(dir, 'own')).toMatchObject({
      ...{ endUs: 900, recorded: { everySend: true }, connections: [{ client: 'p' }], sends: [{ seq: 0 }, { seq: 1 }] },
    });
    expect(readLedger(dir, 'own')).toBeUndefined();
  });

  it('is that of its ledger of version 1, with what its phase was started with', async () => {
    const event = { event: 'connected', role: 'subscriber', endpoint: 'h:1', at_us: 1, session_present: false };
    const message = { seq: 0, intended_us: 1, queued_us: 1, sent_us: 2, attempts: 1, ack_us: 3, recv_us: 4, dups: 0 };
    leaves({ ledger: 1, topic: 'a/b', end_us: 9 }, event, message);
    const history = await readHistory(dir, 'own');
    expect(history).toMatchObject({ endUs: 9, recorded: { everySend: false }, acks: [{ topic: 'a/b' }] });
    expect(history?.connections).toEqual([]);
    const env = { MQTT_VERSION: '5', SUBSCRIBER_SESSION: 'persistent' };
    writeStored('phase', phasePaths(dir).spec, { clients: [{ sdk: 'own', env }] });
    expect((await readHistory(dir, 'own'))?.connections).toMatchObject([{ client: 'subscriber', expiryS: 1800 }]);
  });

  it('is none where it left no ledger', async () => {
    expect(await readHistory(dir, 'own')).toBeUndefined();
  });

  it('is whole where lines lie across the pieces in which a long ledger is unpacked', async () => {
    const many = Array.from({ length: 5000 }, (_, seq) => send(3 + Math.floor(seq / 10), seq));
    leaves(first, connect, ...many);
    expect((await readHistory(dir, 'own'))?.sends.map(({ seq }) => seq)).toEqual(many.map(({ seq }) => seq));
  });

  it('is without the line that was cut off', async () => {
    packed(gzipSync(`${lines(first, connect, send(3, 0))}{"event":"send"`));
    expect((await readHistory(dir, 'own'))?.sends).toHaveLength(1);
  });
});

describe('a ledger that cannot be used', () => {
  const problem = (): Promise<string> =>
    readHistory(dir, 'own').then(
      () => 'it could be read',
      (error: unknown) => String(error),
    );

  it('is named with the line that is not as the contract says, and where the contract is', async () => {
    leaves(first, connect, { ...send(3, 0), qos: 7 });
    const { packedLedger } = phasePaths(dir).client('own');
    const why = 'send.qos: expected a whole number from 0 to 2, got 7; see sdk_clients/CONTRACT.md';
    expect(await problem()).toBe(`Error: ${packedLedger}, line 3: ${why}`);
  });

  it.each([
    ['no ledger', () => leaves({ event: 'send' }), /expected the first line of a ledger, with end_us/],
    ['no end', () => leaves({ ledger: 2 }), /expected the first line of a ledger, with end_us/],
    ['another version of long ago', () => leaves({ ledger: 0, end_us: 1 }), /expected the first line of a ledger/],
    ['nothing', () => packed(gzipSync('')), /expected a ledger, got nothing/],
    ['no JSON', () => packed(gzipSync(`${lines(first)}{\n`)), /line 2: .*JSON/],
    ['no gzip', () => packed('plain'), /incorrect header check/],
    ['half a file', () => packed(gzipSync(lines(first, connect)).subarray(0, -9)), /unexpected end of file/],
    ['a line without an end', () => packed(gzipSync('x'.repeat(3_000_000))), /lines of at most 1048576 bytes/],
  ])('is an error that says so: %s', async (_, leave, sentence) => {
    leave();
    expect(await problem()).toMatch(sentence);
  });
});
