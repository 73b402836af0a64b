import type { LoudLines } from '../domain/broker-lines.js';
import type { Ledger, StoredLedger } from '../domain/ledger.js';
import type { RunData } from '../domain/report-data.js';

/** Everything that the reports of one run are made from. */
export interface RunSources {
  readonly data: RunData;
  /** Those that there are: a user's own client may leave none. */
  readonly ledgers: readonly StoredLedger[];
  /** By scenario: what the brokers said loudly from its baseline to the end of its validation. */
  readonly logs: Readonly<Record<string, readonly LoudLines[]>>;
}

export const ledgerOf = (
  { ledgers }: Pick<RunSources, 'ledgers'>,
  scenario: string | null,
  phase: StoredLedger['phase'],
  sdk: string,
): Ledger | undefined => ledgers.find((l) => l.scenario === scenario && l.phase === phase && l.sdk === sdk)?.ledger;
