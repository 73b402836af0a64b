import { updatedText } from '../../src/domain/broker-update.js';
import { changesFoundIn } from '../../src/domain/changes.js';
import type { FaultPeriodFigures } from '../../src/domain/ledger.js';
import type { HistoryEntry } from '../../src/domain/history.js';
import { judgeKnown } from '../../src/domain/known-verdict.js';
import type { RunData } from '../../src/domain/report-data.js';
import { historyEntry } from '../../src/report/history.js';
import { jsonReport } from '../../src/report/json.js';
import { knownEntry } from '../known.js';
import { catalogue, outcome } from '../values.js';
import { exampleResults } from './guarantees.js';
import { figures, plan, result, runData } from './values.js';

const EARLIER = 40;
const NEW_BROKER_FROM = 39;
const HOUR_MS = 3_600_000;
const [, , leaderTransfer] = catalogue;
const at = (run: number, minutes: number): string =>
  new Date(Date.UTC(2026, 10, 16) + run * 4 * HOUR_MS + minutes * 60_000).toISOString();

/** What every round has: one scenario, two clients, and the broker of then. */
function round(run: number, faultPeriod: readonly FaultPeriodFigures[], change: Partial<RunData> = {}): RunData {
  const [version, letter] = run < NEW_BROKER_FROM ? ['v2.15.0', 'a'] : ['v2.15.1', 'b'];
  return runData({
    plan: { ...plan, runId: `chaos-run-local-${run}`, sdks: ['go', 'java'], scenarios: [leaderTransfer!] },
    startedAt: at(run, 0),
    finishedAt: at(run, 5),
    control: [outcome({ sdk: 'go' }), outcome({ sdk: 'java' })],
    scenarios: [
      result(leaderTransfer!, { faultPeriod, validation: [outcome({ sdk: 'go' }), outcome({ sdk: 'java' })] }),
    ],
    versions: { 'nats-server': version, 'nats-server sha256': letter.repeat(64) },
    ...change,
  });
}

const away = (run: number): FaultPeriodFigures[] => {
  const longestNoAckMs = (run < NEW_BROKER_FROM ? 31_000 : 74_000) + ((run * 37) % 11);
  return [figures({ longestNoAckMs }), figures({ sdk: 'java', longestNoAckMs: 5000 + ((run * 37) % 11) })];
};

/** Rounds before the one of the examples. Another broker is tested in the latest two, and is away for longer. */
export const roundsBefore = (): HistoryEntry[] =>
  Array.from({ length: EARLIER }, (_, i) => historyEntry(jsonReport(round(i + 1, away(i + 1)))));

/** What becomes of a build of the broker, by how it ended. */
export const updateText = (ended: 'well' | 'badly'): string =>
  ended === 'well'
    ? updatedText(
        { sha256Before: 'a'.repeat(64), sha256After: 'b'.repeat(64) },
        { problem: null, seconds: 412, lastLine: '' },
      )
    : updatedText(
        { sha256Before: 'b'.repeat(64), sha256After: null },
        { problem: 'exit status 101', seconds: 38, lastLine: 'error: could not compile' },
      );

/**
 * The run of the examples in docs/reading-a-report.md: a new failure, a known one, one that is gone, a change, and an update that failed.
 * @param lost of the client whose failure is new; 0: nothing is new
 */
export function exampleRun(lost = 9): RunData {
  const entries = [
    knownEntry({ id: 'RMQ-2', why: 'Java cannot connect', sdks: ['java'], match: { check: 'sent' } }),
    knownEntry({ id: 'RMQ-8', why: 'a session is lost', match: { check: 'unconfirmed' }, goneAfter: 1 }),
  ];
  const run = EARLIER + 1;
  const validation = [
    outcome({ sdk: 'go', end: { kind: 'exited', code: lost > 0 ? 1 : 0 }, result: { lost, received: 1000 - lost } }),
    outcome({ sdk: 'java', end: { kind: 'exited', code: 1 }, result: { sent: 0, received: 0, p99_ms: null } }),
  ];
  const data = round(run, [], {
    plan: { ...round(run, []).plan, known: entries },
    scenarios: [result(leaderTransfer!, { faultPeriod: away(run), validation })],
    brokerUpdate: {
      ...{ ok: false, text: updateText('badly') },
      ...{ sha256Before: 'b'.repeat(64), sha256After: null },
    },
  });
  const judged = judgeKnown(data, { entries, day: '2026-11-22', earlier: [[{ id: 'RMQ-8', seen: 0 }]] });
  return { ...judged, changes: changesFoundIn(historyEntry(jsonReport(judged)), roundsBefore()) };
}

/** A run that passed, and in which a guarantee was violated. */
export function violatedRun(): RunData {
  const validation = [outcome({ sdk: 'go' }), outcome({ sdk: 'java' })];
  const faultPeriod = [figures(), figures({ sdk: 'java' })];
  const { injectedUs } = result(leaderTransfer!).fault;
  const guarantees = exampleResults(injectedUs ?? 0);
  return round(EARLIER + 1, [], { scenarios: [result(leaderTransfer!, { faultPeriod, validation, guarantees })] });
}
