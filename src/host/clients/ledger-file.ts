import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { refuseNewer } from '../../domain/format.js';
import type { Ledger, LedgerEvent, LedgerImpostor, LedgerMessage } from '../../domain/ledger.js';
import { phasePaths } from '../layout/phase-paths.js';

type Row = Readonly<Record<string, unknown>>;

/**
 * Reads a client's ledger of version 1, from which all figures are made. Undefined where there is none: a user's own client may leave nothing, or a ledger of version 2
 * (`history-file.ts`). An error where it is cut off or no ledger.
 */
export function readLedger(phaseDir: string, sdk: string): Ledger | undefined {
  const file = phasePaths(phaseDir).client(sdk).packedLedger;
  if (!existsSync(file)) return undefined;
  const text = gunzipSync(readFileSync(file)).toString('utf8');
  const rows = messageLedger();
  // Line by line: 100,000 lines beside what they become would double the memory. What comes after the last line break was cut off.
  for (let from = 0, to = text.indexOf('\n'); to !== -1; from = to + 1, to = text.indexOf('\n', from)) {
    const row = JSON.parse(text.slice(from, to)) as Row;
    if (from === 0 && ledgerVersion(file, row) === 2) return undefined;
    rows.take(row);
  }
  const ledger = rows.ledger();
  if (ledger !== undefined) return ledger;
  throw new Error(`${file}: expected a ledger of version 1, got ${text.slice(0, 80).split('\n')[0] || 'nothing'}`);
}

/** Which version a ledger's first line says; null: it is none of a ledger. Throws FORMAT_NEWER. */
export function ledgerVersion(file: string, first: unknown): 1 | 2 | null {
  refuseNewer('ledger', file, first);
  const version = typeof first === 'object' && first !== null ? (first as Row)['ledger'] : undefined;
  return version === 1 || version === 2 ? version : null;
}

/** A ledger of version 1, row by row, the first line among them. Undefined: it has no first line, or that does not say when the drain ended. */
export function messageLedger(): { readonly take: (row: Row) => void; readonly ledger: () => Ledger | undefined } {
  const events: LedgerEvent[] = [];
  const messages: LedgerMessage[] = [];
  const impostors: LedgerImpostor[] = [];
  let header: Row | undefined;
  return {
    take: (row) => {
      if (header === undefined) header = row;
      else if ('event' in row) events.push(row as unknown as LedgerEvent);
      else if ('unexpected' in row) impostors.push(row as unknown as LedgerImpostor);
      else if ('seq' in row) messages.push(row as unknown as LedgerMessage);
    },
    ledger: () => {
      const { ledger, end_us: endUs, topic } = header ?? {};
      if (ledger !== 1 || typeof endUs !== 'number') return undefined;
      const said = typeof topic === 'string' ? { topic } : {};
      return { endUs, schedule: scheduleIn(header ?? {}), ...said, events, impostors, messages };
    },
  };
}

const scheduleIn = ({ t0_us: t0Us, rate }: Row): Ledger['schedule'] =>
  typeof t0Us === 'number' && typeof rate === 'number' ? { t0Us, rate } : undefined;
