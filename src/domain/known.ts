import { isGuarantee } from './guarantee-verdict.js';
import type { ScenarioStatus, SdkStatus } from './status.js';
import type { CheckName, Finding, Place, Symptom } from './symptom.js';

/** What an entry covers: everything that is given must hold. Bounds are inclusive upper ones. */
export interface KnownMatch {
  readonly status?: ScenarioStatus | SdkStatus | undefined;
  readonly check?: CheckName | undefined;
  readonly where?: Place | undefined;
  /** Part of what a client or a recovery said. */
  readonly error?: string | undefined;
  /** Part of a log line that must never appear. */
  readonly line?: string | undefined;
  readonly lost?: number | undefined;
  readonly unconfirmed?: number | undefined;
  /** In ms. */
  readonly p99_ms?: number | undefined;
  /** Of one guarantee. */
  readonly violations?: number | undefined;
}

/** One failure that people know of: it is shown, and is nothing new. */
export interface KnownEntry {
  readonly id: string;
  readonly why: string;
  readonly issue?: string | undefined;
  /** Names, or `*`. What belongs to no scenario (the control run) is covered by `*` alone. */
  readonly scenarios: readonly string[];
  readonly sdks: readonly string[];
  readonly match: KnownMatch;
  /** Since which build of the broker, in words. */
  readonly since?: string | undefined;
  /** `2027-02-01`: from then on it counts again. */
  readonly until?: string | undefined;
  /** After so many rounds without it, in which it could have been seen, it is gone. */
  readonly goneAfter: number;
}

/** The bounds of a match. */
export const BOUNDS = ['lost', 'unconfirmed', 'p99_ms', 'violations'] as const;
export type Bound = (typeof BOUNDS)[number];

/** What bounds a check: `violations` those of guarantees, any other the check of its own name. Undefined: nothing does. */
export const boundOf = (check: CheckName): Bound | undefined =>
  isGuarantee(check) ? 'violations' : BOUNDS.find((bound) => bound === check);

/** `day`: a date like `until`, in the time zone of the config. */
export const isLiving = ({ until }: KnownEntry, day: string): boolean => until === undefined || day < until;

const names = (list: readonly string[], name: string | null): boolean =>
  list.includes('*') || (name !== null && list.includes(name));

/** Is this entry about these scenarios and clients at all? A failure of no client is covered by entries for every client alone. */
export const isAbout = (
  { scenarios, sdks }: KnownEntry,
  { scenario, sdk }: Pick<Finding, 'scenario' | 'sdk'>,
): boolean => names(scenarios, scenario) && names(sdks, sdk);

/** A figure is covered by an entry that names its check or bounds it, and a p99 by a bound alone: no word of a client makes every loss known. */
function meansFigure(match: KnownMatch, { check }: Symptom): boolean {
  const key = boundOf(check);
  if (key === undefined || match[key] !== undefined) return true;
  return match.check === check && check !== 'p99_ms';
}

const isWithin = (match: KnownMatch, { check, value }: Symptom): boolean =>
  BOUNDS.every((key) => {
    const bound = match[key];
    return bound === undefined || (boundOf(check) === key && value !== null && value <= bound);
  });

/** Does the entry cover this symptom of this finding? */
export function covers(entry: KnownEntry, finding: Finding, symptom: Symptom): boolean {
  const { match } = entry;
  return (
    isAbout(entry, finding) &&
    (match.status === undefined || match.status === finding.status) &&
    (match.check === undefined || match.check === symptom.check) &&
    (match.where === undefined || match.where === symptom.where) &&
    (match.error === undefined || symptom.said.some((text) => text.includes(match.error ?? ''))) &&
    (match.line === undefined ||
      (symptom.check === 'never_line' && symptom.said.every((text) => text.includes(match.line ?? '')))) &&
    meansFigure(match, symptom) &&
    isWithin(match, symptom)
  );
}

/** A failure or a warning as the report shows it. */
export interface SortedFinding extends Pick<Finding, 'scenario' | 'sdk' | 'where' | 'status' | 'fails'> {
  /** The test's own equipment failed: no entry covers that. */
  readonly ofEquipment: boolean;
  /** What was seen, in words. */
  readonly text: string;
  /** The entries that cover it together, wholly; none: it is new. */
  readonly ids: readonly string[];
  /** Entries that cover a part of it. */
  readonly partly: readonly string[];
}

const TEXTS_SHOWN = 5;

function textOf({ status, fails, symptoms }: Finding): string {
  const shown = symptoms.slice(0, TEXTS_SHOWN).map(({ text }) => text);
  const rest = symptoms.length - shown.length;
  const all = [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
  if (!fails) return all;
  return all === '' ? status : `${status} (${all})`;
}

/**
 * Which entries cover a finding. It is known if each of its symptoms is covered, by the first entry of the list that does; what nothing was seen of is never
 * known.
 */
export function sortFinding(finding: Finding, entries: readonly KnownEntry[]): SortedFinding {
  const by = finding.symptoms.map((symptom) => entries.find((entry) => covers(entry, finding, symptom))?.id);
  const touched = [...new Set(by.filter((id) => id !== undefined))];
  const isWhole = by.length > 0 && !by.includes(undefined);
  const { scenario, sdk, where, status, fails, blame } = finding;
  return {
    scenario,
    sdk,
    where,
    status,
    fails,
    ofEquipment: blame === 'equipment',
    text: textOf(finding),
    ids: isWhole ? touched : [],
    partly: isWhole ? [] : touched,
  };
}

/** One entry in one run in which it could have been seen. */
export interface Sighting {
  readonly id: string;
  /** How many findings of the run it covers, wholly or in part. */
  readonly seen: number;
}

/** An entry that was not seen in as many rounds as it takes to call it gone. */
export interface Gone {
  readonly id: string;
  readonly why: string;
  /** Rounds in a row, this one included. */
  readonly rounds: number;
  /** It is gone with this round: no earlier one has said so. */
  readonly isNews: boolean;
}

/** What of a run is new, what is known, and what is gone. Only of runs whose config has a list of known failures. */
export interface KnownVerdict {
  /** New failures first, then new warnings, then what is known. */
  readonly findings: readonly SortedFinding[];
  readonly sightings: readonly Sighting[];
  readonly gone: readonly Gone[];
}

export interface KnownCounts {
  readonly newFailures: number;
  readonly newWarnings: number;
  readonly known: number;
  readonly gone: number;
}

/** What the test's own equipment failed at is neither new nor known: it says nothing of the broker. */
export const ofBroker = (findings: readonly SortedFinding[]): SortedFinding[] =>
  findings.filter(({ ofEquipment }) => !ofEquipment);

export const isNew = ({ ids }: Pick<SortedFinding, 'ids'>): boolean => ids.length === 0;

/** `leader-transfer/go`; where it is of no scenario, where it was seen. */
export const nameOf = ({ scenario, sdk, where }: Pick<SortedFinding, 'scenario' | 'sdk' | 'where'>): string =>
  [scenario ?? where, ...(sdk === null ? [] : [sdk])].join('/');

export function countsOf({ findings, gone }: KnownVerdict): KnownCounts {
  const all = ofBroker(findings);
  const newOnes = all.filter(isNew);
  return {
    newFailures: newOnes.filter(({ fails }) => fails).length,
    newWarnings: newOnes.filter(({ fails }) => !fails).length,
    known: all.length - newOnes.length,
    gone: gone.length,
  };
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** `1 new failure, 3 known, 1 gone`. */
export function countsText({ newFailures, newWarnings, known, gone }: KnownCounts): string {
  const warnings = newWarnings > 0 ? [plural(newWarnings, 'new warning')] : [];
  return [plural(newFailures, 'new failure'), ...warnings, `${known} known`, `${gone} gone`].join(', ');
}

/** Is there anything that people have not been told yet? */
export const isNewsIn = (verdict: KnownVerdict): boolean => {
  const { newFailures, newWarnings } = countsOf(verdict);
  return newFailures + newWarnings > 0 || verdict.gone.some(({ isNews }) => isNews);
};
