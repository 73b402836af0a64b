import type { HistoryBroker, HistoryEntry, HistoryScenario } from '../../src/domain/history.js';

export const broker = (version: string, sha256 = 'a'.repeat(64)): HistoryBroker => ({ version, commit: null, sha256 });

/** A round of one scenario and one client. */
export interface RoundOf extends Partial<Omit<HistoryEntry, 'scenarios'>> {
  readonly outageMs?: number | null;
  readonly p99Ms?: number | null;
  readonly lost?: number;
  readonly scenario?: Partial<HistoryScenario>;
  readonly sdkStatus?: string;
}

/** A round in a history, four hours after the one with the number before. */
export function roundOf(number: number, change: RoundOf = {}): HistoryEntry {
  const { outageMs = 31_000, p99Ms = 80, lost = 0, scenario, sdkStatus = 'passed', ...entry } = change;
  const at = new Date(Date.UTC(2026, 0, 1) + number * 4 * 3_600_000).toISOString();
  const sdk = { sdk: 'go', passed: true, status: sdkStatus, lost: 0, p99_ms: p99Ms, outage_ms: outageMs };
  return {
    run_id: `run-${number}`,
    kind: 'full',
    cluster: 'local',
    started_at: at,
    finished_at: at,
    headline: 'PASS',
    run_passed: true,
    pass_rate: 100,
    summary: 'PASS: 1 of 1 scenario passed',
    broker: broker('1.2'),
    scenarios: [
      {
        ...{ name: 'leader-transfer', core: true, passed: true, status: 'passed', recovered_after_ms: 35_000 },
        ...{ recovery_ms: 5000, leader_ms: 30_000, sdks: [{ ...sdk, lost_in_fault: lost }] },
        ...scenario,
      },
    ],
    ...entry,
  };
}

/** Rounds whose figures move a little, so that no two are alike. `change`: what is other about the round of a number. */
export const rounds = (count: number, change: (number: number) => RoundOf = () => ({})): HistoryEntry[] =>
  Array.from({ length: count }, (_, i) => {
    const own = change(i);
    return roundOf(i, { ...own, outageMs: own.outageMs === null ? null : (own.outageMs ?? 31_000) + ((i * 37) % 11) });
  });
