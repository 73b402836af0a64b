import { describe, expect, it } from 'vitest';
import { NO_LIMITS, type Circumstances } from '../../../src/domain/guarantees/guarantee.js';
import type { History, Receipt } from '../../../src/domain/guarantees/history.js';
import { doubtAboutLoss, doubtAboutRepetition, lookInto, type Course } from '../../../src/domain/guarantees/doubts.js';
import { ack, calm, connection, history, receipt, send } from '../../../testing/guarantee-history.js';

const offers = { maximumQos: 2, retain: true, shared: true } as const;
const pub = connection({ client: 'pub' });
const sub = [connection({ closedUs: 100 }), connection({ number: 2, openedUs: 200, sessionPresent: true })];
const course = (over: Partial<Course> = {}): Course => ({
  ...{ first: send(0, 50, { qos: 2 }), handovers: 1, pubrecs: [], completed: ack(0, 55, { step: 'pubcomp' }) },
  ...over,
});
const copy = (us: number, over: Partial<Receipt> = {}): Receipt => receipt(0, us, { qos: 2, ...over });

describe('what never came', () => {
  const doubt = (over: Partial<History>, circumstances: Circumstances = calm, of = course()) =>
    doubtAboutLoss(of, 'sub', 1, lookInto(history(over), circumstances));

  it('is in no doubt where the client was there all the time', () => expect(doubt({})).toBeNull());

  it('is in doubt where the session was not kept to the end', () => {
    const why = 'the session was not kept, or that is not known';
    expect(doubt({ connections: [connection({ closedUs: 100 })] })).toBe(why);
    expect(doubt({ connections: sub.map((one) => ({ ...one, sessionPresent: null })) })).toBe(why);
  });

  it('is in doubt where a broker that may forget was hurt while the message was there', () => {
    const under = (injectedUs: number, recoveredUs: number | null, survivesDeath: boolean | null) =>
      doubt({}, { fault: { injectedUs, recoveredUs, victims: null }, broker: { ...NO_LIMITS, survivesDeath } });
    const why = 'the broker does not say that what it acknowledged survives the fault';
    for (const [injectedUs, recoveredUs] of [[10, 20], [2_000_000, null]] as const) expect(under(injectedUs, recoveredUs, false)).toBeNull(); // prettier-ignore
    for (const recoveredUs of [50, 60, null]) expect(under(10, recoveredUs, null)).toBe(why);
    expect(under(60, 70, false)).toBe(why);
    expect(under(60, 70, true)).toBeNull();
  });

  it('is in doubt where the client was away and its queue may have been full', () => {
    const why = 'the queue of the client that was away may have been full, or its limit is not declared';
    const broker = (queuedMessages: number | null): Circumstances => ({ fault: null, broker: { ...NO_LIMITS, queuedMessages } }); // prettier-ignore
    const rows = {
      connections: sub,
      sends: [send(0, 50), send(1, 60), send(2, 70), send(3, 80)],
      receipts: [receipt(1, 210, { connection: 2 }), receipt(2, 220, { connection: 2 })],
    };
    expect([null, 0, 1, 2, 3].map((room) => doubt(rows, broker(room)))).toEqual([why, why, why, why, null]);
    // What waits for others, and what was there before, leaves room.
    expect(
      doubt({ ...rows, receipts: rows.receipts.map((one) => ({ ...one, client: 'other' })) }, broker(2)),
    ).toBeNull();
    expect(doubt(rows, broker(2), course({ first: send(0, 215, { qos: 2 }) }))).toBeNull();
    expect(doubt(rows, calm, course({ first: send(0, 200, { qos: 2 }) }))).toBeNull();
  });
});

describe('what comes twice', () => {
  const onTwo = [copy(60), copy(210, { connection: 2 })];
  const doubt = (copies: Receipt[], over: Partial<History> = {}, of = course(), circumstances = calm) =>
    doubtAboutRepetition(of, copies, lookInto(history({ connections: [pub, ...sub], ...over }), circumstances));

  it('is in no doubt on one connection, or on the next one of the session', () => {
    expect(doubt([copy(60), copy(61)])).toBeNull();
    expect(doubt(onTwo)).toBeNull();
  });

  it('is in doubt where the copy may be a resend', () => {
    const why = 'the copy may be a resend (DUP, or DUP not shown)';
    for (const dup of [true, null]) {
      expect(doubt([copy(60), copy(210, { connection: 2, dup })])).toBe(why);
      expect(doubt([copy(60), copy(61, { dup })])).toBe(why);
      // MQTT 5 forbids it on one connection (4.4.0-1), and a third copy is no resend.
      expect(doubt([copy(60), copy(61, { dup })], { connections: [pub, connection({ offers })] })).toBeNull();
      expect(doubt([...onTwo, copy(220, { connection: 2, dup })])).toBeNull();
    }
    expect(doubt([copy(60, { dup: true }), copy(61)])).toBeNull();
  });

  it('is in doubt where the session between them was lost, but not for two copies within one session', () => {
    const lost = { connections: [pub, ...sub.map((one) => ({ ...one, sessionPresent: false }))] };
    expect(doubt(onTwo, lost)).toBe('the session was not kept, or that is not known');
    expect(doubt([...onTwo, copy(220, { connection: 2 })], lost)).toBeNull();
    expect(doubt([copy(210, { connection: 2 }), copy(220)], lost)).toBe(
      'the session was not kept, or that is not known',
    );
  });

  it('is in doubt where the message may have been published twice', () => {
    expect(doubt(onTwo, {}, course({ handovers: 2 }))).toBe('handed over more than once');
    const why = 'the library of the publisher may have published it again';
    const twoPubrecs = [ack(0, 51, { step: 'pubrec' }), ack(0, 61, { step: 'pubrec', connection: 2 })];
    expect(doubt(onTwo, {}, course({ pubrecs: twoPubrecs }))).toBe(why);
    expect(doubt(onTwo, {}, course({ pubrecs: twoPubrecs.slice(0, 1) }))).toBeNull();
    const cut = (isPresent: boolean) => ({
      connections: [{ ...pub, closedUs: 52 }, { ...pub, number: 2, openedUs: 53, sessionPresent: isPresent }, ...sub],
    });
    const later = course({ completed: ack(0, 55, { step: 'pubcomp', connection: 2 }) });
    for (const of of [later, course({ completed: undefined })]) {
      expect(doubt(onTwo, cut(false), of)).toBe(why);
      expect(doubt(onTwo, cut(true), of)).toBeNull();
    }
    expect(doubt(onTwo, cut(false))).toBeNull();
    expect(doubt(onTwo, { connections: sub }, course({ completed: undefined }))).toBe(why);
  });

  it('is in doubt where filters are not known, or a broker that may forget was hurt', () => {
    expect(doubt(onTwo, { subscriptions: [] })).toBe('the filters of the client are not known');
    const hurt = { fault: { injectedUs: 55, recoveredUs: null, victims: null }, broker: NO_LIMITS };
    expect(doubt(onTwo, {}, course(), hurt)).toBe(
      'the broker does not say that what it acknowledged survives the fault',
    );
  });
});
