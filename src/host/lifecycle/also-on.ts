import { ChaosError } from '../../domain/errors.js';
import { whyNotTogether, type AlsoOn, type Holder, type Hold } from '../../domain/together.js';
import type { Fault } from '../faults/contract.js';
import { openTickets } from '../tickets/store.js';
import type { FaultTicket } from '../tickets/ticket.js';

/** One fault of a timeline: the others of the same timeline are beside it. */
type Whose = Pick<FaultTicket, 'clusterDir' | 'runId' | 'scenario' | 'entry'>;

/** Tickets of other entries that are not over. */
const besides = ({ clusterDir, runId, scenario, entry }: Whose): FaultTicket[] =>
  openTickets(clusterDir).filter(
    (other) => other.runId === runId && other.scenario === scenario && other.entry !== entry,
  );

function holdOf(fault: Fault | undefined, params: FaultTicket['params']): Hold | undefined {
  const parsed = fault?.params.safeParse(params);
  return parsed?.success === true ? fault?.holds?.(parsed.data) : undefined;
}

/** Brokers that a fault keeps from answering: what it means to be dead, and the one whose process it has for itself. */
function nodesHeld(faults: readonly Fault[], ticket: FaultTicket): string[] {
  const fault = faults.find(({ kind }) => kind === ticket.kind);
  const own = holdOf(fault, ticket.params) === 'broker' ? ticket.targets : [];
  return [...new Set([...own, ...(fault?.intendedDown?.(ticket) ?? [])])];
}

/** Faults of the same timeline that have a ticket and are not over. */
export const othersOf = (faults: readonly Fault[], of: Whose): AlsoOn[] => heldBy(faults, besides(of));

/** Those that are on, or may be: of one that is only planned nothing can be seen yet. */
export const othersOn = (faults: readonly Fault[], of: Whose): AlsoOn[] =>
  heldBy(
    faults,
    besides(of).filter(({ state }) => state !== 'planned'),
  );

const heldBy = (faults: readonly Fault[], tickets: readonly FaultTicket[]): AlsoOn[] =>
  tickets.map((ticket) => ({ entry: ticket.entry ?? ticket.faultId, nodes: nodesHeld(faults, ticket) }));

/** Brokers that others of the same timeline mean to be dead, or are about to kill. */
export const downByOthers = (faults: readonly Fault[], of: Whose): string[] =>
  besides(of).flatMap((ticket) => faults.find(({ kind }) => kind === ticket.kind)?.intendedDown?.(ticket) ?? []);

/** Throws INJECT_FAILED if what is about to be planned cannot be on with what is: who is hit is known by now. Asked in the hold of all tickets. */
export function refuseTogether(
  faults: readonly Fault[],
  fault: Fault,
  asked: Whose & Pick<FaultTicket, 'params' | 'targets'>,
): void {
  const self: Holder = { name: asked.entry ?? fault.kind, hold: holdOf(fault, asked.params), nodes: asked.targets };
  for (const other of besides(asked)) {
    const kind = faults.find((one) => one.kind === other.kind);
    const holder = { name: other.entry ?? other.faultId, hold: holdOf(kind, other.params), nodes: other.targets };
    const why = whyNotTogether(self, holder);
    if (why === undefined) continue;
    throw new ChaosError(
      'INJECT_FAILED',
      `scenario ${asked.scenario}: ${self.name} cannot begin while ${holder.name} is on: ${why}; let it begin after that (after: ${holder.name})`,
    );
  }
}
