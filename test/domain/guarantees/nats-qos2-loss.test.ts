import { expect, it } from 'vitest';
import { NO_LIMITS, type BrokerLimits } from '../../../src/domain/guarantees/guarantee.js';
import { guarantees } from '../../../src/domain/guarantees/index.js';
import { natsQos2Loss } from '../../../testing/qos2-loss.js';

const { history, circumstances } = natsQos2Loss();

const found = (broker: BrokerLimits) =>
  new Map(guarantees.map(({ name, judge }) => [name, judge(history, { ...circumstances, broker })]));

it('finds the 20 QoS 2 messages that a real NATS cluster completed and lost, and blames nothing else', () => {
  const judged = found(circumstances.broker);
  expect([...judged].map(([name, { state, checked, undecided }]) => [name, state, checked, undecided])).toEqual([
    ['at-least-once', 'held', 623, 0],
    ['at-most-once', 'held', 623, 0],
    ['exactly-once', 'violated', 624, 0],
    ['order', 'held', 1847, 0],
    ['session', 'held', 5, 0],
    ...(['retained', 'will', 'shared', 'takeover'] as const).map((name) => [name, 'undecided', 0, 0]),
    // The same 20: nobody else's subscription missed anything.
    ['reach', 'violated', 2, 0],
  ]);
  expect(judged.get('at-most-once')?.why).toBe('1 of 624 never came, which QoS 0 allows');
  expect(judged.get('reach')?.violations.map(({ text }) => text)).toEqual([
    expect.stringContaining('never received 20 of 624 messages'),
  ]);
  const { violations = [] } = judged.get('exactly-once') ?? {};
  const lost = violations.map(({ text }) => Number(/message (\d+) on q2 was completed/.exec(text)?.[1]));
  expect(lost).toEqual(Array.from({ length: 20 }, (_, n) => 143 + n));
  expect(violations[1]?.moments.map(({ what, text }) => `${what}: ${text}`)).toEqual([
    'send: sends 144',
    'close: connection ends',
    'connect: 127.0.0.1:23103',
    'ack: PUBREC 144',
    'close: connection ends',
    'connect: 127.0.0.1:23101',
    'ack: PUBCOMP 144',
    'never: 144 never came',
  ]);
});

it('blames no broker that does not say what survives a death, or what it keeps for a client that is away', () => {
  const { survivesDeath } = circumstances.broker;
  expect(found(NO_LIMITS).get('exactly-once')).toMatchObject({ state: 'undecided', undecided: 20, violations: [] });
  const open = found({ ...NO_LIMITS, survivesDeath }).get('exactly-once');
  expect([open?.violations.length, open?.undecided]).toEqual([19, 1]);
});
