import { createReadStream, existsSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../../domain/errors.js';
import type { History } from '../../domain/guarantees/history.js';
import { eventLedger } from '../../domain/ledger-events.js';
import { historyOfLedger, type LedgerSettings } from '../../domain/ledger-history.js';
import { shown } from '../../domain/shape.js';
import { phasePaths } from '../layout/phase-paths.js';
import { readStored } from '../os/stored.js';
import { ledgerVersion, messageLedger } from './ledger-file.js';
import type { PhaseSpec } from './phase.js';

/** No row of any ledger is as long (bytes); what has no line break is not collected for ever. */
const LONGEST_LINE = 1024 * 1024;
const LINE_BREAK = 10;

/** A ledger of either version, row by row; the first row has said which. */
interface Rows {
  readonly take: (row: unknown) => void;
  readonly history: () => History;
}

/**
 * What the client of one SDK saw in a phase, from its ledger of either version; undefined where it left none. An error, in one sentence, where it is cut off or a row is not
 * as `sdk_clients/CONTRACT.md` says. It is unpacked piece by piece: a million lines at once would need as much again as what they become.
 */
export async function readHistory(phaseDir: string, sdk: string): Promise<History | undefined> {
  const file = phasePaths(phaseDir).client(sdk).packedLedger;
  if (!existsSync(file)) return undefined;
  let rows: Rows | undefined;
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    try {
      const row: unknown = JSON.parse(line);
      if (rows === undefined) rows = rowsOf(file, row, phaseDir, sdk);
      else rows.take(row);
    } catch (error) {
      if (number === 1) throw error;
      throw new Error(`${file}, line ${number}: ${messageOf(error)}; see sdk_clients/CONTRACT.md`, { cause: error });
    }
  }
  if (rows === undefined) throw new Error(`${file}: expected a ledger, got nothing`);
  return rows.history();
}

/** What comes after the last line break was cut off. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const unpacked = createGunzip();
  const packed = createReadStream(file).on('error', (error) => unpacked.destroy(error));
  packed.pipe(unpacked);
  let rest: Buffer[] = [];
  let held = 0;
  for await (const piece of unpacked as AsyncIterable<Buffer>) {
    let from = 0;
    for (let to = piece.indexOf(LINE_BREAK); to !== -1; from = to + 1, to = piece.indexOf(LINE_BREAK, from)) {
      yield Buffer.concat([...rest, piece.subarray(from, to)]).toString('utf8');
      [rest, held] = [[], 0];
    }
    rest.push(piece.subarray(from));
    held += piece.length - from;
    if (held > LONGEST_LINE)
      throw new Error(`${file}: expected lines of at most ${LONGEST_LINE} bytes, got a longer one`);
  }
}

function rowsOf(file: string, first: unknown, phaseDir: string, sdk: string): Rows {
  const version = ledgerVersion(file, first);
  const endUs = version === null ? undefined : (first as Readonly<Record<string, unknown>>)['end_us'];
  if (typeof endUs !== 'number')
    throw new Error(`${file}: expected the first line of a ledger, with end_us, got ${shown(first)}`);
  if (version === 2) return eventLedger(endUs);
  const { take, ledger } = messageLedger();
  const both = take as (row: unknown) => void;
  both(first);
  const read = (): History => {
    const found = ledger();
    if (found === undefined) throw new Error(`${file}: expected a ledger of version 1, got ${shown(first)}`);
    return historyOfLedger(found, settingsOf(phaseDir, sdk));
  };
  return { take: both, history: read };
}

/** Null where nobody knows any more what the client was started with. */
function settingsOf(phaseDir: string, sdk: string): LedgerSettings | null {
  const spec = readStored<PhaseSpec>('phase', phasePaths(phaseDir).spec);
  const env = spec?.clients.find((client) => client.sdk === sdk)?.env;
  const [version, session] = [env?.['MQTT_VERSION'], env?.['SUBSCRIBER_SESSION']];
  if ((version !== '3.1.1' && version !== '5') || session === undefined) return null;
  return { mqttVersion: version, keptSession: session === 'persistent' };
}
