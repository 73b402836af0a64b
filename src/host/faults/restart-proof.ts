import type { Evidence } from '../../domain/fault-record.js';
import type { FaultCluster } from '../drivers/contract.js';
import { isAlive, type ProcessId } from '../os/processes.js';
import { stepOf } from '../tickets/steps.js';
import type { FaultTicket, StepKind } from '../tickets/ticket.js';
import { evidence, type ProbeResult } from './contract.js';
import { END_LIMIT_MS, restartOf } from './restarts.js';

const NOT_SEEN = 'not seen';

const text = (seconds: number): string => `${Math.round(seconds * 100) / 100} s`;

/** When a step was seen, in seconds since another moment. */
const secondsTo = (ticket: FaultTicket, id: string, what: StepKind, fromUs: number | null): number | undefined => {
  const step = stepOf(ticket, id, what);
  return step === undefined || fromUs === null ? undefined : (step.us - fromUs) / 1_000_000;
};

/** It ended by itself, was gone for as long as it should be, and is another process since. */
function proofOf(ticket: FaultTicket, id: string): Evidence[] {
  const { signal, downMs, victims } = restartOf(ticket);
  const old = victims[id]?.process as ProcessId;
  const ended = secondsTo(ticket, id, 'ended', stepOf(ticket, id, 'asked')?.us ?? null);
  const back = secondsTo(ticket, id, 'started', stepOf(ticket, id, 'ended')?.us ?? null);
  const down = stepOf(ticket, id, 'down') !== undefined && back !== undefined && back >= downMs / 1000;
  const since = stepOf(ticket, id, 'started')?.process;
  const other = since !== undefined && isAlive(since) && !isAlive(old);
  return [
    evidence(
      `${id} after ${signal}`,
      `ends by itself within ${END_LIMIT_MS / 1000} s`,
      ended === undefined ? 'it did not end' : `ended after ${text(ended)}`,
      ended !== undefined,
    ),
    evidence(
      `process ${old.pid} of ${id} and its port`,
      `gone for ${text(downMs / 1000)}`,
      down ? `gone for ${text(back)}` : NOT_SEEN,
      down,
    ),
    evidence(
      `${id} since`,
      `runs as a process other than ${old.pid}`,
      other ? `process ${since.pid}` : NOT_SEEN,
      other,
    ),
  ];
}

/** Several that went down together: was there a moment at which none of them ran? */
function allAtOnce(ticket: FaultTicket, batch: readonly string[]): Evidence {
  const { injectedUs } = ticket;
  const gone = batch.map((id) => secondsTo(ticket, id, 'down', injectedUs) ?? Infinity);
  const back = batch.map((id) => secondsTo(ticket, id, 'started', injectedUs) ?? Infinity);
  const [lastGone, firstBack] = [Math.max(...gone), Math.min(...back)];
  const ok = lastGone <= firstBack && lastGone < Infinity;
  const seen = ok ? `from ${text(lastGone)} on` : NOT_SEEN;
  return evidence(`${batch.join(', ')}: all gone`, 'at the same time', seen, ok);
}

/** Each batch was asked only when the cluster was whole with the one before. */
function inOrder(ticket: FaultTicket): Evidence {
  const { batches } = restartOf(ticket);
  let wholeUs = -Infinity;
  let ok = true;
  const turns = batches.map((batch) => {
    const asked = Math.min(...batch.map((id) => stepOf(ticket, id, 'asked')?.us ?? -Infinity));
    const whole = Math.max(...batch.map((id) => stepOf(ticket, id, 'whole')?.us ?? Infinity));
    ok &&= asked >= wholeUs && whole < Infinity && asked > -Infinity;
    wholeUs = whole;
    const at = (us: number): string => text((us - (ticket.injectedUs ?? 0)) / 1_000_000);
    return `${batch.join(', ')} ${Number.isFinite(asked) ? at(asked) : '?'} to ${Number.isFinite(whole) ? at(whole) : '?'}`;
  });
  const names = batches.map((batch) => batch.join(', ')).join('; ');
  const expected =
    batches.length === 1 ? 'whole again, with it' : `${names}: each when the cluster is whole with the one before`;
  return evidence('from the signal to a whole cluster', expected, turns.join('; '), ok);
}

/** Everything that a restart must have shown; and that it is over, since it ends by itself. */
export async function probeRestart(ticket: FaultTicket, { dir, driver }: FaultCluster): Promise<ProbeResult> {
  const { batches } = restartOf(ticket);
  const missing = await driver.unhealthy(dir);
  const whole = 'every node has joined, no replica lags';
  const rows = [
    ...batches.flat().flatMap((id) => proofOf(ticket, id)),
    ...batches.filter((batch) => batch.length > 1).map((batch) => allAtOnce(ticket, batch)),
    inOrder(ticket),
    evidence('cluster', whole, missing ?? whole, missing === undefined),
  ];
  return { biting: rows.every(({ ok }) => ok), evidence: rows, leaders: [] };
}
