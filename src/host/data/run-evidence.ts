import { existsSync, readFileSync } from 'node:fs';
import { loudLines, type LoudLines } from '../../domain/broker-lines.js';
import type { ClientOutcome } from '../../domain/client-result.js';
import type { StoredLedger } from '../../domain/ledger.js';
import { claimedLoss, lossOf, type BrokersSince, type Loss } from '../../domain/losses.js';
import type { RunData, ScenarioResult } from '../../domain/report-data.js';
import { readLedger } from '../clients/ledger-file.js';
import { readJson } from '../os/files.js';
import { runPaths } from '../layout/paths.js';

export interface StoredLedgers {
  readonly ledgers: readonly StoredLedger[];
  /** What could not be read, each a sentence. */
  readonly problems: readonly string[];
}

/** Every ledger of a run. One that cannot be read is a problem, and not the end. */
export function readLedgers(runDir: string, scenarios: readonly string[], sdks: readonly string[]): StoredLedgers {
  const ledgers: StoredLedger[] = [];
  const problems: string[] = [];
  const phases = [
    { scenario: null, phase: 'control' } as const,
    ...scenarios.flatMap((scenario) => [
      { scenario, phase: 'fault' } as const,
      { scenario, phase: 'validation' } as const,
    ]),
  ];
  for (const { scenario, phase } of phases) {
    for (const sdk of sdks) {
      try {
        const ledger = readLedger(runPaths(runDir).phase(scenario, phase), sdk);
        if (ledger !== undefined) ledgers.push({ scenario, phase, sdk, ledger });
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        problems.push(`${scenario ?? 'control'}, ${phase}: ${sdk}'s ledger cannot be read: ${why}`);
      }
    }
  }
  return { ledgers, problems };
}

type Judged = Pick<RunData, 'control' | 'scenarios'>;

function outcomesOf({ control, scenarios }: Judged, scenario: string | null): readonly ClientOutcome[] {
  if (scenario === null) return control;
  return scenarios.find((s) => s.scenario.name === scenario)?.validation ?? [];
}

/** Every message of a run that was acknowledged and never received: by the ledgers, and where a client left none by what it says. */
export function lossesOf(runDir: string, { ledgers }: StoredLedgers, judged: Judged): Loss[] {
  const brokers = readJson<BrokersSince[]>(runPaths(runDir).brokers) ?? [];
  const faultOf = (name: string | null): ScenarioResult['fault'] | undefined =>
    judged.scenarios.find((s) => s.scenario.name === name)?.fault;
  const found = ledgers.flatMap(({ ledger, ...where }) => {
    const fault = faultOf(where.scenario);
    // What was sent after the recovery is not the fault's; the figures of the fault period count the same.
    const untilUs = where.phase === 'fault' ? (fault?.recoveredUs ?? null) : null;
    return lossOf(where, ledger, { injectedUs: fault?.injectedUs ?? null, untilUs }, brokers) ?? [];
  });
  const places = [null, ...judged.scenarios.map((s) => s.scenario.name)];
  const claimed = places.flatMap((scenario) =>
    outcomesOf(judged, scenario).flatMap(({ sdk, result }) => {
      const phase = scenario === null ? 'control' : 'validation';
      const known = ledgers.some((l) => l.scenario === scenario && l.phase === phase && l.sdk === sdk);
      return known ? [] : (claimedLoss({ scenario, phase, sdk }, result) ?? []);
    }),
  );
  return [...found, ...claimed];
}

/** What the brokers said loudly, by scenario: after its baseline and up to the end of its validation. */
export function loudLogs(runDir: string, { plan, scenarios }: RunData): Record<string, LoudLines[]> {
  const linesOf = (label: string): string[] => {
    const file = runPaths(runDir).snapshot(label).log;
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  };
  return Object.fromEntries(
    scenarios.map(({ scenario, snapshots }) => {
      const labels = snapshots.map(({ label }) => label).filter((label) => !label.endsWith('-1-baseline'));
      return [
        scenario.name,
        loudLines(labels.flatMap(linesOf), { never: plan.neverLines, benign: plan.benignLines ?? [] }),
      ];
    }),
  );
}
