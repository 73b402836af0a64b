import { findingsOf } from './findings.js';
import { goneOf, sightingsOf } from './known-history.js';
import {
  isLiving,
  sortFinding,
  type KnownEntry,
  type KnownVerdict,
  type Sighting,
  type SortedFinding,
} from './known.js';
import type { RunData } from './report-data.js';
import type { Headline } from './status.js';

/** By what a run is told apart from what is known. */
export interface KnownList {
  readonly entries: readonly KnownEntry[];
  /** The day of the run's end in the time zone of its config, e.g. `2026-11-29`: an entry whose `until` has come covers nothing. */
  readonly day: string;
  /** What earlier full rounds of this cluster saw, oldest first. */
  readonly earlier: readonly (readonly Sighting[])[];
}

const rankOf = ({ ids, fails, ofEquipment }: SortedFinding): number => {
  if (ids.length > 0) return fails ? 3 : 4;
  if (ofEquipment) return 2;
  return fails ? 0 : 1;
};

/** FAIL beats INVALID beats KNOWN. A run that passed, in spite of a failure that its rules allow, has passed. */
function headlineOf({ headline, plan, scenarios }: RunData, findings: readonly SortedFinding[]): Headline {
  if (headline !== 'FAIL') return headline;
  const failures = findings.filter(({ fails }) => fails);
  if (failures.some(({ ids, ofEquipment }) => ids.length === 0 && !ofEquipment)) return 'FAIL';
  // Each planned scenario has passed, or it is seen why not: one that a person cancelled, or that has no result, says nothing.
  const isWhole = plan.scenarios.every(({ name }) =>
    scenarios.some(
      ({ scenario, verdict }) =>
        scenario.name === name &&
        (verdict.passed || (verdict.status !== 'cancelled' && failures.some((finding) => finding.scenario === name))),
    ),
  );
  const clusterStarted = !failures.some(({ where }) => where === 'run');
  return failures.some(({ ofEquipment }) => ofEquipment) || (clusterStarted && !isWhole) ? 'INVALID' : 'KNOWN';
}

/** A run that was judged, told apart from what is known: its headline, and what is new, known and gone. */
export function judgeKnown(
  data: RunData,
  { entries, day, earlier }: KnownList,
): RunData & { readonly known: KnownVerdict } {
  const living = entries.filter((entry) => isLiving(entry, day));
  const findings = findingsOf(data)
    .map((finding) => sortFinding(finding, living))
    .sort((a, b) => rankOf(a) - rankOf(b));
  const sightings = data.headline === 'CANCELLED' ? [] : sightingsOf(living, data, findings);
  const { plan } = data;
  // A single scenario is no round.
  const rounds = plan.kind === 'full' ? [...earlier, sightings] : earlier;
  const gone = goneOf(living, rounds)
    .filter(({ id }) => !sightings.some((s) => s.id === id && s.seen > 0))
    .map((one) => (plan.kind === 'full' ? one : { ...one, isNews: false }));
  return { ...data, headline: headlineOf(data, findings), known: { findings, sightings, gone } };
}
