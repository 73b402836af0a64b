import { existsSync, readFileSync } from 'node:fs';
import { loudLines, type LoudLines } from '../../domain/broker-lines.js';
import type { ClientOutcome } from '../../domain/client-result.js';
import { placesOf, type StoredLedger } from '../../domain/ledger.js';
import { claimedLoss, lossesOfLedger, type BrokersSince, type Loss } from '../../domain/losses.js';
import { faultBorders, wholePhase, type PeriodBorder } from '../../domain/periods.js';
import type { RunData, ScenarioResult } from '../../domain/report-data.js';
import { readStored } from '../os/stored.js';
import { runPaths } from '../layout/paths.js';
import type { StoredLedgers } from './stored-ledgers.js';

type Judged = Pick<RunData, 'control' | 'scenarios'>;
type Place = Pick<StoredLedger, 'scenario' | 'phase'>;

const scenarioOf = ({ scenarios }: Judged, { scenario }: Place): ScenarioResult | undefined =>
  scenarios.find((s) => s.scenario.name === scenario);

/** Whose own word counts in a phase, where it left no ledger. */
function outcomesOf(judged: Judged, place: Place): readonly ClientOutcome[] {
  if (place.phase === 'control') return judged.control;
  const result = scenarioOf(judged, place);
  return (place.phase === 'fault' ? result?.withoutLedger : result?.validation) ?? [];
}

/** By which periods the messages of a phase are counted. */
function bordersOf(judged: Judged, place: Place): readonly PeriodBorder[] {
  if (place.phase === 'control') return wholePhase('control run');
  if (place.phase === 'validation') return wholePhase('validation');
  const result = scenarioOf(judged, place);
  return result === undefined ? [] : (result.borders ?? faultBorders(result.fault, null));
}

/** The one period of what a client without a ledger lost: in a fault period nobody can tell which. */
const claimedPeriod = { control: 'control run', fault: 'unknown', validation: 'validation' } as const;

/** Every message of a run that was acknowledged and never received: by the ledgers, and where a client left none by what it says. */
export function lossesOf(runDir: string, { ledgers }: StoredLedgers, judged: Judged): Loss[] {
  const brokers = readStored<BrokersSince[]>('broker list', runPaths(runDir).brokers) ?? [];
  const found = ledgers.flatMap(({ ledger, ...where }) => {
    // A stranger with the client's id took some of its messages: what it misses says nothing of the broker.
    if (outcomesOf(judged, where).some(({ sdk, idTaken }) => sdk === where.sdk && idTaken !== undefined)) return [];
    const injectedUs = scenarioOf(judged, where)?.fault.injectedUs ?? null;
    return lossesOfLedger(where, ledger, { injectedUs, borders: bordersOf(judged, where) }, brokers);
  });
  const places = placesOf(judged.scenarios.map(({ scenario }) => scenario.name));
  const claimed = places.flatMap((place) =>
    outcomesOf(judged, place).flatMap(({ sdk, result }) => {
      const { scenario, phase } = place;
      const known = ledgers.some((l) => l.scenario === scenario && l.phase === phase && l.sdk === sdk);
      return known ? [] : (claimedLoss({ ...place, sdk, period: claimedPeriod[phase] }, result) ?? []);
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
