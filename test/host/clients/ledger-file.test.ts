import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readLedger } from '../../../src/host/clients/ledger-file.js';
import { temporaryFolder } from '../../../testing/processes.js';

const folder = temporaryFolder();
const head = '{"ledger":1,"end_us":9}\n';
const event = '{"event":"connected","role":"publisher","endpoint":"h:1","at_us":1}\n';
const message = '{"seq":0,"intended_us":1,"ack_us":2,"recv_us":3}\n';

function write(sdk: string, content: Buffer): void {
  mkdirSync(join(folder, sdk), { recursive: true });
  writeFileSync(join(folder, sdk, 'ledger.ndjson.gz'), content);
}

describe('a ledger', () => {
  it('has its end, its events and its messages', () => {
    write('go', gzipSync(head + event + message));
    expect(readLedger(folder, 'go')).toMatchObject({
      endUs: 9,
      events: [{ event: 'connected', endpoint: 'h:1' }],
      messages: [{ seq: 0, recv_us: 3 }],
    });
  });

  it('has its schedule, and what was received in its name', () => {
    const impostor = '{"unexpected":{"seq":3,"intended_us":7},"at_us":8}\n';
    write('go', gzipSync(`{"ledger":1,"t0_us":5,"rate":0.5,"end_us":9,"unexpected":1}\n${event}${impostor}${message}`));
    expect(readLedger(folder, 'go')).toMatchObject({
      schedule: { t0Us: 5, rate: 0.5 },
      impostors: [{ unexpected: { seq: 3, intended_us: 7 } }],
      messages: [{ seq: 0 }],
    });
  });

  it('that a client did not leave is no error', () => {
    expect(readLedger(folder, 'own')).toBeUndefined();
  });

  it('of version 2 has no figures in it, which is no error', () => {
    write('events', gzipSync(`{"ledger":2,"end_us":9}\n`));
    expect(readLedger(folder, 'events')).toBeUndefined();
  });

  it.each([
    ['is of no version', gzipSync(`{"ledger":0,"end_us":9}\n${message}`)],
    ['is of a newer version', gzipSync(`{"ledger":3,"end_us":9}\n${message}`)],
    ['never ended', gzipSync(`{"ledger":1,"end_us":null}\n${message}`)],
    ['is empty', gzipSync('')],
    ['is cut off', gzipSync(head + message).subarray(0, 30)],
    ['is none', Buffer.from('hello')],
    ['has half a line in it', gzipSync(`${head}{"seq":\n`)],
  ])('that %s is an error', (_what, content) => {
    write('bad', content);
    expect(() => readLedger(folder, 'bad')).toThrow();
  });
});
