import { describe, expect, it } from 'vitest';
import { atLeastOnce } from '../../src/domain/guarantees/at-least-once.js';
import { historyOfLedger } from '../../src/domain/ledger-history.js';
import type { Ledger, LedgerEvent, LedgerMessage } from '../../src/domain/ledger.js';
import { calm } from '../../testing/guarantee-history.js';

const message = (seq: number, over: Partial<LedgerMessage> = {}): LedgerMessage => ({
  ...{ seq, intended_us: 10, queued_us: 10, sent_us: 11 + seq, attempts: 1, ack_us: 20 + seq, recv_us: 30 + seq },
  dups: 0,
  ...over,
});
const event = (role: LedgerEvent['role'], at_us: number, over: Partial<LedgerEvent> = {}): LedgerEvent => ({
  ...{ event: 'connected', role, endpoint: '127.0.0.1:1', at_us, session_present: false, reason_code: null },
  ...over,
});
const events = [
  event('subscriber', 1),
  event('publisher', 2),
  event('subscriber', 31, { event: 'disconnected', session_present: null, reason_code: 0x8b }),
  event('subscriber', 32, { endpoint: '127.0.0.1:2', session_present: true }),
];
const ledger = (over: Partial<Ledger> = {}): Ledger => ({
  ...{ endUs: 99, topic: 'a/b', events, messages: [message(0), message(1), message(5)] },
  ...over,
});
const kept = { mqttVersion: '3.1.1', keptSession: true } as const;

describe('a ledger of version 1 as a history', () => {
  it('has the first hand-over, the PUBACK and the first receipt of each message, each on the connection of its time', () => {
    const { sends, acks, receipts, endUs, recorded } = historyOfLedger(ledger(), kept);
    expect({ endUs, recorded }).toEqual({ endUs: 99, recorded: { everySend: false, everyReceipt: false } });
    const id = { publisher: 'publisher', topic: 'a/b', seq: 5 };
    expect(sends.at(-1)).toEqual({ ...id, connection: 1, qos: 1, retain: false, clears: false, us: 16 });
    expect(acks.at(-1)).toEqual({ ...id, connection: 1, step: 'puback', code: 0, us: 25 });
    const wire = { client: 'subscriber', qos: 1, retain: false, dup: null };
    expect(receipts.at(-1)).toEqual({ ...id, ...wire, connection: 2, us: 35 });
    expect(receipts.map(({ connection }) => connection)).toEqual([1, 1, 2]);
  });

  it('has nothing of what did not happen: a message that was never sent, acknowledged or received', () => {
    const never = message(0, { sent_us: null, ack_us: null, recv_us: null });
    expect(historyOfLedger(ledger({ messages: [never] }), kept)).toMatchObject({ sends: [], acks: [], receipts: [] });
  });

  it('has each connection with its end, and the session that the client was told to ask for', () => {
    const { connections } = historyOfLedger(ledger(), kept);
    expect(connections).toMatchObject([
      { client: 'publisher', number: 1, clean: true, expiryS: 0, openedUs: 2, closedUs: null, closedBy: null },
      {
        client: 'subscriber',
        number: 1,
        clean: false,
        expiryS: null,
        closedUs: 31,
        closedBy: 'peer',
        reasonCode: 0x8b,
      },
      { client: 'subscriber', number: 2, endpoint: '127.0.0.1:2', openedUs: 32, sessionPresent: true },
    ]);
    const expiry = (settings: Parameters<typeof historyOfLedger>[1]) =>
      historyOfLedger(ledger(), settings)
        .connections.map(({ clean, expiryS }) => [clean, expiryS])
        .at(-1);
    expect(expiry({ ...kept, mqttVersion: '5' })).toEqual([false, 1800]);
    expect(expiry({ ...kept, keptSession: false })).toEqual([true, 0]);
  });

  it('says nothing about connections where nobody knows how the client was started', () => {
    const { connections, subscriptions, sends } = historyOfLedger(ledger(), null);
    expect(connections).toEqual([]);
    expect([subscriptions.length, sends.length]).toEqual([1, 3]);
  });

  it('has one subscription, of which no time is known, and none where the subscriber never connected', () => {
    const at = { sentUs: null, answeredUs: null, granted: null };
    expect(historyOfLedger(ledger(), kept).subscriptions).toEqual([
      { client: 'subscriber', connection: 1, filter: 'a/b', qos: 1, ...at },
    ]);
    expect(historyOfLedger(ledger({ events: [] }), kept).subscriptions).toEqual([]);
  });

  it('shows a checker the same losses as the figures count', () => {
    const messages = [message(0), message(1, { recv_us: null }), message(2, { ack_us: null, recv_us: null })];
    const found = atLeastOnce.judge(historyOfLedger(ledger({ messages }), kept), calm);
    expect([found.state, found.checked, found.violations.length]).toEqual(['violated', 2, 1]);
    expect(found.violations[0]?.text).toContain('message 1 on a/b');
  });
});
