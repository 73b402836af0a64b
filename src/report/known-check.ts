import { judgeKnown } from '../domain/known-verdict.js';
import { isNew, nameOf, ofBroker, type KnownEntry, type Sighting, type SortedFinding } from '../domain/known.js';
import type { RunData } from '../domain/report-data.js';
import { dash, table } from './format.js';

/** What an entry covered in all stored runs. */
export interface CheckedEntry {
  readonly id: string;
  readonly why: string;
  /** Runs in which it could have been seen, and those in which it was. */
  readonly eligible: number;
  readonly seen: number;
  /** `scenario/sdk check`, with how many findings each. */
  readonly covered: readonly { readonly what: string; readonly times: number }[];
  readonly lastRun: string | null;
  /** Rounds in a row without it, where they are enough to call it gone; else null. */
  readonly goneFor: number | null;
}

/** What no entry covers. */
export interface Uncovered {
  readonly what: string;
  readonly fails: boolean;
  readonly times: number;
  readonly lastRun: string;
}

export interface CheckedList {
  readonly runs: number;
  readonly entries: readonly CheckedEntry[];
  readonly uncovered: readonly Uncovered[];
}

const placeOf = (finding: SortedFinding): string =>
  `${nameOf(finding)}${finding.scenario === null ? '' : `, ${finding.where}`}`;

/** Plays stored runs, oldest first, against a list: as if it had been in the config of each. */
export function checkKnown(
  runs: readonly RunData[],
  entries: readonly KnownEntry[],
  dayOf: (data: RunData) => string,
): CheckedList {
  const covered = new Map(entries.map(({ id }) => [id, new Map<string, number>()]));
  const last = new Map<string, string>();
  const counts = new Map(entries.map(({ id }) => [id, { eligible: 0, seen: 0 }]));
  const uncovered = new Map<string, Uncovered>();
  const rounds: (readonly Sighting[])[] = [];
  let gone: ReturnType<typeof judgeKnown>['known']['gone'] = [];
  for (const data of runs) {
    const { known } = judgeKnown(data, { entries, day: dayOf(data), earlier: rounds });
    for (const finding of ofBroker(known.findings)) {
      const place = placeOf(finding);
      const what = `${place}: ${finding.text}`;
      for (const id of [...finding.ids, ...finding.partly]) {
        const whats = covered.get(id);
        whats?.set(place, (whats.get(place) ?? 0) + 1);
        last.set(id, data.runId);
      }
      if (!isNew(finding)) continue;
      const times = (uncovered.get(what)?.times ?? 0) + 1;
      uncovered.set(what, { what, fails: finding.fails, times, lastRun: data.runId });
    }
    for (const { id, seen } of known.sightings) {
      const { eligible, seen: before } = counts.get(id) ?? { eligible: 0, seen: 0 };
      counts.set(id, { eligible: eligible + 1, seen: before + (seen > 0 ? 1 : 0) });
    }
    if (data.plan.kind === 'full') rounds.push(known.sightings);
    gone = known.gone;
  }
  return {
    runs: runs.length,
    entries: entries.map(({ id, why }) => ({
      id,
      why,
      ...(counts.get(id) ?? { eligible: 0, seen: 0 }),
      covered: [...(covered.get(id) ?? [])].map(([what, times]) => ({ what, times })),
      lastRun: last.get(id) ?? null,
      goneFor: gone.find((one) => one.id === id)?.rounds ?? null,
    })),
    uncovered: [...uncovered.values()].sort((a, b) => Number(b.fails) - Number(a.fails) || b.times - a.times),
  };
}

/** The same as tables. */
export function checkedText({ runs, entries, uncovered }: CheckedList): string {
  const list = table(
    ['entry', 'seen', 'covered', 'last seen in', ''],
    entries.map(({ id, eligible, seen, covered, lastRun, goneFor }) => [
      id,
      `in ${seen} of ${eligible} runs`,
      covered.map(({ what, times }) => `${what} ×${times}`).join('; ') || dash,
      lastRun ?? dash,
      goneFor === null ? '' : `gone: not seen for ${goneFor} rounds`,
    ]),
  );
  const rest = table(
    ['new', 'times', 'last in', 'what was seen'],
    uncovered.map(({ fails, times, lastRun, what }) => [fails ? 'failure' : 'warning', String(times), lastRun, what]),
  );
  return [
    `${runs} stored run${runs === 1 ? '' : 's'} against ${entries.length} known failure${entries.length === 1 ? '' : 's'}`,
    ...(entries.length > 0 ? ['', list] : []),
    '',
    ...(uncovered.length > 0 ? ['Not covered by any entry:', '', rest] : ['Everything that was seen is covered.']),
  ].join('\n');
}

/** What earlier rounds of a run's cluster saw of these entries, oldest first, from their reports: as far back as it takes to say what is gone. `earlier`: latest first. */
export function sightingsIn(earlier: Iterable<RunData>, entries: readonly KnownEntry[]): (readonly Sighting[])[] {
  const rounds: (readonly Sighting[])[] = [];
  const unseen = new Set(entries.map(({ id }) => id));
  for (const data of earlier) {
    if (unseen.size === 0) break;
    if (data.plan.kind !== 'full' || data.headline === 'CANCELLED') continue;
    const { sightings } = judgeKnown(data, { entries, day: '', earlier: [] }).known;
    rounds.unshift(sightings);
    for (const { id, seen } of sightings) if (seen > 0) unseen.delete(id);
  }
  return rounds;
}
