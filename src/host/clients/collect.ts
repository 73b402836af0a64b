import { phasePaths } from '../layout/phase-paths.js';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { ClientEnd, ClientOutcome, ClientResult } from '../../domain/client-result.js';
import { contradictionIn } from '../../domain/contradiction.js';
import { countLedger, type Ledger } from '../../domain/ledger.js';
import { secondCopyIn } from '../../domain/second-copy.js';
import { connectionsIn, takeoverOf, type ClientConnection } from '../../domain/takeover.js';
import { pollUntil } from '../os/clock.js';
import { writeJson } from '../os/files.js';
import { isAlive } from '../os/processes.js';
import { readStored } from '../os/stored.js';
import { readLedger } from './ledger-file.js';
import { type ClientExit, type PhaseRunner, type PhaseSpec } from './phase.js';
import { parseResultLine } from './result-line.js';

/** Waits until every client has ended, or their watcher is dead. */
export async function waitForClients(phaseDir: string, sdks: readonly string[], signal?: AbortSignal): Promise<void> {
  const runner = readStored<PhaseRunner>('phase runner', phasePaths(phaseDir).runner);
  const done = (): boolean => sdks.every((sdk) => existsSync(phasePaths(phaseDir).client(sdk).exit));
  await pollUntil(
    () => Promise.resolve(done() || runner === undefined || !isAlive(runner.process) ? true : undefined),
    { limitMs: 24 * 3_600_000, everyMs: 50, signal },
  );
}

/** What became of the clients of a phase, which have ended: one outcome per SDK. Reads their ledgers, which may be long. */
export function outcomesOf({
  phaseDir,
  sdks,
}: {
  readonly phaseDir: string;
  readonly sdks: readonly string[];
}): ClientOutcome[] {
  const runner = readStored<PhaseRunner>('phase runner', phasePaths(phaseDir).runner);
  const read = sdks.map((sdk) => {
    const ledger = ledgerOf(phaseDir, sdk);
    const outcome = outcomeOf(phaseDir, sdk, runner?.attempt ?? 1, ledger);
    // Of one that cannot be read it is said of the client that wrote it.
    if (ledger instanceof Error || ledger === undefined) return { outcome, connections: [] };
    const copy = secondCopyIn(ledger);
    return {
      outcome: copy === null ? outcome : { ...outcome, idTaken: copy },
      connections: connectionsIn(sdk, ledger),
    };
  });
  return withTakeovers(
    phaseDir,
    read.map(({ outcome }) => outcome),
    read.flatMap(({ connections }) => connections),
  );
}

function ledgerOf(phaseDir: string, sdk: string): Ledger | Error | undefined {
  try {
    return readLedger(phaseDir, sdk);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Says of each client if another one used its id. All ledgers are needed: who else was cut, and whom the broker went on serving. */
function withTakeovers(
  phaseDir: string,
  outcomes: readonly ClientOutcome[],
  connections: readonly ClientConnection[],
): ClientOutcome[] {
  const spec = readStored<PhaseSpec>('phase', phasePaths(phaseDir).spec);
  return outcomes.map((outcome) => {
    const session = spec?.clients.find(({ sdk }) => sdk === outcome.sdk)?.env['SUBSCRIBER_SESSION'];
    const facts = { faultInForce: spec?.phase === 'fault', keptSession: session === 'persistent' };
    const idTaken = outcome.idTaken ?? takeoverOf(outcome.sdk, connections, facts);
    return idTaken === null ? outcome : { ...outcome, idTaken };
  });
}

function endOf(exit: ClientExit, phaseDir: string, sdk: string): ClientEnd {
  switch (exit.kind) {
    case 'exited':
      return { kind: 'exited', code: exit.code ?? -1 };
    case 'signalled':
      return { kind: 'signalled', signal: exit.signal ?? 'unknown' };
    case 'timeout': {
      const limit =
        readStored<PhaseSpec>('phase', phasePaths(phaseDir).spec)?.clients.find((c) => c.sdk === sdk)?.limitMs ?? 0;
      return { kind: 'timeout', limitMs: limit };
    }
    case 'not_found':
      return { kind: 'not_found', path: exit.signal ?? sdk };
    default:
      return exit.kind satisfies never;
  }
}

function outcomeOf(phaseDir: string, sdk: string, attempt: number, ledger: Ledger | Error | undefined): ClientOutcome {
  const exit = readStored<ClientExit>('client exit', phasePaths(phaseDir).client(sdk).exit);
  if (exit === undefined) {
    const end = { kind: 'runner_died' } as const;
    return {
      sdk,
      end,
      result: null,
      lineProblem: 'the process that watched the client died',
      durationSeconds: 0,
      attempt,
    };
  }
  const end = endOf(exit, phaseDir, sdk);
  const { durationSeconds, hostCpu } = exit;
  const ran = { durationSeconds, attempt, hostCpu };
  const parsed = parseResultLine(exit.lastLine, exit.lastLineTruncated);
  if ('problem' in parsed) return { sdk, end, result: null, lineProblem: parsed.problem, ...ran };
  writeJson(phasePaths(phaseDir).client(sdk).result, JSON.parse(exit.lastLine));
  const problem =
    otherThanAsked(phaseDir, sdk, parsed.result) ??
    contradictionIn({ end, result: parsed.result }) ??
    otherThanLedger(ledger, parsed.result);
  if (problem !== null) return { sdk, end, result: null, lineProblem: problem, ...ran };
  return { sdk, end, result: parsed.result, lineProblem: null, ...ran };
}

/** Of another workload other figures are judged: which one it was is no client's choice. */
function otherThanAsked(phaseDir: string, sdk: string, { workload }: ClientResult): string | null {
  if (workload === undefined) return null;
  const spec = readStored<PhaseSpec>('phase', phasePaths(phaseDir).spec)?.clients.find((one) => one.sdk === sdk);
  const asked = spec === undefined ? null : basename(spec.script, '.sh');
  return asked === null || asked === workload
    ? null
    : `the result line says workload ${workload}, and ${asked} was started`;
}

/** A result line that its own ledger contradicts is not believed. Clients without a ledger are taken at their word. */
function otherThanLedger(ledger: Ledger | Error | undefined, result: ClientResult): string | null {
  if (ledger === undefined) return null;
  if (ledger instanceof Error) return `the ledger cannot be read: ${String(ledger)}`;
  const counted = countLedger(ledger.messages);
  const pairs = [
    ['sent', result.sent, counted.sent],
    ['received', result.received, counted.received],
    ['lost', result.lost, counted.lostSeqs.length],
  ] as const;
  const wrong = pairs.find(([, said, found]) => said !== found);
  return wrong ? `the result line says ${wrong[0]} ${wrong[1]}, its own ledger ${wrong[2]}` : null;
}
