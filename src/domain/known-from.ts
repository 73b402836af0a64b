import { boundOf, type KnownEntry, type KnownMatch } from './known.js';
import type { CheckName, Finding, Symptom } from './symptom.js';

/** What a person gives to an entry. */
export interface Named {
  readonly id: string;
  readonly why: string;
  readonly since?: string | undefined;
}

/** An entry as it stands in a config: without what is as by default. */
export type WrittenEntry = Omit<KnownEntry, 'goneAfter' | 'scenarios' | 'sdks' | 'match'> & {
  readonly scenarios?: readonly string[];
  readonly sdks?: readonly string[];
  readonly match: Readonly<Record<string, string>>;
};

const PART_CHARS = 60;
/** Shorter ones are part of too much. */
const ENOUGH_CHARS = 8;

/** A part of a text without numbers, which will be the same the next time: the last one that is long enough, since what is special of a text stands at its end. */
function lastingPart(text: string): string {
  const parts = text.split(/[0-9]+[0-9a-fA-F.:/]*|"[^"]*"/).map((part) => part.slice(-PART_CHARS).trim());
  const longest = parts.reduce((best, part) => (part.length > best.length ? part : best), '');
  return parts.findLast((part) => part.length >= ENOUGH_CHARS) ?? longest;
}

/** What says most of why a client failed: that its set-up failed is said of each that could not connect. */
const telling = (said: readonly string[]): string =>
  said.find((text) => !text.startsWith('setup_error:')) ?? said[0] ?? '';

/** Matches this symptom, and nothing worse: by a bound where it has a figure, else by what was said. */
function matchOf({ status }: Finding, { check, where, said }: Symptom): KnownMatch {
  if (check === 'never_line') return { line: lastingPart(said[0] ?? '') || (said[0] ?? '') };
  // The name of a broker is too short to be told by: the death of any of them is covered.
  if (check === 'dead_broker') return { status, check, where };
  const part = boundOf(check) !== undefined ? '' : lastingPart(telling(said));
  return { status, check, where, ...(part === '' ? {} : { error: part }) };
}

/** One thing that was seen of several clients. */
interface Group {
  readonly check: CheckName;
  readonly match: KnownMatch;
  readonly scenario: string | null;
  readonly sdks: readonly (string | null)[];
  readonly most: number | null;
}

function groupsOf(findings: readonly Finding[]): Group[] {
  const groups = new Map<string, Group>();
  for (const finding of findings) {
    for (const symptom of finding.symptoms) {
      const match = matchOf(finding, symptom);
      const key = JSON.stringify([finding.scenario, match]);
      const before = groups.get(key);
      const value = symptom.value;
      const most = before?.most == null ? value : value === null ? before.most : Math.max(before.most, value);
      const sdks = [...new Set([...(before?.sdks ?? []), finding.sdk])];
      groups.set(key, { check: symptom.check, match, scenario: finding.scenario, sdks, most });
    }
  }
  return [...groups.values()];
}

/**
 * Entries that cover these findings and nothing more: one for each check, where and scenario, with the clients that failed it, and the worst figure as the bound. More
 * than one get the id with a number.
 */
export function entriesFrom(findings: readonly Finding[], { id, why, since }: Named): WrittenEntry[] {
  const groups = groupsOf(findings);
  return groups.map(({ check, match, scenario, sdks, most }, i) => {
    const given = Object.fromEntries(Object.entries(match).map(([key, value]) => [key, String(value)]));
    const key = boundOf(check);
    const bound = key !== undefined && most !== null ? { [key]: `<= ${Math.ceil(most)}` } : {};
    const names = sdks.filter((sdk) => sdk !== null);
    return {
      id: groups.length === 1 ? id : `${id}.${i + 1}`,
      why,
      ...(scenario === null ? {} : { scenarios: [scenario] }),
      ...(names.length < sdks.length ? {} : { sdks: names }),
      match: { ...given, ...bound },
      ...(since === undefined ? {} : { since }),
    };
  });
}
