import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Ledger, LedgerEvent, LedgerMessage } from '../../domain/ledger.js';
import { phasePaths } from '../layout/paths.js';

/** Reads a client's ledger; undefined where there is none (a user's own client), an error where it is cut off or no ledger. */
export function readLedger(phaseDir: string, sdk: string): Ledger | undefined {
  const file = phasePaths(phaseDir).client(sdk).packedLedger;
  if (!existsSync(file)) return undefined;
  const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n').slice(0, -1);
  const rows = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const header = rows[0];
  if (header?.['ledger'] !== 1 || typeof header['end_us'] !== 'number') {
    throw new Error(`${file}: expected a ledger of version 1, got ${lines[0]?.slice(0, 80) ?? 'nothing'}`);
  }
  const events = rows.filter((row) => 'event' in row) as unknown as LedgerEvent[];
  const messages = rows.filter((row) => 'seq' in row) as unknown as LedgerMessage[];
  return { endUs: header['end_us'], events, messages };
}
