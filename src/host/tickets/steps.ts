import { now } from '../os/clock.js';
import type { ProcessId } from '../os/processes.js';
import { readTicket, writeTicket } from './store.js';
import type { FaultTicket, StepKind, TicketStep } from './ticket.js';

/** The first step of this kind that was noted of a node. */
export const stepOf = ({ steps = [] }: FaultTicket, node: string, what: StepKind): TicketStep | undefined =>
  steps.find((step) => step.node === node && step.what === what);

export const stepsOf = ({ steps = [] }: FaultTicket, node: string): readonly TicketStep[] =>
  steps.filter((step) => step.node === node);

/** The steps of one ticket as they are on disk. Whoever uses it has the ticket's lock. */
export interface StepLog {
  readonly has: (node: string, what: StepKind) => boolean;
  /** The ticket with all that was noted. */
  readonly ticket: () => FaultTicket;
  /** On disk when it returns. */
  readonly note: (node: string, what: StepKind, process: ProcessId) => void;
}

export function stepLog(given: FaultTicket): StepLog {
  const ticket = (): FaultTicket => readTicket(given.clusterDir, given.faultId) ?? given;
  return {
    ticket,
    has: (node, what) => stepOf(ticket(), node, what) !== undefined,
    note: (node, what, process) => {
      const found = ticket();
      writeTicket({ ...found, steps: [...(found.steps ?? []), { node, what, process, ...now() }] });
    },
  };
}
