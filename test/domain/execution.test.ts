import { expect, it } from 'vitest';
import { isOpenExecution } from '../../src/domain/execution.js';

it.each([
  ['RUNNING', true],
  ['PAUSED', true],
  ['COMPLETED', false],
  ['FAILED', false],
  ['TERMINATED', false],
  ['CONTINUED_AS_NEW', false],
])('an execution that is %s is open: %s', (status, open) => {
  expect(isOpenExecution(status)).toBe(open);
});
