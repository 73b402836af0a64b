import type { Client, ScheduleDescription } from '@temporalio/client';
import type { Config } from '../config/load.js';
import type { HistoryBreaker } from '../domain/history.js';
import {
  durationText,
  expectationAfter,
  overdueAt,
  overdueText,
  seenSchedule,
  unplannedText,
  waitingFor,
  type Unplanned,
  type Waiting,
} from '../domain/overdue.js';
import { notedBreakers } from '../host/data/history.js';
import type { ClusterStatus } from '../messages/cluster-record.js';
import { clusterStatus } from './cluster-status.js';
import { findSchedule } from './schedule.js';
import { connectClient, findPlace } from '../temporal/connection.js';

/** What is known of a cluster's verdicts, in words. */
export interface Verdicts {
  /** `PASS 2 h ago (run id)`, or that there was none, or that nobody answers who knows. */
  readonly last: string;
  /** Null: no schedule promises any. */
  readonly expected: string | null;
  /** `no verdict for 9 h (expected every 4 h)`; null: none is overdue. */
  readonly overdue: string | null;
  /** Rounds that had no plan; null: the last one had one. */
  readonly unplanned: string | null;
}

function lastText({ lastVerdict }: ClusterStatus['watch'], now: number): string {
  if (lastVerdict === null) return 'none yet';
  const { headline, runId, finishedAt } = lastVerdict;
  return `${headline} ${durationText(now - Date.parse(finishedAt))} ago (${runId})`;
}

/** A schedule that the record has not looked at yet may have been paused until now; one without any verdict counts from its start. */
function waitingNow({ breaker, watch }: ClusterStatus, schedule: ScheduleDescription, now: number): Waiting | null {
  const from = watch.lastVerdict === null ? schedule.info.createdAt : new Date(now);
  const expected = expectationAfter(watch.expected, seenSchedule(schedule), from.toISOString());
  return waitingFor({ ...watch, expected }, breaker);
}

/** What could be asked: undefined, where nobody answered; a schedule is null where there is none. */
export interface Asked {
  readonly noted: HistoryBreaker | undefined;
  readonly status: ClusterStatus | undefined;
  readonly schedule: ScheduleDescription | null | undefined;
}

/** Where the record did not answer, the data folder says what was known last. */
export function verdictsOf({ noted, status, schedule }: Asked, now: number): Verdicts {
  const waiting = waitingOf({ noted, status, schedule }, now);
  const overdue = overdueAt(waiting, now);
  const unplanned = status === undefined ? (noted?.unplanned ?? null) : textOf(status.watch.unplanned);
  return {
    last: status === undefined ? 'unknown, no worker answers' : lastText(status.watch, now),
    expected: waiting === null ? null : `expected every ${durationText(waiting.everyMs)}`,
    overdue: overdue === null ? null : overdueText(overdue),
    unplanned,
  };
}

function waitingOf({ noted, status, schedule }: Asked, now: number): Waiting | null {
  if (schedule === null || (schedule !== undefined && seenSchedule(schedule).kind === 'off')) return null;
  if (status !== undefined && schedule !== undefined) return waitingNow(status, schedule, now);
  const last = noted?.waiting ?? null;
  return last === null ? null : { since: last.since, everyMs: last.every_ms };
}

const textOf = (unplanned: Unplanned | null): string | null => (unplanned === null ? null : unplannedText(unplanned));

/** Asks record and schedule, each once, and not the record if it could not answer; without a client only the data folder. Nothing is started for it. */
export async function askNow(
  { dataRoot, cluster: { name } }: Config,
  client: Client | undefined,
  asksRecord = true,
): Promise<Asked> {
  const noted = notedBreakers(dataRoot).find(({ cluster }) => cluster === name);
  const [status, schedule] = await Promise.all([
    client && asksRecord ? clusterStatus(client, name).catch(() => undefined) : undefined,
    client &&
      findSchedule(client, name).then(
        (found) => found ?? null,
        () => undefined,
      ),
  ]);
  return { noted, status, schedule };
}

/** Of a worker's check: what is wrong with the verdicts, one line each. The record is asked only if a worker is there to answer. */
export async function verdictProblems(config: Config, hasWorker: boolean): Promise<readonly string[]> {
  const place = hasWorker ? findPlace(config.dataRoot) : undefined;
  const client = place && (await connectClient(place).catch(() => undefined));
  try {
    const { overdue, unplanned } = verdictsOf(await askNow(config, client), Date.now());
    return [overdue, unplanned].filter((problem) => problem !== null);
  } finally {
    await client?.connection.close();
  }
}

/** Of `status`: the last verdict, and what is wrong. */
export const verdictLines = ({ last, expected, overdue, unplanned }: Verdicts): string[] => [
  `verdicts  ${[overdue === null ? null : `OVERDUE: ${overdue}`, `last ${last}`, overdue === null ? expected : null]
    .filter((part) => part !== null)
    .join(', ')}`,
  ...(unplanned === null ? [] : [`no plan   ${unplanned}`]),
];
