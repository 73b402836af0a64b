import { describe, expect, it } from 'vitest';
import type { BrokerLimits, Circumstances } from '../../../src/domain/guarantees/guarantee.js';
import type { Connection, History } from '../../../src/domain/guarantees/history.js';
import { demandOf, owedOf } from '../../../src/domain/guarantees/owed.js';
import { standingsOf } from '../../../src/domain/guarantees/subscribed.js';
import { ack, calm, connection, history, send, subscription } from '../../../testing/guarantee-history.js';

const owed = (over: Partial<History>) => owedOf(history(over))('t');

describe('owed', () => {
  it('is what was acknowledged to the end, from its first hand-over', () => {
    const rows = { sends: [send(0, 12), send(0, 10)], acks: [ack(0, 30), ack(0, 20)] };
    expect(owed(rows)).toEqual([
      { publisher: 'pub', topic: 't', seq: 0, qos: 1, sentUs: 10, ackedUs: 20, isSentOnce: false },
    ]);
    const two = (step: 'puback' | 'pubrec' | 'pubcomp', code = 0) =>
      owed({ sends: [send(0, 10, { qos: 2 })], acks: [ack(0, 20, { step, code })] }).length;
    expect([two('puback'), two('pubrec'), two('pubcomp'), two('pubcomp', 0x92)]).toEqual([0, 0, 1, 0]);
    expect(owed({ sends: [send(0, 10)], acks: [ack(0, 20, { step: 'pubcomp' })] })).toEqual([]);
    expect(owed({ sends: [send(0, 10)] })).toEqual([]);
  });

  it('is no QoS 0, and no empty payload', () => {
    for (const over of [{ qos: 0 as const }, { clears: true }])
      expect(owed({ sends: [send(0, 10, over)], acks: [ack(0, 20)] })).toEqual([]);
  });

  it('came once where one hand-over was answered on its own connection', () => {
    const isSentOnce = (acks: History['acks']) => owed({ sends: [send(0, 10)], acks }).map((one) => one.isSentOnce);
    expect(isSentOnce([ack(0, 20)])).toEqual([true]);
    expect(isSentOnce([ack(0, 20), ack(0, 21, { connection: 2 })])).toEqual([false]);
  });

  it('goes to the exact topic, or to all that a wildcard finds, shared or not', () => {
    const to = owedOf(
      history({
        sends: ['a', 'a/b', 'c'].map((topic, seq) => send(seq, 10, { topic })),
        acks: ['a', 'a/b', 'c'].map((topic, seq) => ack(seq, 20, { topic })),
      }),
    );
    const seqs = (filter: string) => to(filter).map(({ seq }) => seq);
    expect([seqs('a'), seqs('a/#'), seqs('+'), seqs('$share/g/a'), seqs('$share/g/#'), seqs('d')]).toEqual([
      [0],
      [0, 1],
      [0, 2],
      [0],
      [0, 1, 2],
      [],
    ]);
    expect(seqs('a/#')).toEqual([0, 1]);
  });
});

describe('what a subscriber must have', () => {
  const demanded = (connections: readonly Connection[], circumstances: Circumstances, at: readonly number[] = [10]) => {
    const rows = history({
      connections,
      sends: at.map((us, seq) => send(seq, us)),
      acks: at.map((us, seq) => ack(seq, us + 5)),
      subscriptions: [subscription()],
    });
    const standings = standingsOf(rows);
    const to = owedOf(rows);
    const isDemanded = demandOf(standings, to, circumstances);
    return standings.flatMap((standing) => to('t').map((message) => isDemanded(standing, message)));
  };
  const limits = (over: Partial<BrokerLimits>): Circumstances => ({ ...calm, broker: { ...calm.broker, ...over } });
  const gone = connection({ closedUs: 20, closedBy: 'own-cut' });
  const back = connection({ number: 2, openedUs: 40, sessionPresent: true });

  it('is nothing for one that is not there at the end', () => {
    expect(demanded([connection()], calm)).toEqual([true]);
    expect(demanded([gone], calm)).toEqual([false]);
    expect(demanded([gone, back], calm)).toEqual([true]);
  });

  it('is as much of what was sent while it was away as the broker declares to keep', () => {
    const away = [10, 16, 21, 30, 39, 40];
    const all = (queuedMessages: number | null) => demanded([gone, back], limits({ queuedMessages }), away);
    expect(all(null)).toEqual([true, false, false, false, false, true]);
    expect(all(3)).toEqual([true, false, false, false, false, true]);
    expect(all(4)).toEqual([true, true, true, true, true, true]);
  });

  it('counts for the queue nothing that came when the subscription did not stand: its session was over, or it came later', () => {
    const lost = connection({ number: 2, openedUs: 40, sessionPresent: false });
    const rows = history({
      connections: [gone, { ...lost, closedUs: 60, closedBy: 'own-cut' }, { ...back, number: 3, openedUs: 80 }],
      sends: [25, 65, 90, 95].map((us, seq) => send(seq, us)),
      acks: [25, 65, 90, 95].map((us, seq) => ack(seq, us + 5)),
      subscriptions: [subscription(), subscription({ connection: 2, sentUs: 45, answeredUs: 46 })],
    });
    const standings = standingsOf(rows);
    const to = owedOf(rows);
    // One waited for the session that is over, and one for the one that goes on; the first subscription had nothing to do with what came after it.
    const demanded = (queuedMessages: number) => demandOf(standings, to, limits({ queuedMessages }));
    const [, second] = standings;
    const [, waited] = to('t');
    expect(second && waited && [demanded(1)(second, waited), demanded(2)(second, waited)]).toEqual([false, true]);
  });

  it('is nothing that a broker may forget when it dies, until it is back', () => {
    const fault = (recoveredUs: number | null) => ({ injectedUs: 15, recoveredUs, victims: null });
    const at = [10, 30, 31];
    for (const survivesDeath of [null, false]) {
      const broker = { ...calm.broker, survivesDeath };
      expect(demanded([connection()], { broker, fault: fault(30) }, at)).toEqual([false, false, true]);
      expect(demanded([connection()], { broker, fault: fault(null) }, at)).toEqual([false, false, false]);
      expect(demanded([connection()], { broker, fault: null }, at)).toEqual([true, true, true]);
    }
    const broker = { ...calm.broker, survivesDeath: true };
    expect(demanded([connection()], { broker, fault: fault(null) }, at)).toEqual([true, true, true]);
  });
});
