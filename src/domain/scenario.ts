/** A value in a scenario's `params`, as YAML gives it. */
export type ParamValue = string | number | boolean;

/** One fault with its five steps, as the catalogue in the config describes it. A plain record: a new scenario needs no code. */
export interface Scenario {
  /** Unique within the catalogue, e.g. `broker-kill-single`. */
  readonly name: string;
  /** Name of a fault in `src/host/faults/catalogue.ts`, e.g. `broker-kill`. */
  readonly fault: string;
  /** What the fault hits: a broker (`robustmq-server`) or an interface (`eth0`); the driver declares what exists. */
  readonly target: string;
  /** The fault's own parameters; checked against that fault's schema when the config is read. */
  readonly params: Readonly<Record<string, ParamValue>>;
  /** Core scenarios must all pass; of the others a share (`verdict.non_core_pass_rate_percent`). */
  readonly core: boolean;
  /** @pattern ^P[0-9]$ */
  readonly priority: `P${number}`;
  /** Script that its clients run, without `.sh`. Absent: the plan's. */
  readonly workload?: string | undefined;
  /** SDKs whose clients have that workload. Absent: all of the plan. */
  readonly sdks?: readonly string[] | undefined;
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
