import { describe, expect, it } from 'vitest';
import type { History } from '../../src/domain/guarantees/history.js';
import { eventLedger } from '../../src/domain/ledger-events.js';

const on = (client: string, at_us: number, connection = 1) => ({ client, connection, at_us });
const connect = (client: string, us: number, connection = 1) => ({
  ...{ event: 'connect', ...on(client, us, connection), endpoint: 'h:1', clean: true, keep_alive_s: 5, expiry_s: 0 },
  will: null,
});
const connack = (client: string, us: number, over: object = {}) => ({
  ...{ event: 'connack', ...on(client, us), code: 0, session_present: false, maximum_qos: 2, retain_available: true },
  ...{ shared_available: false, ...over },
});
const send = (us: number, over: object = {}) => ({
  ...{ event: 'send', ...on('p', us), topic: 't', seq: 1, qos: 2, retain: true, clears: false },
  ...over,
});

function read(rows: readonly unknown[], endUs = 1000): History {
  const ledger = eventLedger(endUs);
  for (const row of rows) ledger.take(row);
  return ledger.history();
}

describe('a ledger of events', () => {
  it('becomes connections with what was asked, answered and how they ended', () => {
    const will = { topic: 'w', seq: 3, qos: 1, delay_s: 5 };
    const { connections, recorded, endUs } = read([
      { ...connect('p', 1), will, clean: false, expiry_s: null },
      connack('p', 2, { session_present: true }),
      { event: 'close', ...on('p', 8), by: 'peer', reason_code: 0x8e },
      connect('p', 9, 2),
    ]);
    expect({ recorded, endUs }).toEqual({ recorded: { everySend: true, everyReceipt: true }, endUs: 1000 });
    const first = { client: 'p', endpoint: 'h:1', keepAliveS: 5 };
    expect(connections).toEqual([
      {
        ...{ ...first, number: 1, askedUs: 1, openedUs: 2, sessionPresent: true, clean: false, expiryS: null },
        ...{ will: { topic: 'w', seq: 3, qos: 1, delayS: 5 }, offers: { maximumQos: 2, retain: true, shared: false } },
        ...{ closedUs: 8, closedBy: 'peer', reasonCode: 0x8e },
      },
      {
        ...{ ...first, number: 2, askedUs: 9, openedUs: null, sessionPresent: null, clean: true, expiryS: 0 },
        ...{ will: null, offers: null, closedUs: null, closedBy: null, reasonCode: null },
      },
    ]);
  });

  it('has no connection opened by a CONNACK that refuses, and no offers of which a part is hidden', () => {
    const [refused] = read([connect('p', 1), connack('p', 2, { code: 0x88 })]).connections;
    expect(refused).toMatchObject({ openedUs: null, refusedWith: 0x88 });
    const hidden = read([connect('p', 1), connack('p', 2, { retain_available: null })]);
    expect(hidden.connections[0]).toMatchObject({ openedUs: 2, offers: null });
  });

  it('becomes subscriptions, each with the first answer to its filter', () => {
    const asked = { event: 'subscribe', ...on('s', 2), filter: '#', qos: 1 };
    const { subscriptions } = read([
      connect('s', 1),
      asked,
      { ...asked, at_us: 3, filter: 'x' },
      { ...asked, at_us: 4 },
      { event: 'suback', ...on('s', 5), filter: '#', granted: 128 },
      { event: 'suback', ...on('s', 6), filter: '#', granted: 1 },
    ]);
    const all = { client: 's', connection: 1, qos: 1 };
    expect(subscriptions).toEqual([
      { ...all, filter: '#', sentUs: 2, answeredUs: 5, granted: 128 },
      { ...all, filter: 'x', sentUs: 3, answeredUs: null, granted: null },
      { ...all, filter: '#', sentUs: 4, answeredUs: 6, granted: 1 },
    ]);
  });

  it('has every send, acknowledgement and receipt, and the publisher of a receipt from its row', () => {
    const { sends, acks, receipts } = read([
      connect('p', 1),
      connect('s', 1),
      send(2),
      send(3, { seq: 1 }),
      { event: 'ack', ...on('p', 4), topic: 't', seq: 1, step: 'pubrec', code: 0x97 },
      { event: 'receive', ...on('s', 5), topic: 't', publisher: 'p', seq: 1, qos: 2, retain: false, dup: true },
    ]);
    const id = { publisher: 'p', topic: 't', seq: 1, connection: 1 };
    expect(sends).toEqual([2, 3].map((us) => ({ ...id, qos: 2, retain: true, clears: false, us })));
    expect(acks).toEqual([{ ...id, step: 'pubrec', code: 0x97, us: 4 }]);
    expect(receipts).toEqual([{ ...id, client: 's', qos: 2, retain: false, dup: true, us: 5 }]);
  });

  it('leaves out what came after the end of the drain', () => {
    const { sends, connections } = read([connect('p', 1), send(9), send(11), connect('p', 12, 2)], 10);
    expect([sends.length, connections.length]).toEqual([1, 1]);
  });
});

describe('a row that the rows before it do not allow', () => {
  it.each([
    [
      'a time before the last one',
      [connect('p', 5), send(4)],
      /^send.at_us: expected 5 or later, as events are in time order, got 4$/,
    ],
    [
      'a connection that nobody began',
      [send(4)],
      /^send.connection: expected one that "p" began with a connect, got 1$/,
    ],
    ['another client’s', [connect('s', 1), send(4)], /began with a connect/],
    ['a number that is left out', [connect('p', 1, 2)], /^connect.connection: expected 1, the next of "p", got 2$/],
    ['the same number again', [connect('p', 1), connect('p', 2)], /expected 2, the next of "p", got 1/],
    [
      'a second end',
      [connect('p', 1), ...[2, 3].map((us) => ({ event: 'close', ...on('p', us), by: 'peer', reason_code: null }))],
      /^close.connection: expected one that is open, got 1, which was closed before$/,
    ],
    [
      'an answer that nobody asked for',
      [connect('p', 1), { event: 'suback', ...on('p', 2), filter: 'x', granted: 1 }],
      /^suback.filter: expected one that was subscribed to before on this connection, got "x"$/,
    ],
  ])('is an error that says so: %s', (_, rows, sentence) => {
    expect(() => read(rows)).toThrow(sentence);
  });
});
