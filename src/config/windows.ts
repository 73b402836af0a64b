import type { ConfigFile } from './schema.js';
import type { Problem } from './problems.js';
import { entriesIn } from './timelines.js';
import type { z } from 'zod';

/** What a fault says of how long it takes. */
export interface LastingFault {
  readonly kind: string;
  readonly params: z.ZodType<Record<string, unknown>>;
  readonly leastSeconds?: (params: Record<string, unknown>, nodeCount: number) => number;
}

/** Scenarios with a fault that cannot end within its window: each would be an inject_error, minutes after the start of a run. */
export function windowProblems(
  { cluster, timing, scenarios }: Pick<ConfigFile, 'cluster' | 'timing' | 'scenarios'>,
  faults: readonly LastingFault[],
): Problem[] {
  const windowSeconds = timing.fault_window_seconds;
  return scenarios.flatMap((scenario, i) =>
    entriesIn(scenario).flatMap(({ fault: kind, params, forMs, at }) => {
      const fault = faults.find((known) => known.kind === kind);
      const parsed = fault?.params.safeParse(params);
      if (fault?.leastSeconds === undefined || parsed?.success !== true) return [];
      const least = fault.leastSeconds(parsed.data, cluster.nodes);
      const given = forMs === undefined ? windowSeconds : forMs / 1000;
      if (least < given) return [];
      const path = ['scenarios', i, ...at, 'params'];
      const bound = forMs === undefined ? 'timing.fault_window_seconds' : 'for';
      const text = `${path.join('.')} (${scenario.name}): expected less than ${bound} (${given}), got a fault that takes at least ${least} s`;
      return [{ path, text }];
    }),
  );
}
