import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { order } from '../../../src/domain/guarantees/order.js';
import type { History } from '../../../src/domain/guarantees/history.js';
import { ack, calm, history, receipt, send, subscription } from '../../../testing/guarantee-history.js';
import { bounded, timeout } from '../../../testing/properties.js';

const judge = (over: Partial<History>) => order.judge(history(over), calm);

describe('order', () => {
  it('is violated if a message that was first sent after the acknowledgement of another is received before it', () => {
    const { state, violations, checked } = judge({
      sends: [send(0, 10), send(1, 30)],
      acks: [ack(0, 20)],
      receipts: [receipt(1, 40), receipt(0, 50)],
    });
    expect([state, checked]).toEqual(['violated', 1]);
    expect(violations.map(({ text }) => text)).toEqual([
      "pub's message 1 on t was first sent after 0 had been acknowledged, and sub received it first",
    ]);
    expect(violations[0]?.moments.map(({ us }) => us)).toEqual([10, 20, 30, 40, 50]);
  });

  it('is not judged of what comes to a member of a shared subscription', () => {
    const [sends, acks, receipts] = [[send(0, 10), send(1, 30)], [ack(0, 20)], [receipt(1, 40), receipt(0, 50)]];
    const of = (...filters: string[]) =>
      judge({ sends, acks, receipts, subscriptions: filters.map((filter) => subscription({ filter })) }).violations;
    expect(of('t', '$share/g/u')).toHaveLength(1);
    for (const filters of [['$share/g/t'], ['t', '$share/g/t']]) expect(of(...filters)).toEqual([]);
  });

  it('is held if messages in flight together come in another order, which is said', () => {
    const { state, why } = judge({
      sends: [send(0, 10), send(1, 30)],
      acks: [ack(0, 35)],
      receipts: [receipt(1, 40), receipt(0, 50)],
    });
    expect([state, why]).toEqual(['held', '1 inversions of messages in flight together, not judged']);
  });

  it('does not count what is received again, what is lost, or another subscriber, topic, QoS or publisher', () => {
    const sends = [send(0, 10), send(1, 30)];
    const acks = [ack(0, 20)];
    for (const receipts of [
      [receipt(0, 40), receipt(1, 50), receipt(0, 60)],
      [receipt(1, 40)],
      [receipt(1, 40), receipt(0, 50, { client: 'other' })],
    ])
      expect(judge({ sends, acks, receipts }).violations).toEqual([]);
    // What answers a SUBSCRIBE stands in no order with what is published meanwhile.
    expect(judge({ sends, acks, receipts: [receipt(1, 40), receipt(0, 50, { retain: true })] }).violations).toEqual([]);
    const backwards = [receipt(1, 40), receipt(0, 50)];
    for (const over of [{ topic: 'other' }, { qos: 2 as const }, { publisher: 'other' }])
      expect(
        judge({
          sends: [send(0, 10), send(1, 30, over)],
          acks,
          receipts: [receipt(1, 40, over), receipt(0, 50)],
        }).violations,
      ).toEqual([]);
    expect(judge({ sends, acks, receipts: backwards }).violations).toHaveLength(1);
  });

  it('takes PUBCOMP for the acknowledgement of QoS 2, and no refusal', () => {
    const rows = (acks: History['acks']): Partial<History> => ({
      sends: [send(0, 10, { qos: 2 }), send(1, 30, { qos: 2 })],
      acks,
      receipts: [receipt(1, 40, { qos: 2 }), receipt(0, 50, { qos: 2 })],
    });
    expect(judge(rows([ack(0, 20, { step: 'pubcomp' })])).state).toBe('violated');
    expect(judge(rows([ack(0, 20, { step: 'pubrec' })])).state).toBe('held');
    expect(judge(rows([ack(0, 20, { step: 'pubcomp', code: 0x92 })])).state).toBe('held');
  });

  it('has no answer where no two messages can be compared', () => {
    expect(judge({ sends: [send(0, 10)], receipts: [receipt(0, 20)] })).toMatchObject({
      state: 'undecided',
      why: 'no two messages of one publisher, topic and QoS were received',
    });
  });

  // Every pair, by the words of the rule.
  const model = ({ sends, acks, receipts }: History): number => {
    const first = (list: readonly { seq: number; us: number }[], seq: number): number =>
      Math.min(Infinity, ...list.filter((row) => row.seq === seq).map(({ us }) => us));
    const seqs = [...new Set(sends.map(({ seq }) => seq))];
    return seqs.filter((j) =>
      seqs.some(
        (i) =>
          first(acks, i) < first(sends, j) && first(receipts, j) < first(receipts, i) && first(receipts, i) < Infinity,
      ),
    ).length;
  };

  it('agrees with every pair looked at', { timeout }, () => {
    const us = fc.integer({ min: 0, max: 60 });
    const message = fc.record({
      sends: fc.array(us, { minLength: 1, maxLength: 2 }),
      acks: fc.array(us, { maxLength: 2 }),
      receipts: fc.array(us, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
        const rows = history({
          sends: messages.flatMap((m, seq) => m.sends.sort((a, b) => a - b).map((at) => send(seq, at))),
          acks: messages.flatMap((m, seq) => m.acks.map((at) => ack(seq, at))),
          receipts: messages.flatMap((m, seq) => m.receipts.map((at) => receipt(seq, at))),
        });
        expect(order.judge(rows, calm).violations).toHaveLength(model(rows));
      }),
      bounded(10_000),
    );
  });
});
