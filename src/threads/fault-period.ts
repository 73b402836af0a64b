import { existsSync } from 'node:fs';
import type { ClientOutcome } from '../domain/client-result.js';
import { messageOf } from '../domain/errors.js';
import { faultPeriodFigures } from '../domain/ledger.js';
import { readLedger } from '../host/clients/ledger-file.js';
import { phasePaths } from '../host/layout/phase-paths.js';
import type { FaultPeriodAnswer, FaultPeriodRequest } from '../messages/collected.js';

export interface FaultPeriodTask {
  readonly phaseDir: string;
  readonly outcomes: readonly ClientOutcome[];
  /** The inject and the proved recovery, microseconds of CLOCK_MONOTONIC. */
  readonly fromUs: number;
  readonly toUs: number;
  /** What cuts the losses into periods. */
  readonly borders: NonNullable<FaultPeriodRequest['borders']>;
}

/** Cuts what the ledgers of a fault's clients say to [inject, recover], and counts every loss in its period. A client without any ledger is a note; one of version 2 has no figures here. */
export function faultPeriodOf({ phaseDir, outcomes, fromUs, toUs, borders }: FaultPeriodTask): FaultPeriodAnswer {
  const notes: string[] = [];
  const withoutLedger: ClientOutcome[] = [];
  const figures = outcomes.flatMap((outcome) => {
    const { sdk, end, lineProblem, idTaken } = outcome;
    if (idTaken !== undefined) {
      notes.push(`fault period: ${sdk} is left out: ${idTaken}`);
      // Nobody can say what of its losses is the broker's.
      withoutLedger.push({ ...outcome, result: null });
      return [];
    }
    try {
      const ledger = readLedger(phaseDir, sdk);
      if (ledger !== undefined) return [faultPeriodFigures(sdk, ledger, [fromUs, toUs], borders)];
      const why = lineProblem === null ? '' : `: ${lineProblem}`;
      // Of version 2 its losses are told by the guarantees.
      if (!existsSync(phasePaths(phaseDir).client(sdk).packedLedger))
        notes.push(`fault period: ${sdk} left no ledger (${end.kind}${why})`.slice(0, 300));
    } catch (error) {
      notes.push(`fault period: ${sdk}'s ledger cannot be read: ${messageOf(error)}`);
    }
    withoutLedger.push(outcome);
    return [];
  });
  return { figures, withoutLedger, notes };
}
