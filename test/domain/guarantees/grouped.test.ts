import { expect, it } from 'vitest';
import { grouped } from '../../../src/domain/guarantees/grouped.js';

it('puts rows into lists by key, in their order', () => {
  expect([...grouped([3, 1, 5, 4, 2], (n) => n % 2)]).toEqual([
    [1, [3, 1, 5]],
    [0, [4, 2]],
  ]);
  expect(grouped([], String).size).toBe(0);
});
