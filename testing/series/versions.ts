import { judgeKnown } from '../../src/domain/known-verdict.js';
import type { KnownEntry } from '../../src/domain/known.js';
import type { RunData } from '../../src/domain/report-data.js';
import type { VersionName, VersionRun } from '../../src/domain/versions.js';
import { figures, plan, result, runData } from '../reports/values.js';
import { catalogue, outcome } from '../values.js';

const [kill] = catalogue;

export const twoVersions: readonly VersionName[] = [
  { label: 'A', path: '/opt/old/nats-server' },
  { label: 'B', path: '/opt/new/nats-server' },
];

/** What is other about a round: of one scenario with one client. */
export interface RoundChange {
  readonly p99Ms?: number;
  readonly outageMs?: number;
  /** Lost in the validation: a failure. */
  readonly lost?: number;
  /** Lost in the fault: a warning. */
  readonly lostInFault?: number;
  readonly build?: string;
  readonly known?: readonly KnownEntry[];
  readonly data?: Partial<RunData>;
  readonly more?: Parameters<typeof result>[1];
}

export function roundData(change: RoundChange = {}): RunData {
  const { p99Ms = 20, outageMs = 4000, lost = 0, lostInFault = 0, build = '2.10', known, data, more } = change;
  const end = { kind: 'exited', code: lost > 0 ? 1 : 0 } as const;
  const said = outcome({ sdk: 'go', end, result: { p99_ms: p99Ms, lost, received: 1000 - lost } });
  const played = result(kill!, {
    validation: [said],
    faultPeriod: [figures({ sdk: 'go', longestNoAckMs: outageMs, ackedLost: lostInFault })],
    ...more,
  });
  const versions = { 'nats-server': build, 'nats-server sha256': build.replace('.', '').padEnd(64, 'a') };
  const ofPlan = { ...plan, scenarios: [kill!], sdks: ['go'], ...(known === undefined ? {} : { known }) };
  const judged = runData({ plan: ofPlan, scenarios: [played], versions, ...data });
  return known === undefined ? judged : judgeKnown(judged, { entries: known, day: '2026-11-22', earlier: [] });
}

/** Rounds of a version, one for each change; null: it left no report. */
export const runsOf = (version: number, changes: readonly (RoundChange | null)[]): VersionRun[] =>
  changes.map((change, i) => ({
    ...{ version, round: i + 1, runId: `run-${'AB'[version] ?? version}-${i + 1}` },
    data: change === null ? null : roundData({ build: ['2.10', '2.12'][version] ?? `2.${14 + version}`, ...change }),
  }));
