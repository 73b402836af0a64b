import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atLeastOnce } from '../../../src/domain/guarantees/at-least-once.js';
import type { History } from '../../../src/domain/guarantees/history.js';
import { ack, calm, connection, history, receipt, send, subscription } from '../../../testing/guarantee-history.js';
import { bounded, timeout } from '../../../testing/properties.js';

const judge = (over: Partial<History>) => atLeastOnce.judge(history(over), calm);

describe('at-least-once', () => {
  it('is violated by each message that was acknowledged and never received, whoever else received what', () => {
    const { state, checked, violations } = judge({
      sends: [send(0, 10), send(1, 20), send(2, 30)],
      acks: [ack(0, 15), ack(1, 25), ack(1, 26)],
      receipts: [receipt(0, 40), receipt(1, 50, { topic: 'other' })],
    });
    expect([state, checked]).toEqual(['violated', 2]);
    expect(violations.map(({ text }) => text)).toEqual(["pub's message 1 on t was acknowledged and never received"]);
    expect(violations[0]?.moments.map(({ us }) => us)).toEqual([25, 1_000_000]);
  });

  it('demands nothing of a message that was refused, or of another QoS', () => {
    for (const over of [{ code: 0x97 }, { step: 'pubrec' as const }, { step: 'pubcomp' as const }])
      expect(judge({ sends: [send(0, 10)], acks: [ack(0, 15, over)] })).toMatchObject({
        state: 'undecided',
        why: 'no QoS 1 message was acknowledged',
      });
  });

  it('demands nothing of a message that nobody had subscribed to before it was sent, nor of a retained value', () => {
    const late = {
      sends: [send(0, 10)],
      acks: [ack(0, 15)],
      subscriptions: [subscription({ sentUs: 9, answeredUs: 11 })],
    };
    expect(judge(late)).toMatchObject({ state: 'undecided', checked: 0 });
    expect(judge({ ...late, subscriptions: [subscription({ sentUs: 8, answeredUs: 9 })] }).state).toBe('violated');
    expect(
      judge({ ...late, subscriptions: [subscription({ sentUs: null, answeredUs: null, granted: null })] }).state,
    ).toBe('violated');
    for (const over of [{ filter: 'u' }, { granted: 0x80 }, { answeredUs: null }])
      expect(judge({ ...late, subscriptions: [subscription(over)] }).checked).toBe(0);
    expect(judge({ ...late, subscriptions: [subscription()], sends: [send(0, 10, { retain: true })] }).checked).toBe(0);
  });

  it('demands nothing for a subscription of QoS 0, nor for one that ended with its connection', () => {
    const missed = { sends: [send(0, 10)], acks: [ack(0, 15)] };
    const thrownOut = (over: object) => judge({ ...missed, connections: [connection({ closedUs: 12, ...over })] });
    expect(thrownOut({ clean: true, expiryS: 0 })).toMatchObject({ state: 'undecided', checked: 0 });
    expect(thrownOut({}).state).toBe('violated');
    expect(thrownOut({ expiryS: 60 }).state).toBe('violated');
    expect(thrownOut({ expiryS: 0, closedUs: null }).state).toBe('violated');
    expect(judge({ ...missed, subscriptions: [subscription({ granted: 0 })] }).checked).toBe(0);
  });

  it('leaves to `shared` what only members of shared subscriptions asked for', () => {
    const member = subscription({ client: 'a', filter: '$share/g/t' });
    const sent = { sends: [send(0, 10), send(1, 20)], acks: [ack(0, 15), ack(1, 25)] };
    for (const receipts of [[], [receipt(0, 40, { client: 'a' })]])
      expect(judge({ ...sent, receipts, subscriptions: [member] })).toMatchObject({
        ...{ state: 'undecided', checked: 0 },
        why: 'only members of shared subscriptions asked for QoS 1 messages',
      });
    expect(judge({ ...sent, subscriptions: [member, subscription()] })).toMatchObject({
      ...{ state: 'violated', checked: 2 },
    });
    const refused = { ...member, granted: 0x9e };
    expect(judge({ ...sent, receipts: [receipt(0, 40)], subscriptions: [refused] }).checked).toBe(1);
  });

  it('has no answer where nobody subscribed', () => {
    expect(judge({ acks: [ack(0, 15)], subscriptions: [] })).toMatchObject({ state: 'undecided', checked: 0 });
  });

  it('agrees with every message looked at', { timeout }, () => {
    const row = fc.record({ seq: fc.nat(6), us: fc.nat(60), code: fc.constantFrom(0, 0, 0x10, 0x80) });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 9 }), fc.array(row, { maxLength: 9 }), (acked, received) => {
        const { violations, checked } = judge({
          acks: acked.map(({ seq, us, code }) => ack(seq, us, { code })),
          receipts: received.map(({ seq, us }) => receipt(seq, us)),
          subscriptions: [subscription({ sentUs: 0, answeredUs: 0 })],
        });
        const taken = new Set(acked.filter(({ code }) => code < 0x80).map(({ seq }) => seq));
        const lost = [...taken].filter((seq) => !received.some((one) => one.seq === seq));
        expect([checked, violations.length]).toEqual([taken.size, lost.length]);
      }),
      bounded(10_000),
    );
  });
});
