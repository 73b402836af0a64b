import { percentileOfSorted, type Ledger, type LedgerMessage } from '../domain/ledger.js';
import { isProvedOver } from '../domain/periods.js';
import type { ScenarioResult } from '../domain/report-data.js';

/** What became of a message, as a reader wants to know it. Each message is in exactly one class. */
export type MarkClass = 'ok' | 'late' | 'unacked' | 'lost';

export const MARK_CLASSES: readonly MarkClass[] = ['ok', 'late', 'unacked', 'lost'];

export const MARK_WORDS: Readonly<Record<MarkClass, string>> = {
  ok: 'ok',
  late: 'late',
  unacked: 'never acknowledged',
  lost: 'acknowledged, then lost',
};

/** One message in the picture: seconds from the zero of the timeline; latency in ms, null where it never arrived. */
export interface Mark {
  readonly kind: MarkClass;
  readonly atSeconds: number;
  readonly latencyMs: number | null;
}

/** A stretch of a scenario's time. */
export interface Band {
  readonly kind: 'fault' | 'heal' | 'judged';
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

export interface SdkTrack {
  readonly sdk: string;
  readonly marks: readonly Mark[];
}

/** One row of the timeline's text alternative: one SDK in one stretch. */
export interface TrackRow {
  readonly sdk: string;
  readonly stretch: string;
  readonly counts: Readonly<Record<MarkClass, number>>;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

/** Everything that the picture of one scenario shows. Zero is the inject; where nothing was injected, the first message. */
export interface Timeline {
  readonly from: number;
  readonly to: number;
  /** A latency of this or more is late. */
  readonly lateMs: number;
  readonly tracks: readonly SdkTrack[];
  /** Of all SDKs together, for every second in which clients ran. */
  readonly perSecond: readonly { readonly second: number; readonly acked: number; readonly received: number }[];
  readonly bands: readonly Band[];
  /** Each fault of a timeline, from its inject to the proof that it is over; to the last proof where there is none. Absent: there was one. */
  readonly faults?: readonly Pick<Band, 'label' | 'from' | 'to'>[];
  readonly leaders: readonly { readonly at: number; readonly label: string }[];
  readonly rows: readonly TrackRow[];
}

/** The two ledgers of one SDK in one scenario; undefined where a client left none. */
export interface ScenarioLedgers {
  readonly sdk: string;
  readonly fault: Ledger | undefined;
  readonly validation: Ledger | undefined;
}

export function classOf(message: LedgerMessage, lateMs: number): MarkClass {
  if (message.ack_us === null) return 'unacked';
  if (message.recv_us === null) return 'lost';
  return (message.recv_us - message.intended_us) / 1000 >= lateMs ? 'late' : 'ok';
}

const latencyOf = (m: LedgerMessage): number | null =>
  m.recv_us === null ? null : Math.max(0, m.recv_us - m.intended_us) / 1000;

function perSecond(ledgers: readonly Ledger[], zeroUs: number): Timeline['perSecond'] {
  const buckets = new Map<number, { acked: number; received: number }>();
  const bucket = (us: number): { acked: number; received: number } => {
    const second = Math.floor((us - zeroUs) / 1e6);
    const found = buckets.get(second) ?? { acked: 0, received: 0 };
    buckets.set(second, found);
    return found;
  };
  for (const { messages, endUs } of ledgers) {
    // Seconds in which nothing happened are zero, as long as clients ran.
    for (let us = messages[0]?.intended_us ?? endUs; us <= endUs; us += 1e6) bucket(us);
    for (const m of messages) {
      if (m.ack_us !== null) bucket(m.ack_us).acked += 1;
      if (m.recv_us !== null) bucket(m.recv_us).received += 1;
    }
  }
  return [...buckets].map(([second, counts]) => ({ second, ...counts })).sort((a, b) => a.second - b.second);
}

function rowOf(sdk: string, stretch: string, marks: readonly Mark[]): TrackRow {
  const count = (kind: MarkClass): number => marks.filter((mark) => mark.kind === kind).length;
  const latencies = marks.flatMap(({ latencyMs }) => latencyMs ?? []).sort((a, b) => a - b);
  return {
    sdk,
    stretch,
    counts: { ok: count('ok'), late: count('late'), unacked: count('unacked'), lost: count('lost') },
    p50Ms: percentileOfSorted(latencies, 50),
    p99Ms: percentileOfSorted(latencies, 99),
    maxMs: percentileOfSorted(latencies, 100),
  };
}

const STRETCHES = ['before the fault', 'during the fault', 'after the fault', 'validation'] as const;

function bandsOf(result: ScenarioResult, zeroUs: number, validationFrom: number | null, to: number): Band[] {
  const { injectedUs, recoveredUs } = result.fault;
  const bands: Band[] = [];
  const at = (us: number): number => (us - zeroUs) / 1e6;
  if (injectedUs !== null && recoveredUs !== null)
    bands.push({ kind: 'fault', label: 'fault', from: at(injectedUs), to: at(recoveredUs) });
  if (recoveredUs !== null && result.healWaitSeconds !== null) {
    const from = at(recoveredUs);
    bands.push({ kind: 'heal', label: 'heal wait', from, to: from + result.healWaitSeconds });
  }
  if (validationFrom !== null) bands.push({ kind: 'judged', label: 'validation', from: validationFrom, to });
  return bands;
}

function faultsOf({ faults = [], fault }: ScenarioResult, zeroUs: number): Pick<Timeline, 'faults'> {
  const on = faults.flatMap(({ entry, record }) => {
    const { injectedUs, recoveredUs } = record;
    const endUs = isProvedOver(record) ? recoveredUs : fault.recoveredUs;
    if (injectedUs === null || endUs === null) return [];
    return [{ label: entry, from: (injectedUs - zeroUs) / 1e6, to: (endUs - zeroUs) / 1e6 }];
  });
  return on.length === 0 ? {} : { faults: on };
}

const minimum = (values: readonly number[]): number | null =>
  values.reduce<number | null>((least, value) => (least === null || value < least ? value : least), null);
const maximum = (values: readonly number[]): number | null => {
  const least = minimum(values.map((value) => -value));
  return least === null ? null : -least;
};

/** Puts a scenario's messages, seconds and events into one time; undefined where no client left a ledger. */
export function timelineOf(
  result: ScenarioResult,
  ledgers: readonly ScenarioLedgers[],
  lateMs: number,
): Timeline | undefined {
  const all = ledgers.flatMap(({ fault, validation }) => [fault, validation].flatMap((ledger) => ledger ?? []));
  const firstUs = minimum(all.flatMap((ledger) => ledger.messages[0]?.intended_us ?? []));
  const lastUs = maximum(all.map((ledger) => ledger.endUs));
  if (firstUs === null || lastUs === null) return undefined;
  const zeroUs = result.fault.injectedUs ?? firstUs;
  const at = (us: number): number => (us - zeroUs) / 1e6;
  const overAt = result.fault.recoveredUs === null ? Infinity : at(result.fault.recoveredUs);
  const marksOf = (ledger: Ledger | undefined): Mark[] =>
    (ledger?.messages ?? []).map((m) => ({
      kind: classOf(m, lateMs),
      atSeconds: at(m.intended_us),
      latencyMs: latencyOf(m),
    }));
  const parts = ledgers.map(({ sdk, fault, validation }) => ({
    sdk,
    fault: marksOf(fault),
    validation: marksOf(validation),
  }));
  const validations = ledgers.flatMap(({ validation }) => validation?.messages[0]?.intended_us ?? []);
  const validationUs = minimum(validations);
  const rows = parts.flatMap(({ sdk, fault, validation }) => {
    const groups = [
      fault.filter((m) => m.atSeconds < 0),
      fault.filter((m) => m.atSeconds >= 0 && m.atSeconds < overAt),
      fault.filter((m) => m.atSeconds >= overAt),
      validation,
    ];
    return groups.map((marks, i) => rowOf(sdk, STRETCHES[i] ?? '', marks));
  });
  return {
    from: at(firstUs),
    to: at(lastUs),
    lateMs,
    tracks: parts.map(({ sdk, fault, validation }) => ({ sdk, marks: [...fault, ...validation] })),
    perSecond: perSecond(all, zeroUs),
    bands: bandsOf(result, zeroUs, validationUs === null ? null : at(validationUs), at(lastUs)),
    ...faultsOf(result, zeroUs),
    leaders: result.fault.leaders.flatMap(({ group, to, seconds }) =>
      seconds === null ? [] : [{ at: seconds, label: `${group} → ${to ?? 'nobody'}` }],
    ),
    rows: rows.filter(({ counts }) => MARK_CLASSES.some((kind) => counts[kind] > 0)),
  };
}
