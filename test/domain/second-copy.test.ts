import { expect, it } from 'vitest';
import { secondCopyIn } from '../../src/domain/second-copy.js';

const schedule = { t0Us: 50_000_000, rate: 30 };
const dueUs = (t0Us: number, seq: number): number => t0Us + Math.trunc((seq * 1e6) / schedule.rate);
const receipts = (seqs: readonly number[], due: (seq: number) => number) =>
  seqs.map((seq) => ({ unexpected: { seq, intended_us: due(seq) }, at_us: 0 }));

it('three messages of another schedule are a second copy', () => {
  const later = receipts([4, 7, 9], (seq) => dueUs(62_345_678, seq));
  const words =
    'another client uses this client id and publishes to its topic: it received messages in its own name that it did not send, of a copy that began 12.3 s after it';
  expect(secondCopyIn({ schedule, impostors: later })).toBe(words);
  const earlier = receipts([900, 901, 1000], (seq) => dueUs(48_995_000, seq));
  expect(secondCopyIn({ schedule, impostors: earlier })).toContain('1.0 s before it');
});

it.each([
  ['two receipts', receipts([4, 7], (seq) => dueUs(62_345_678, seq))],
  ['one message that comes again and again', receipts([4, 4, 4, 4], (seq) => dueUs(62_345_678, seq))],
  ['times that a broker has damaged', receipts([1, 2, 3, 4], (seq) => dueUs(schedule.t0Us, seq) ^ (1 << (seq * 3)))],
  ['numbers that a broker has moved by one', receipts([1, 2, 3, 4], (seq) => dueUs(schedule.t0Us, seq + 1))],
  ['its own messages before they were generated', receipts([1, 2, 3, 4], (seq) => dueUs(schedule.t0Us, seq))],
])('%s are none: the broker is to blame', (_, impostors) => {
  expect(secondCopyIn({ schedule, impostors })).toBeNull();
});

it('a ledger that does not tell shows none', () => {
  const impostors = receipts([4, 7, 9], (seq) => dueUs(62_345_678, seq));
  expect(secondCopyIn({ impostors })).toBeNull();
  expect(secondCopyIn({ schedule })).toBeNull();
});
