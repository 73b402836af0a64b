import { readFileSync } from 'node:fs';

/** One line of a ledger of version 2, as it is in the file. */
export interface LedgerEvent {
  readonly event: string;
  readonly client: string;
  readonly connection: number;
  readonly at_us: number;
  readonly [field: string]: unknown;
}

export interface EventLedger {
  readonly header: Readonly<Record<string, unknown>>;
  readonly events: readonly LedgerEvent[];
}

/** A ledger of version 2; throws where its lines are not in the order of their times. */
export function parseEventLedger(path: string): EventLedger {
  const [header, ...events] = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  const ledger = { header: header as EventLedger['header'], events: events as LedgerEvent[] };
  const late = ledger.events.findIndex(({ at_us }, at) => at_us < (ledger.events[at - 1]?.at_us ?? -Infinity));
  if (late >= 0) throw new Error(`${path}: expected events in time order, got event ${late} before the one before it`);
  return ledger;
}
