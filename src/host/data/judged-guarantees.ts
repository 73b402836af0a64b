import { CROWD, crowdFigures, type CrowdFigures } from '../../domain/crowd.js';
import { messageOf } from '../../domain/errors.js';
import type { FaultRecord } from '../../domain/fault-record.js';
import { faultCircumstances, guaranteeResults } from '../../domain/guarantee-results.js';
import type { BrokerLimits, Circumstances, GuaranteeResult } from '../../domain/guarantees/guarantee.js';
import { placesOf, type StoredLedger } from '../../domain/ledger.js';
import type { BrokersSince } from '../../domain/losses.js';
import type { FindGuarantees } from '../../domain/rejudge-guarantees.js';
import type { RunData } from '../../domain/report-data.js';
import { clientsOf } from '../../domain/scenario.js';
import { readHistory } from '../clients/history-file.js';
import { phasePaths } from '../layout/phase-paths.js';
import { runPaths } from '../layout/paths.js';
import { readStoredIfWhole, writeStored } from '../os/stored.js';

/** One phase of a run whose ledgers are to be judged. */
export interface PhaseToJudge extends Pick<StoredLedger, 'scenario' | 'phase'> {
  readonly runDir: string;
  /** Without those of whom nobody can say what of it is the broker's. */
  readonly sdks: readonly string[];
  readonly workload: string;
  /** Of a fault period: the kind of the fault, and how it went. */
  readonly fault: { readonly kind: string; readonly record: FaultRecord } | null;
  readonly limits: BrokerLimits;
}

export interface PhaseJudged {
  /** By SDK, and in the order of the guarantees. */
  readonly results: readonly GuaranteeResult[];
  /** Of a crowd to whose brokers something was done; absent: there was none, or an earlier version judged. */
  readonly crowd?: readonly CrowdFigures[];
  /** SDKs that left a ledger that can be read. */
  readonly judged: readonly string[];
  /** What could not be judged, each a sentence. */
  readonly notes: readonly string[];
}

/** What the checkers of now say of a stored run. */
export interface RunJudged extends Pick<PhaseJudged, 'notes'> {
  /** Of one client in one phase; undefined where it left no ledger that can be read. */
  readonly find: FindGuarantees;
}

const NOTE_CHARS = 300;

/** Applies every checker to what the clients of a phase left. One ledger at a time is in memory; one that cannot be read is a note. */
export async function judgePhase(asked: PhaseToJudge): Promise<PhaseJudged> {
  const { runDir, scenario, phase, sdks, workload, fault, limits } = asked;
  // After a failed injection nobody knows what was done to the cluster, and when.
  if (fault !== null && fault.record.injectError !== null) return { results: [], judged: [], notes: [] };
  const brokers = readStoredIfWhole<BrokersSince[]>('broker list', runPaths(runDir).brokers) ?? [];
  const done = fault === null ? null : faultCircumstances(fault.kind, fault.record, brokers);
  const circumstances: Circumstances = { fault: done, broker: limits };
  const results: GuaranteeResult[] = [];
  const crowd: CrowdFigures[] = [];
  const judged: string[] = [];
  const notes: string[] = [];
  for (const sdk of sdks) {
    try {
      const history = await readHistory(runPaths(runDir).phase(scenario, phase), sdk);
      if (history === undefined) continue;
      results.push(...guaranteeResults(history, circumstances, { phase, sdk }));
      if (workload === CROWD && done !== null)
        crowd.push(crowdFigures(sdk, history, { fromUs: done.injectedUs, untilUs: history.endUs }));
      judged.push(sdk);
    } catch (error) {
      const where = `${scenario ?? 'control'}, ${phase}`;
      notes.push(`${where}: the guarantees of ${sdk} are not judged: ${messageOf(error)}`.slice(0, NOTE_CHARS));
    }
  }
  return { results, ...(crowd.length === 0 ? {} : { crowd }), judged, notes };
}

const fileOf = (runDir: string, { scenario, phase }: Pick<StoredLedger, 'scenario' | 'phase'>): string =>
  phasePaths(runPaths(runDir).phase(scenario, phase)).guarantees;

/** The same, and written down: violations in full are too much for the history of a workflow. */
export async function judgeAndKeep(asked: PhaseToJudge): Promise<PhaseJudged> {
  const judged = await judgePhase(asked);
  writeStored('guarantees', fileOf(asked.runDir, asked), judged);
  return judged;
}

/** What was written down of a phase; undefined where it was not judged. */
export const storedJudged = (
  runDir: string,
  place: Pick<StoredLedger, 'scenario' | 'phase'>,
): PhaseJudged | undefined => readStoredIfWhole<PhaseJudged>('guarantees', fileOf(runDir, place));

/** The same, of the guarantees alone. */
export const storedGuarantees = (...of: Parameters<typeof storedJudged>): readonly GuaranteeResult[] | undefined =>
  storedJudged(...of)?.results;

/** Every phase of a stored run, judged by the checkers of now. */
export async function judgeStoredRun(
  runDir: string,
  { plan, scenarios, control }: RunData,
  limits: BrokerLimits,
): Promise<RunJudged> {
  const found = new Map<string, readonly GuaranteeResult[]>();
  const said: string[] = [];
  for (const place of placesOf(plan.scenarios.map(({ name }) => name))) {
    const of = scenarios.find(({ scenario }) => scenario.name === place.scenario);
    if (place.scenario !== null && of === undefined) continue;
    const outcomes = { control, fault: of?.withoutLedger ?? [], validation: of?.validation ?? [] }[place.phase];
    const { workload, sdks: all } = clientsOf(plan, place.scenario);
    const sdks = all.filter((sdk) => !outcomes.some((o) => o.sdk === sdk && o.idTaken !== undefined));
    const fault = place.phase === 'fault' && of ? { kind: of.scenario.fault, record: of.fault } : null;
    const { results, judged, notes } = await judgePhase({ runDir, ...place, sdks, workload, fault, limits });
    for (const sdk of judged)
      found.set(
        keyOf(place, sdk),
        results.filter((result) => result.sdk === sdk),
      );
    said.push(...notes);
  }
  return { find: (scenario, phase, sdk) => found.get(keyOf({ scenario, phase }, sdk)), notes: said };
}

const keyOf = ({ scenario, phase }: Pick<StoredLedger, 'scenario' | 'phase'>, sdk: string): string =>
  JSON.stringify([scenario, phase, sdk]);
