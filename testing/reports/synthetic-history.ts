import type { HistoryEntry, HistoryScenario } from '../../src/domain/history.js';

const SCENARIOS = ['broker-kill-single', 'network-delay-100ms', 'leader-transfer'];
const SDKS = ['python', 'go', 'rust', 'java'];

function scenario(name: string, run: number, index: number): HistoryScenario {
  const failed = run % 7 === 3 && index === 2;
  const sdks = SDKS.map((sdk, k) => {
    const passed = !(failed && k < 2);
    const p99_ms = 9 + ((run * 37 + k * 11 + index * 5) % 23) + (passed ? 0 : 900);
    const outage_ms = 4000 + ((run * 13 + k * 7) % 6000);
    return {
      sdk,
      passed,
      status: passed ? 'passed' : 'failed',
      lost: passed ? 0 : 12,
      p99_ms,
      outage_ms,
      lost_in_fault: 0,
    };
  });
  const passed = sdks.every((row) => row.passed);
  const recovered_after_ms = 31_000 + ((run * 17 + index) % 4000);
  return { name, core: index !== 1, passed, status: passed ? 'passed' : 'failed', recovered_after_ms, sdks };
}

/** A history of so many runs, four hours apart, some of which failed; the same number gives the same history. */
export const syntheticHistory = (runs: number): HistoryEntry[] =>
  Array.from({ length: runs }, (_, run) => {
    const scenarios = SCENARIOS.map((name, index) => scenario(name, run, index));
    const run_passed = scenarios.every((s) => s.passed);
    const headline = run_passed
      ? 'PASS'
      : (({ 3: 'INVALID', 10: 'KNOWN', 17: 'INVALID' } as const)[run % 28] ?? 'FAIL');
    const at = Date.UTC(2026, 0, 1) + run * 4 * 3_600_000;
    return {
      run_id: `chaos-run-local-${String(run)}`,
      kind: 'full',
      cluster: 'local',
      started_at: new Date(at).toISOString(),
      finished_at: new Date(at + 480_000).toISOString(),
      headline,
      run_passed,
      pass_rate: run_passed ? 100 : 66,
      summary: run_passed
        ? 'PASS: 3 of 3 scenarios passed'
        : `${headline}: 2 of 3 scenarios passed — leader-transfer: failed; python failed (lost 12)`,
      scenarios,
    };
  });
