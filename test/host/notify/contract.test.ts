import { expect, it } from 'vitest';
import { NotifyError } from '../../../src/host/notify/contract.js';

it.each([true, false])('a message that was not delivered says whether to try again: %s', (retryable) => {
  expect(new NotifyError('refused', retryable)).toMatchObject({ name: 'NotifyError', message: 'refused', retryable });
});
