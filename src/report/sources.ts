import type { LoudLines } from '../domain/broker-lines.js';
import type { Ledger } from '../domain/ledger.js';
import type { RunData } from '../domain/report-data.js';

/** The ledger of one client, and which one it is. */
export interface ClientLedger {
  /** Null for the control run. */
  readonly scenario: string | null;
  readonly phase: 'control' | 'fault' | 'validation';
  readonly sdk: string;
  readonly ledger: Ledger;
}

/** Everything that the reports of one run are made from. */
export interface RunSources {
  readonly data: RunData;
  /** Those that there are: a user's own client may leave none. */
  readonly ledgers: readonly ClientLedger[];
  /** By scenario: what the brokers said loudly from its baseline to the end of its validation. */
  readonly logs: Readonly<Record<string, readonly LoudLines[]>>;
}

export const ledgerOf = (
  { ledgers }: RunSources,
  scenario: string | null,
  phase: ClientLedger['phase'],
  sdk: string,
): Ledger | undefined => ledgers.find((l) => l.scenario === scenario && l.phase === phase && l.sdk === sdk)?.ledger;
