import type { FaultRecord } from '../domain/fault-record.js';
import { entryRecordsOf } from '../domain/fault-rows.js';
import { isProvedOver } from '../domain/periods.js';
import type { ScenarioResult } from '../domain/report-data.js';
import { entriesOf, type FaultEntry } from '../domain/scenario.js';
import { dash, mark, number } from './format.js';
import type { Table } from './tables.js';

function whenOf({ atMs, forMs, after }: FaultEntry, windowMs: number): string {
  const from =
    after === undefined ? `${atMs / 1000} s` : atMs === 0 ? `after ${after}` : `${atMs / 1000} s after ${after}`;
  return `${from}, for ${(forMs ?? windowMs) / 1000} s`;
}

function howItWent(record: FaultRecord): string {
  const { faultId, injectError, observed, cutShort, recoverError } = record;
  if (injectError !== null) return 'inject error';
  if (faultId === null) return 'not begun';
  if (recoverError !== null) return 'end not proved in time';
  if (!observed) return 'not seen to take effect';
  return cutShort ? 'ended too early' : 'as planned';
}

/** Each fault of a timeline: what was asked, whom it hit, when it was really on, and how many rows of its proofs held. No rows for a single fault. */
export function entriesTable(result: ScenarioResult, windowMs: number): Table {
  const caption = 'Faults, in seconds from the first injection';
  const head = [
    '',
    'entry',
    'fault',
    'target',
    'victim',
    'asked',
    'injected',
    'proved over',
    'effect',
    'end',
    'how it went',
  ];
  const records = entryRecordsOf(result);
  if (records.length <= 1) return { caption, head, rows: [] };
  const zeroUs = result.fault.injectedUs;
  const at = (us: number | null): string => (us === null || zeroUs === null ? dash : number((us - zeroUs) / 1e6, 1));
  const held = (rows: FaultRecord['bite']): string =>
    rows.length === 0 ? dash : `${rows.filter(({ ok }) => ok).length} of ${rows.length}`;
  const rows = entriesOf(result.scenario).map((entry) => {
    const record = records.find((one) => one.entry === entry.name)?.record;
    const lead = [entry.name, entry.fault, entry.target];
    if (record === undefined)
      return [mark(false), ...lead, dash, whenOf(entry, windowMs), dash, dash, dash, dash, 'not begun'];
    const went = howItWent(record);
    return [
      mark(went === 'as planned'),
      ...lead,
      record.victim ?? dash,
      whenOf(entry, windowMs),
      at(record.injectedUs),
      record.injectedUs !== null && isProvedOver(record) ? at(record.recoveredUs) : dash,
      held(record.bite),
      held(record.healed),
      went,
    ];
  });
  return { caption, head, rows };
}
