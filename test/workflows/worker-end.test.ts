import { IllegalStateError } from '@temporalio/common';
import type { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { runToEnd } from '../../src/worker-end.js';

const ending = (error: Error, state: ReturnType<Worker['getState']>): Pick<Worker, 'run' | 'getState'> => ({
  run: () => Promise.reject(error),
  getState: () => state,
});

/** What the bridge said in a test run; the moment cannot be brought about. */
const stillInUse = new IllegalStateError('Worker still in use: Expected 1 reference, but got 2');

describe('the end of a worker', () => {
  it('is good where it has drained, though the bridge still holds it', async () => {
    await expect(runToEnd(ending(stillInUse, 'STOPPED'))).resolves.toBeUndefined();
  });

  it('is an error where it has not drained, or where anything else went wrong', async () => {
    await expect(runToEnd(ending(stillInUse, 'FAILED'))).rejects.toBe(stillInUse);
    const other = new Error('the server is gone');
    await expect(runToEnd(ending(other, 'STOPPED'))).rejects.toBe(other);
  });
});
