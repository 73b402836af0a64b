import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { refuseNewer } from '../../domain/format.js';
import type { Ledger, LedgerEvent, LedgerImpostor, LedgerMessage } from '../../domain/ledger.js';
import { phasePaths } from '../layout/phase-paths.js';

/** Reads a client's ledger; undefined where there is none (a user's own client), an error where it is cut off or no ledger. */
export function readLedger(phaseDir: string, sdk: string): Ledger | undefined {
  const file = phasePaths(phaseDir).client(sdk).packedLedger;
  if (!existsSync(file)) return undefined;
  const text = gunzipSync(readFileSync(file)).toString('utf8');
  const events: LedgerEvent[] = [];
  const messages: LedgerMessage[] = [];
  const impostors: LedgerImpostor[] = [];
  let schedule: Ledger['schedule'];
  let endUs: unknown;
  // Line by line: 100,000 lines beside what they become would double the memory. What comes after the last line break was cut off.
  for (let from = 0, to = text.indexOf('\n'); to !== -1; from = to + 1, to = text.indexOf('\n', from)) {
    const row = JSON.parse(text.slice(from, to)) as Record<string, unknown>;
    if (from === 0) refuseNewer('ledger', file, row);
    if (from === 0) [endUs, schedule] = [row['ledger'] === 1 ? row['end_us'] : undefined, scheduleIn(row)];
    else if ('event' in row) events.push(row as unknown as LedgerEvent);
    else if ('unexpected' in row) impostors.push(row as unknown as LedgerImpostor);
    else if ('seq' in row) messages.push(row as unknown as LedgerMessage);
  }
  if (typeof endUs === 'number') return { endUs, schedule, events, impostors, messages };
  throw new Error(`${file}: expected a ledger of version 1, got ${text.slice(0, 80).split('\n')[0] || 'nothing'}`);
}

const scheduleIn = ({ t0_us: t0Us, rate }: Record<string, unknown>): Ledger['schedule'] =>
  typeof t0Us === 'number' && typeof rate === 'number' ? { t0Us, rate } : undefined;
