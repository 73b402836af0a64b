import { messageOf } from '../domain/errors.js';
import type { ClientOutcome } from '../domain/client-result.js';
import { faultPeriodFigures } from '../domain/ledger.js';
import { readLedger } from '../host/clients/ledger-file.js';
import type { FaultPeriodAnswer } from '../messages/requests.js';

export interface FaultPeriodTask {
  readonly phaseDir: string;
  readonly outcomes: readonly ClientOutcome[];
  /** The inject and the proved recovery, microseconds of CLOCK_MONOTONIC. */
  readonly fromUs: number;
  readonly toUs: number;
}

/** Cuts what the ledgers of the fault period say to [inject, recover]. A client without a ledger is a note. */
export function faultPeriodOf({ phaseDir, outcomes, fromUs, toUs }: FaultPeriodTask): FaultPeriodAnswer {
  const notes: string[] = [];
  const figures = outcomes.flatMap(({ sdk, end, lineProblem }) => {
    try {
      const ledger = readLedger(phaseDir, sdk);
      if (ledger !== undefined) return [faultPeriodFigures(sdk, ledger, fromUs, toUs)];
      const why = lineProblem === null ? '' : `: ${lineProblem}`;
      notes.push(`fault period: ${sdk} left no ledger (${end.kind}${why})`.slice(0, 300));
    } catch (error) {
      notes.push(`fault period: ${sdk}'s ledger cannot be read: ${messageOf(error)}`);
    }
    return [];
  });
  return { figures, notes };
}
