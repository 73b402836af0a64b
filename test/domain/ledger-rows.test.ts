import { expect, it } from 'vitest';
import { eventIn } from '../../src/domain/ledger-rows.js';

const at = { client: 'c', connection: 1, at_us: 5 };
const id = { topic: 't', seq: 0 };
const will = { topic: 'w', seq: 1, qos: 1, delay_s: 0 };

/** One good row of each event. */
const good = [
  { event: 'connect', ...at, endpoint: 'h:1', clean: false, keep_alive_s: 5, expiry_s: null, will: null },
  { event: 'connect', ...at, endpoint: 'h:1', clean: false, keep_alive_s: 5, expiry_s: 60, will },
  {
    event: 'connack',
    ...at,
    code: 0,
    session_present: null,
    maximum_qos: 1,
    retain_available: true,
    shared_available: null,
  },
  { event: 'close', ...at, by: 'own-cut', reason_code: null },
  { event: 'subscribe', ...at, filter: 't/#', qos: 2 },
  { event: 'suback', ...at, filter: 't/#', granted: 128 },
  { event: 'send', ...at, ...id, qos: 2, retain: false, clears: false },
  { event: 'ack', ...at, ...id, step: 'pubrec', code: 0 },
  { event: 'receive', ...at, ...id, publisher: 'p', qos: 0, retain: true, dup: null },
] as const;

it.each(good)('takes a row as the contract has it, with fields of its own beside: $event', (row) => {
  expect(eventIn({ ...row, more: 1 })).toEqual({ event: row.event, row: { ...row, more: 1 } });
});

it('misses every field of every event', () => {
  for (const row of good)
    for (const field of Object.keys(row)) {
      const rest = Object.fromEntries(Object.entries(row).filter(([name]) => name !== field));
      const named = field === 'event' ? 'event' : `${row.event}.${field}`;
      expect(() => eventIn(rest), named).toThrow(`${named}: expected`);
    }
});

it.each([
  [null, 'expected an event, got null'],
  [7, 'expected an event, got 7'],
  [{ ...good[6], event: 'sent' }, 'event: expected connect or connack'],
  [{ ...good[6], qos: 3 }, 'send.qos: expected a whole number from 0 to 2, got 3'],
  [{ ...good[6], seq: -1 }, 'send.seq: expected a whole number from 0'],
  [{ ...good[6], seq: 1.5 }, 'send.seq: expected a whole number from 0'],
  [{ ...good[6], at_us: '5' }, 'send.at_us: expected a whole number from 0'],
  [{ ...good[6], connection: 0 }, 'send.connection: expected a whole number from 1'],
  [{ ...good[6], retain: 0 }, 'send.retain: expected true or false, got 0'],
  [{ ...good[6], topic: 'x'.repeat(65_536) }, 'send.topic: expected at most 65535 characters'],
  [{ ...good[7], step: 'pubrel' }, 'ack.step: expected puback or pubrec or pubcomp, got "pubrel"'],
  [{ ...good[3], by: 'me' }, 'close.by: expected own-disconnect or'],
  [{ ...good[5], granted: 256 }, 'suback.granted: expected a whole number from 0 to 255, got 256'],
  [{ ...good[1], will: { ...will, qos: 3 } }, 'connect.will.qos: expected a whole number from 0 to 2, got 3'],
])('says in one sentence what is wrong with %j', (row, sentence) => {
  expect(() => eventIn(row)).toThrow(sentence);
});
