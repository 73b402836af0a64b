/** A value in a scenario's `params`, as YAML gives it. */
export type ParamValue = string | number | boolean;

/** One fault of a scenario: what it does, and when. */
export interface FaultEntry {
  /** Unique within the scenario. */
  readonly name: string;
  /** Name of a fault in `src/host/faults/catalogue.ts`, e.g. `broker-kill`. */
  readonly fault: string;
  /** As of a scenario; or a word that is resolved when the fault begins: see `target-words.ts`. */
  readonly target: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  /** From the first inject of the scenario on; with `after`, from the proof on that the other one is over. */
  readonly atMs: number;
  /** How long it is kept. Absent: as long as the plan's fault window. */
  readonly forMs?: number | undefined;
  readonly after?: string | undefined;
  /** Entries that must be over before it begins: that of `after`, and those with which it cannot be on together. Absent: none. */
  readonly waitsFor?: readonly string[] | undefined;
}

/** One or several faults with their five steps, as the catalogue in the config describes it. A plain record: a new scenario needs no code. */
export interface Scenario {
  /** Unique within the catalogue, e.g. `broker-kill-single`. */
  readonly name: string;
  /** Name of a fault in `src/host/faults/catalogue.ts`, e.g. `broker-kill`. Where there are `faults`: their names, for people. */
  readonly fault: string;
  /** What the fault hits: a broker (`robustmq-server`) or an interface (`eth0`); the driver declares what exists. */
  readonly target: string;
  /** The fault's own parameters; checked against that fault's schema when the config is read. */
  readonly params: Readonly<Record<string, ParamValue>>;
  /** A timeline: what is played instead of `fault`, `target` and `params`. Read by `entriesOf` alone. */
  readonly faults?: readonly FaultEntry[] | undefined;
  /** Core scenarios must all pass; of the others a share (`verdict.non_core_pass_rate_percent`). */
  readonly core: boolean;
  /** @pattern ^P[0-9]$ */
  readonly priority: `P${number}`;
  /** Script that its clients run, without `.sh`. Absent: the plan's. */
  readonly workload?: string | undefined;
  /** SDKs whose clients have that workload. Absent: all of the plan. */
  readonly sdks?: readonly string[] | undefined;
}

/** The faults of a scenario, in turn. One that names a single fault has one entry, from the first inject on and for the whole window. */
export const entriesOf = ({ fault, target, params, faults }: WithFaults): readonly FaultEntry[] =>
  faults ?? [{ name: fault, fault, target, params, atMs: 0 }];

type WithFaults = Pick<Scenario, 'fault' | 'target' | 'params' | 'faults'>;

/** The entry of that name. Without a name: the only one of a scenario, as requests of versions without timelines mean it. */
export const entryOf = (scenario: WithFaults, name?: string): FaultEntry | undefined =>
  entriesOf(scenario).find((entry) => entry.name === (name ?? entriesOf(scenario)[0]?.name));

/** When a fault begins and ends if nothing takes time but what has to, in ms from the first inject. */
export interface Nominal {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The nominal times of each entry, by name. An entry whose `after` names nobody before it counts from the first inject. */
export function nominalTimes(entries: readonly FaultEntry[], windowMs: number): ReadonlyMap<string, Nominal> {
  const times = new Map<string, Nominal>();
  for (const { name, atMs, forMs = windowMs, after } of entries) {
    const fromMs = atMs + ((after === undefined ? undefined : times.get(after)?.toMs) ?? 0);
    times.set(name, { fromMs, toMs: fromMs + forMs });
  }
  return times;
}

/** How long a scenario's faults may take at most, with all that is looked for and waited for: each may have to wait for all the others. */
export function longestMs(
  scenario: WithFaults,
  timing: { readonly faultWindowMs: number; readonly observeBudgetMs: number; readonly recoveryBudgetMs: number },
): number {
  const { faultWindowMs, observeBudgetMs, recoveryBudgetMs } = timing;
  const waits = entriesOf(scenario).map(({ atMs, forMs = faultWindowMs }) => ({ atMs, forMs }));
  const sum = waits.reduce((all, { forMs }) => all + observeBudgetMs + forMs + recoveryBudgetMs, 0);
  return sum + waits.reduce((all, { atMs }) => all + atMs, 0);
}

/** What of a run says which clients a scenario has. */
interface WithClients {
  readonly workload: string;
  readonly sdks: readonly string[];
  readonly scenarios: readonly Scenario[];
}

/** Which clients a phase has: of the scenario of that name; null: of the control run. */
export function clientsOf(
  plan: WithClients,
  name: string | null,
): { readonly workload: string; readonly sdks: string[] } {
  const scenario = plan.scenarios.find((one) => one.name === name);
  const { workload = plan.workload, sdks = plan.sdks } = scenario ?? {};
  return { workload, sdks: plan.sdks.filter((sdk) => sdks.includes(sdk)) };
}
