import type { ConfigFile } from './schema.js';
import type { Problem } from './problems.js';
import type { z } from 'zod';

/** What a fault says of how long it takes. */
export interface LastingFault {
  readonly kind: string;
  readonly params: z.ZodType<Record<string, unknown>>;
  readonly leastSeconds?: (params: Record<string, unknown>, nodeCount: number) => number;
}

/** Scenarios whose fault cannot end within its window: each would be an inject_error, minutes after the start of a run. */
export function windowProblems(
  { cluster, timing, scenarios }: Pick<ConfigFile, 'cluster' | 'timing' | 'scenarios'>,
  faults: readonly LastingFault[],
): Problem[] {
  const windowSeconds = timing.fault_window_seconds;
  return scenarios.flatMap(({ name, fault: kind, params }, i) => {
    const fault = faults.find((known) => known.kind === kind);
    const parsed = fault?.params.safeParse(params);
    if (fault?.leastSeconds === undefined || parsed?.success !== true) return [];
    const seconds = fault.leastSeconds(parsed.data, cluster.nodes);
    if (seconds < windowSeconds) return [];
    const text = `scenarios.${i}.params (${name}): expected less than timing.fault_window_seconds (${windowSeconds}), got a fault that takes at least ${seconds} s`;
    return [{ path: ['scenarios', i, 'params'], text }];
  });
}
