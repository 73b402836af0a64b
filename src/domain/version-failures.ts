import { shapeOf } from './broker-lines.js';
import { findingsOf } from './findings.js';
import { sayingClients } from './known-history.js';
import { covers, type KnownEntry } from './known.js';
import type { RunData } from './report-data.js';
import type { Finding, Symptom } from './symptom.js';
import { LEAST_ROUNDS } from './version-noise.js';

/** In how many rounds of a version something was seen, of those in which it could have been. */
export interface SeenIn {
  readonly seen: number;
  readonly of: number;
}

/** What became of a failure from one version to the next. */
export interface FailureStep {
  readonly change: 'new' | 'gone' | null;
  /** It makes the later version worse. */
  readonly counts: boolean;
}

/** One thing that failed, or was warned of, in the rounds of the versions. */
export interface VersionFailure extends Pick<Finding, 'scenario' | 'sdk' | 'where' | 'fails'> {
  /** In words, where there was most of it. */
  readonly text: string;
  /** The known failures that cover it. */
  readonly ids: readonly string[];
  /** They do, each time. */
  readonly isKnown: boolean;
  /** For each version. */
  readonly seen: readonly SeenIn[];
  /** From each version to the next. */
  readonly steps: readonly FailureStep[];
}

interface Sight {
  readonly key: string;
  readonly finding: Finding;
  readonly text: string;
  readonly value: number;
  readonly id: string | undefined;
}

/** What a symptom is the same as in another round: the same check, and of log lines those that say the same but for numbers, on any node. */
const likeOf = ({ check, said }: Symptom): string =>
  check === 'never_line' ? `${check} ${shapeOf(said[0] ?? '')}` : check;

/** Entries that were living when the run was judged: only of these it says whether they were seen. */
const livingIn = ({ plan, known }: RunData): readonly KnownEntry[] =>
  (plan.known ?? []).filter(({ id }) => known?.sightings.some((sighting) => sighting.id === id) === true);

/** What was seen of the broker in one run, symptom by symptom. */
function sightsOf(data: RunData): Sight[] {
  const living = livingIn(data);
  const findings = findingsOf(data).filter(({ blame }) => blame !== 'equipment');
  return findings.flatMap((finding) => {
    const { scenario, sdk, where, fails, status, symptoms } = finding;
    const keyOf = (like: string): string => JSON.stringify([scenario, sdk, where, fails, like]);
    if (symptoms.length === 0) return [{ key: keyOf(status), finding, text: status, value: 0, id: undefined }];
    return symptoms.map((symptom) => ({
      ...{ key: keyOf(likeOf(symptom)), finding, text: symptom.text, value: symptom.value ?? 0 },
      id: living.find((entry) => covers(entry, finding, symptom))?.id,
    }));
  });
}

/** Does a run without it say that it was not there? Where a client or a scenario says nothing of the broker, it does not. */
function couldShow(data: RunData, { scenario, sdk, where }: Pick<Finding, 'scenario' | 'sdk' | 'where'>): boolean {
  if (where === 'run') return true;
  return sayingClients(data, where === 'control' ? 'control' : 'scenarios').some(
    (client) => client.scenario === scenario && (sdk === null || client.sdk === sdk),
  );
}

/**
 * A failure that people know comes and goes, more often in one version than in the other by chance. It counts if it is in no round of the earlier version and in
 * each of the later one.
 */
function stepOf(
  before: SeenIn,
  after: SeenIn,
  { fails, isKnown }: Pick<VersionFailure, 'fails' | 'isKnown'>,
): FailureStep {
  const isNew = before.of > 0 && before.seen === 0 && after.seen > 0;
  const isGone = after.of > 0 && after.seen === 0 && before.seen > 0;
  const isEach = after.seen === after.of && Math.min(before.of, after.of) >= LEAST_ROUNDS;
  return { change: isNew ? 'new' : isGone ? 'gone' : null, counts: isNew && fails && (!isKnown || isEach) };
}

/** Where there was most of it; of as much, the same one in whichever order the rounds come. */
const mostOf = (sights: readonly Sight[]): Sight | undefined =>
  [...sights].sort((a, b) => b.value - a.value || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))[0];

/** Every failure and every warning of the rounds that count. `rounds`: for each version. */
export function failuresOf(rounds: readonly (readonly RunData[])[]): VersionFailure[] {
  const runs = rounds.map((all) => all.map((data) => ({ data, sights: sightsOf(data) })));
  const found = new Map<string, Sight[]>();
  for (const sight of runs.flat().flatMap(({ sights }) => sights)) {
    found.set(sight.key, [...(found.get(sight.key) ?? []), sight]);
  }
  return [...found].flatMap(([key, sights]) => {
    const most = mostOf(sights);
    if (most === undefined) return [];
    const { scenario, sdk, where, fails } = most.finding;
    const seen = runs.map((all) => {
      const inRuns = all.map((run) => ({ run, isSeen: run.sights.some((sight) => sight.key === key) }));
      return {
        seen: inRuns.filter(({ isSeen }) => isSeen).length,
        of: inRuns.filter(({ run, isSeen }) => isSeen || couldShow(run.data, most.finding)).length,
      };
    });
    const ids = [...new Set(sights.flatMap(({ id }) => id ?? []))].sort();
    const isKnown = sights.every(({ id }) => id !== undefined);
    const steps = seen.slice(1).map((after, i) => stepOf(seen[i] ?? { seen: 0, of: 0 }, after, { fails, isKnown }));
    return [{ scenario, sdk, where, fails, text: most.text, ids, isKnown, seen, steps }];
  });
}
