import { expect, it } from 'vitest';
import { byMessage, isAccepted } from '../../../src/domain/guarantees/history.js';
import { ack, receipt } from '../../../testing/guarantee-history.js';

it('finds the rows of a message by publisher, topic and number, in the order of the list', () => {
  const rows = [
    receipt(1, 5),
    receipt(0, 6),
    receipt(1, 4),
    receipt(1, 7, { topic: 'u' }),
    receipt(1, 8, { publisher: 'q' }),
  ];
  const by = byMessage(rows);
  expect(by.of(receipt(1, 0)).map(({ us }) => us)).toEqual([5, 4]);
  expect(by.of(receipt(1, 0, { topic: 'u' }))).toHaveLength(1);
  expect(by.of(receipt(9, 0))).toEqual([]);
  expect(by.of(receipt(0, 0, { topic: 'u' }))).toEqual([]);
  expect([...by.all()].map((list) => list.length).sort()).toEqual([1, 1, 1, 2]);
});

it('takes a reason code of 0x80 and more for a refusal', () => {
  expect([0, 0x10, 0x7f, 0x80, 0x97].map((code) => isAccepted(ack(0, 0, { code })))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
