import { IllegalStateError } from '@temporalio/common';
import type { Worker } from '@temporalio/worker';

/**
 * Runs a worker until it was shut down and has drained. The SDK's bridge (core-bridge 1.24.0, `worker_finalize_shutdown`) refuses to free a worker while a call
 * that has just answered still holds its reference for a moment: by then all work is done, and nothing is left to be told.
 */
export async function runToEnd(worker: Pick<Worker, 'run' | 'getState'>): Promise<void> {
  try {
    await worker.run();
  } catch (error) {
    const drained = worker.getState() === 'STOPPED';
    if (!(drained && error instanceof IllegalStateError && /still in use/.test(error.message))) throw error;
  }
}
