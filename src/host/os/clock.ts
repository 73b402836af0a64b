import { setTimeout as delay } from 'node:timers/promises';

/** Microseconds of CLOCK_MONOTONIC: one clock for every process of this host, and what the SDK clients' ledgers use. */
export const monotonicUs = (): number => Number(process.hrtime.bigint() / 1000n);

/** A point in time in both clocks. */
export interface Instant {
  readonly at: string;
  readonly us: number;
}

export const now = (): Instant => ({ at: new Date().toISOString(), us: monotonicUs() });

export const sleepMs = (ms: number, signal?: AbortSignal): Promise<void> =>
  delay(ms, undefined, signal ? { signal } : {});

/**
 * Calls `attempt` every `everyMs` until it gives something other than undefined; undefined once `limitMs` have passed.
 * A rejection counts as "not yet": what is polled here is often not up.
 */
export async function pollUntil<T>(
  attempt: () => Promise<T | undefined>,
  options: { readonly limitMs: number; readonly everyMs: number; readonly signal?: AbortSignal | undefined },
): Promise<T | undefined> {
  const end = monotonicUs() + options.limitMs * 1000;
  for (;;) {
    const value = await attempt().catch(() => undefined);
    if (value !== undefined) return value;
    if (monotonicUs() >= end) return undefined;
    await sleepMs(options.everyMs, options.signal);
  }
}
