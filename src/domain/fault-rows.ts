import { NO_FAULT, type Evidence, type FaultRecord, type LeaderChange } from './fault-record.js';
import { isProvedOver } from './periods.js';
import { entriesOf, type Scenario } from './scenario.js';
import type { Blame } from './status.js';

/** One fault of a scenario, from ticket to proof. One that was not begun has a record without a ticket. */
export interface EntryRecord {
  readonly entry: string;
  readonly record: FaultRecord;
}

/** What was seen of the cluster when all faults of a timeline were over. */
export interface WholeRecord {
  readonly recoveredAt: string | null;
  readonly recoveredUs: number | null;
  readonly healed: readonly Evidence[];
  readonly error: string | null;
  readonly recoverErrorBlame?: Blame;
}

/** Each fault of a stored scenario. */
export const entryRecordsOf = ({
  scenario,
  fault,
  faults,
}: {
  readonly scenario: Scenario;
  readonly fault: FaultRecord;
  readonly faults?: readonly EntryRecord[] | undefined;
}): readonly EntryRecord[] => faults ?? [{ entry: entriesOf(scenario)[0]?.name ?? scenario.fault, record: fault }];

const least = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
};

const said = (records: readonly EntryRecord[], key: 'injectError' | 'recoverError' | 'reason'): string | null => {
  const found = records.flatMap(({ entry, record }) => (record[key] === null ? [] : [`${entry}: ${record[key]}`]));
  return found.length === 0 ? null : found.join('; ');
};

const named = (records: readonly EntryRecord[], key: 'bite' | 'healed'): Evidence[] =>
  records.flatMap(({ entry, record }) => record[key].map((row) => ({ ...row, what: `${entry}: ${row.what}` })));

/** Times of leaders count from the first inject. */
function leadersIn(records: readonly EntryRecord[], firstUs: number | null): LeaderChange[] {
  return records.flatMap(({ record: { leaders, injectedUs } }) => {
    const later = injectedUs === null || firstUs === null ? 0 : (injectedUs - firstUs) / 1e6;
    return leaders.map((change) => ({
      ...change,
      seconds: change.seconds === null ? null : Math.round((change.seconds + later) * 1000) / 1000,
    }));
  });
}

function cleanupOf(records: readonly EntryRecord[]): string | null {
  const all = records.flatMap(({ entry, record: { cleanup } }) => (cleanup === null ? [] : [{ entry, cleanup }]));
  const failed = all.filter(({ cleanup }) => cleanup.startsWith('failed'));
  if (failed.length > 0) return `failed: ${failed.map(({ entry, cleanup }) => `${entry}: ${cleanup}`).join('; ')}`;
  return all.length === 0 ? null : all.map(({ entry, cleanup }) => `${entry}: ${cleanup}`).join('; ');
}

/** Whose failure an unproved end is. The broker's only if it is so for each that was not proved. */
function blames(records: readonly EntryRecord[], whole: WholeRecord | null): Partial<FaultRecord> {
  const unproved = records.filter(({ record }) => record.recoverError !== null).map(({ record }) => record);
  const failed = [
    ...unproved.map(({ recoveryBlame, recoverErrorBlame }) => ({ recoveryBlame, recoverErrorBlame })),
    // That every broker is back is the brokers' own part.
    ...(whole?.error == null ? [] : [{ recoveryBlame: 'broker' as const, recoverErrorBlame: whole.recoverErrorBlame }]),
  ];
  const of = failed.length > 0 ? failed : records.map(({ record }) => record);
  const ours = of.find((one) => one.recoveryBlame !== 'broker');
  const recoveryBlame = ours === undefined ? 'broker' : ours.recoveryBlame;
  const inTheWay = failed.find((one) => one.recoverErrorBlame !== undefined && one.recoverErrorBlame !== 'broker');
  const seen =
    inTheWay?.recoverErrorBlame ?? failed.find((one) => one.recoverErrorBlame !== undefined)?.recoverErrorBlame;
  return {
    ...(recoveryBlame === undefined ? {} : { recoveryBlame }),
    ...(seen === undefined ? {} : { recoverErrorBlame: seen }),
  };
}

/**
 * All faults of a scenario as one: on from the first inject to the last proof, seen only if each was, over only if each is. Of a single fault it is that fault's own record.
 */
export function joined(records: readonly EntryRecord[], whole: WholeRecord | null): FaultRecord {
  const [first, ...more] = records;
  if (first === undefined) return NO_FAULT;
  if (more.length === 0 && whole === null) return first.record;
  const all = records.map(({ record }) => record);
  const begun = all.filter(({ faultId }) => faultId !== null);
  const firstInject = all.find(
    ({ injectedUs }) => injectedUs !== null && injectedUs === least(all.map((one) => one.injectedUs)),
  );
  const injectedUs = firstInject?.injectedUs ?? null;
  const ends = [...begun, ...(whole === null ? [] : [whole])].filter(({ recoveredUs }) => recoveredUs !== null);
  const last = ends.reduce<(typeof ends)[number] | undefined>(
    (latest, one) => ((one.recoveredUs ?? 0) >= (latest?.recoveredUs ?? 0) ? one : latest),
    undefined,
  );
  const errors = [said(records, 'recoverError'), whole?.error ?? null].filter((error) => error !== null);
  const over = begun.every(isProvedOver) && whole?.error == null;
  const victims = [...new Set(begun.flatMap(({ victim }) => (victim ?? '').split(', ')))].filter((one) => one !== '');
  return {
    faultId: begun.map(({ faultId }) => faultId).join(', ') || null,
    injector: [...new Set(begun.map(({ injector }) => injector))].join(', ') || null,
    victim: victims.join(', ') || null,
    reason: said(records, 'reason'),
    injectedAt: firstInject?.injectedAt ?? null,
    injectedUs,
    recoveredAt: last?.recoveredAt ?? null,
    recoveredUs: last?.recoveredUs ?? null,
    injectError: said(records, 'injectError'),
    observed: all.every(({ observed }) => observed),
    bite: named(records, 'bite'),
    leaders: leadersIn(records, injectedUs),
    cutShort: all.some(({ cutShort }) => cutShort),
    recoverError: errors.length === 0 ? null : errors.join('; '),
    // One that is not proved to be over leaves nothing proved.
    healed: over ? [...named(records, 'healed'), ...(whole?.healed ?? [])] : [],
    cleanup: cleanupOf(records),
    ...blames(records, whole),
  };
}
