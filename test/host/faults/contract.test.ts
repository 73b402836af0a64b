import { expect, it } from 'vitest';
import { evidence } from '../../../src/host/faults/contract.js';

it('a piece of evidence says what was measured, what was expected, and whether it held', () => {
  expect(evidence('process 7', 'gone', 'alive', false)).toEqual({
    what: 'process 7',
    expected: 'gone',
    observed: 'alive',
    ok: false,
  });
});
