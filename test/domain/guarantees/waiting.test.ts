import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mostWaiting } from '../../../src/domain/guarantees/waiting.js';
import { bounded, timeout } from '../../../testing/properties.js';

it('says how many lay there at once, from a moment on', () => {
  const most = mostWaiting([
    { fromUs: 10, untilUs: 20 },
    { fromUs: 12, untilUs: 14 },
    { fromUs: 30, untilUs: 40 },
  ]);
  expect([0, 12, 14, 15, 20, 21, 35, 40, 41].map(most)).toEqual([2, 2, 2, 1, 1, 1, 1, 1, 0]);
  expect(mostWaiting([])(0)).toBe(0);
});

it('agrees with every moment looked at', { timeout }, () => {
  const wait = fc.tuple(fc.nat(20), fc.nat(8)).map(([fromUs, long]) => ({ fromUs, untilUs: fromUs + long }));
  fc.assert(
    fc.property(fc.array(wait, { maxLength: 8 }), fc.nat(30), (waits, from) => {
      const moments = Array.from({ length: 31 }, (_, at) => at).filter((at) => at >= from);
      const at = (us: number): number => waits.filter(({ fromUs, untilUs }) => fromUs <= us && us <= untilUs).length;
      expect(mostWaiting(waits)(from)).toBe(Math.max(0, ...moments.map(at)));
    }),
    bounded(10_000),
  );
});
