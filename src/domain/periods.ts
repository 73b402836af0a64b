import type { FaultRecord } from './fault-record.js';

/**
 * The stretches of a run by which losses are counted. A message belongs to the one in which it was acknowledged. `unknown`: of a client that left no
 * ledger, so that nobody can tell.
 */
export type Period =
  | 'control run'
  | 'before'
  | 'during'
  // Of a timeline: with the entries that were on.
  | `during ${string}`
  | 'between'
  | 'after'
  | 'heal wait'
  | 'validation'
  | 'unknown';

/** Where a period begins, by the clock of the ledgers (microseconds). It lasts to the next border. Null: from the first message on. */
export interface PeriodBorder {
  readonly period: Period;
  readonly sinceUs: number | null;
}

/** How many messages fall into one period. */
export interface PeriodCount {
  readonly period: Period;
  /**
   * @asType integer
   * @minimum 0
   */
  readonly count: number;
}

/** A fault that is not proved to be over goes on: what is acknowledged then is acknowledged during it. */
export const isProvedOver = ({ recoverError, healed, cleanup }: FaultRecord): boolean =>
  (recoverError === null || healed.length > 0) && cleanup?.startsWith('failed') !== true;

/** The borders of a fault period. `stoppedUs`: when its clients were told to stop publishing; null where that is not known. */
export function faultBorders(fault: FaultRecord, stoppedUs: number | null): PeriodBorder[] {
  const { injectedUs, recoveredUs } = fault;
  const borders: PeriodBorder[] = [{ period: 'before', sinceUs: null }];
  if (injectedUs !== null) borders.push({ period: 'during', sinceUs: injectedUs });
  if (injectedUs !== null && recoveredUs !== null && isProvedOver(fault))
    borders.push({ period: 'after', sinceUs: recoveredUs });
  if (stoppedUs !== null) borders.push({ period: 'heal wait', sinceUs: stoppedUs });
  return borders;
}

/** The borders of a timeline's fault period: wherever a fault begins, or is proved to be over. `all`: its faults as one. */
export function timelineBorders(
  records: readonly { readonly entry: string; readonly record: FaultRecord }[],
  all: FaultRecord,
  stoppedUs: number | null,
): PeriodBorder[] {
  if (records.length <= 1) return faultBorders(all, stoppedUs);
  const events = records
    .flatMap(({ entry, record }) => {
      const { injectedUs, recoveredUs } = record;
      if (injectedUs === null) return [];
      const begins = [{ us: injectedUs, entry, on: true }];
      return recoveredUs === null || !isProvedOver(record)
        ? begins
        : [...begins, { us: recoveredUs, entry, on: false }];
    })
    .sort((a, b) => a.us - b.us);
  let on: string[] = [];
  const within = events.map(({ us, entry, on: begins }): PeriodBorder => {
    on = begins ? [...on, entry] : on.filter((one) => one !== entry);
    return { period: on.length === 0 ? 'between' : `during ${on.join(' + ')}`, sinceUs: us };
  });
  // What follows the first inject is told by the entries; what follows the last proof, by all of them together.
  const [first, ...around] = faultBorders(all, stoppedUs).filter(({ period }) => period !== 'during');
  const end = around[0]?.sinceUs ?? Infinity;
  return [...(first === undefined ? [] : [first]), ...within.filter(({ sinceUs }) => (sinceUs ?? 0) < end), ...around];
}

/** Of the control run, and of a validation: one period. */
export const wholePhase = (period: 'control run' | 'validation'): PeriodBorder[] => [{ period, sinceUs: null }];

/** The one period of a moment: that of the last border before it; before every border it is the first one's; without any it is unknown. */
export function periodAt(borders: readonly PeriodBorder[], us: number): Period {
  return (borders.findLast(({ sinceUs }) => sinceUs === null || sinceUs <= us) ?? borders[0])?.period ?? 'unknown';
}
