/** How long what runs leave behind is kept; 0 days is for ever, and 0 MB leaves the disk to others. From the config. */
export interface RetentionSettings {
  readonly ledgersDays: number;
  readonly runsDays: number;
  /** Below this much free space the oldest goes although it is not that old. */
  readonly minFreeMb: number;
}

/** A stored run, as far as it matters for what may go. */
export interface KeptRun {
  readonly runId: string;
  /** Null: it left no report, and counts as nobody's latest. */
  readonly cluster: string | null;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Its ledgers and its brokers' files are there. */
  readonly hasLedgers: boolean;
  /** Names of the scenarios that did not pass. */
  readonly failed: readonly string[];
  /** `owed`: it was to be published and is not yet. `none`: nobody has tried. */
  readonly publication: 'done' | 'owed' | 'none';
}

/** One thing to take away. `ledgers`: the ledgers, and the brokers' data and logs; `run`: all but its entry in the history. */
export interface Removal {
  readonly runId: string;
  readonly what: 'ledgers' | 'run';
  /** `space`: only while there is too little free space. */
  readonly why: 'age' | 'space';
}

/** A run that would have gone, and stays. */
export interface Spared {
  readonly runId: string;
  readonly reason: string;
}

export interface RetentionPlan {
  /** In this order; those for space come last, ledgers before runs, the oldest first. */
  readonly removals: readonly Removal[];
  readonly spared: readonly Spared[];
}

export const DAY_MS = 86_400_000;

/** Reasons that hold whatever else is removed: the newest run of each cluster, one that is in use, one that is not published yet. */
function reasonsToStay(
  runs: readonly KeptRun[],
  { inUse, isPublishing }: { readonly inUse: ReadonlyMap<string, string>; readonly isPublishing: boolean },
): (run: KeptRun) => string | undefined {
  const newest = new Map(runs.map((run) => [run.cluster, run.runId]));
  // Nobody ever publishes what is older than publishing itself.
  const since = runs.find(({ cluster, publication }) => cluster !== null && publication !== 'none')?.startedAt;
  return (run) => {
    const use = inUse.get(run.runId);
    if (use !== undefined) return use;
    if (run.cluster !== null && newest.get(run.cluster) === run.runId)
      return `it is the latest run of cluster ${run.cluster}`;
    const isOwed =
      run.publication === 'owed' || (run.publication === 'none' && since !== undefined && run.startedAt >= since);
    return isPublishing && isOwed ? 'it is not published yet' : undefined;
  };
}

/** Counts, for each scenario, the runs that are left in which it failed. */
function examples(runs: readonly KeptRun[]): {
  readonly onlyOneOf: (run: KeptRun) => string | undefined;
  readonly take: (run: KeptRun) => void;
} {
  const left = new Map<string, number>();
  for (const name of runs.flatMap(({ failed }) => failed)) left.set(name, (left.get(name) ?? 0) + 1);
  return {
    onlyOneOf: ({ failed }) => failed.find((name) => left.get(name) === 1),
    take: ({ failed }) => failed.forEach((name) => left.set(name, (left.get(name) ?? 0) - 1)),
  };
}

/** What may go, and in which order, ledgers first and reports last. Never what is in use (by run id, for what), never what is not published yet, and never the only failing example of a scenario. */
export function retentionPlan(
  given: readonly KeptRun[],
  settings: RetentionSettings,
  context: { readonly nowMs: number; readonly inUse: ReadonlyMap<string, string>; readonly isPublishing: boolean },
): RetentionPlan {
  const runs = [...given].sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.runId.localeCompare(b.runId));
  const staysBecause = reasonsToStay(runs, context);
  const isOlder = ({ startedAt }: KeptRun, days: number): boolean =>
    days > 0 && context.nowMs - Date.parse(startedAt) > days * DAY_MS;
  const removals: Removal[] = [];
  const spared = new Map<string, string>();
  const gone = { ledgers: new Set<string>(), run: new Set<string>() };
  const failing = { ledgers: examples(runs.filter((run) => run.hasLedgers)), run: examples(runs) };
  const remove = (what: Removal['what'], why: Removal['why'], wanted: (run: KeptRun) => boolean): void => {
    for (const run of runs) {
      if (gone.run.has(run.runId) || gone[what].has(run.runId) || !wanted(run)) continue;
      if (what === 'ledgers' && !run.hasLedgers) continue;
      const example = failing[what].onlyOneOf(run);
      const reason =
        staysBecause(run) ??
        (example && `it is the only run with its ${what === 'run' ? 'report' : 'ledgers'} in which ${example} failed`);
      if (reason !== undefined) {
        if (why === 'age') spared.set(run.runId, reason);
        continue;
      }
      failing[what].take(run);
      gone[what].add(run.runId);
      removals.push({ runId: run.runId, what, why });
    }
  };
  remove('ledgers', 'age', (run) => isOlder(run, settings.ledgersDays) && !isOlder(run, settings.runsDays));
  remove('run', 'age', (run) => isOlder(run, settings.runsDays));
  if (settings.minFreeMb > 0) {
    remove('ledgers', 'space', () => true);
    remove('run', 'space', () => true);
  }
  return { removals, spared: [...spared].map(([runId, reason]) => ({ runId, reason })) };
}
