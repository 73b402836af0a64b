import { entriesOf, type FaultEntry, type Scenario } from '../../domain/scenario.js';
import { cannotStart, isSameStart, type StartedWith } from '../../domain/started-with.js';
import type { ClusterDriver } from '../drivers/contract.js';
import { driverNamed } from '../drivers/index.js';
import type { Fault } from '../faults/contract.js';

interface Planned {
  readonly driver: string;
  readonly scenarios: readonly Scenario[];
  readonly startedWith?: Readonly<Record<string, StartedWith>>;
}

/**
 * A plan with what the faults of its scenarios need their clusters to have been started with. A fault that cannot be done here is left out: its scenario says why when its turn comes, and the others are
 * played.
 */
export function withStarts<P extends Planned>(
  faults: readonly Fault[],
  plan: P,
  { startsWith = [] }: Pick<ClusterDriver, 'startsWith'> = driverNamed(plan.driver),
): P {
  const startOf = ({ fault: kind, params }: FaultEntry): StartedWith => {
    const fault = faults.find((known) => known.kind === kind);
    const start = fault?.startedWith?.(params) ?? {};
    return cannotStart(start, startsWith).length === 0 && fault?.hostProblem?.() === undefined ? start : {};
  };
  const needs = plan.scenarios.flatMap((scenario): [string, StartedWith][] => {
    const start = Object.assign({}, ...entriesOf(scenario).map(startOf)) as StartedWith;
    return isSameStart(start, {}) ? [] : [[scenario.name, start]];
  });
  return needs.length === 0 ? plan : { ...plan, startedWith: Object.fromEntries(needs) };
}
