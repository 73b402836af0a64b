import { CancellationScope, CancelledFailure } from '@temporalio/workflow';

/** One step of several: is given what is known so far, and returns what it adds. */
export type Step<T> = (soFar: T) => Promise<Partial<T>>;

/** What steps have found, and what stopped them before they were through: a cancellation, or an error. */
export interface Found<T> {
  readonly found: T;
  readonly stopped: Error | undefined;
}

/** Takes one step after another. What was found before a cancellation or an error is kept: it has to be recorded all the same. */
export async function inTurn<T>(start: T, steps: readonly Step<T>[]): Promise<Found<T>> {
  let found = start;
  for (const step of steps) {
    if (CancellationScope.current().consideredCancelled) return { found, stopped: new CancelledFailure('cancelled') };
    try {
      found = { ...found, ...(await step(found)) };
    } catch (error) {
      return { found, stopped: error instanceof Error ? error : new Error(String(error)) };
    }
  }
  return { found, stopped: undefined };
}
