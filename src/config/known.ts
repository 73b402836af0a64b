import { z } from 'zod';
import { BOUNDS, boundOf, type Bound, type KnownEntry } from '../domain/known.js';
import { GUARANTEE_NAMES } from '../domain/guarantees/guarantee.js';
import { CHECKS, PLACES, PLACES_OF, STATUSES_OF, type CheckName, type Place } from '../domain/symptom.js';
import { nearest, type Problem } from './problems.js';

/** Failures of the broker. What the test's own equipment failed at can be no known failure of the broker's. */
const STATUSES = ['failed', 'timeout', 'recover_error', 'cluster_start_error'] as const;

/** Shorter ones are part of nearly everything. */
const part = z.string().refine((text) => text.trim().length >= 3, 'expected at least three characters');

const bound = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^<=\s*\d+(\.\d+)?$/)
        .transform((text) => Number(text.slice(2))),
    ],
    { error: 'expected an upper bound, e.g. <= 30' },
  )
  .refine((value) => value > 0, 'expected an upper bound above 0, e.g. <= 30');

const match = z.strictObject({
  status: z
    .enum(STATUSES, {
      error: `expected one of ${STATUSES.join(', ')}: no failure of the test's own equipment can be known`,
    })
    .optional(),
  check: z.enum(CHECKS).optional(),
  where: z.enum(PLACES).optional(),
  /** Part of what a client or a recovery said. */
  error: part.optional(),
  /** Part of a line of a broker's log that must never appear. */
  line: part.optional(),
  lost: bound.optional(),
  unconfirmed: bound.optional(),
  p99_ms: bound.optional(),
  violations: bound.optional(),
});

type Match = z.infer<typeof match>;

const names = z.array(z.string().min(1)).min(1).default(['*']);

const entry = z
  .strictObject({
    /** Shown everywhere. */
    id: z
      .string({ error: 'expected text, e.g. RMQ-8' })
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected letters, digits, dots, dashes and underscores, e.g. RMQ-8'),
    why: z.string().min(1).max(500),
    issue: z.url({ protocol: /^https?$/, message: 'expected an http or https address' }).optional(),
    scenarios: names,
    sdks: names,
    match,
    /** The build of the broker that was the first to have it. */
    since: z.string({ error: 'expected text, in quotes if it looks like a number' }).min(1).max(100).optional(),
    /** From this day on it counts again, in `time_zone`. */
    until: z.iso.date('expected a day, e.g. 2027-02-01').optional(),
    /** After so many rounds without it, in which it could have been seen, it is said to be gone. */
    gone_after: z.number().int().min(1).max(1000).default(5),
  })
  .superRefine((given, context) => {
    for (const { path, text } of entryProblems(given))
      context.addIssue({ code: 'custom', path: [...path], message: text });
  });

type Entry = z.infer<typeof entry>;

/** The list of known failures; absent: there is none, and everything is as if nobody knew of any. */
export const known = z.array(entry).optional();

/** The same, each entry as far as it can be read by itself. */
export const namingKnown = z.array(entry.optional().catch(undefined)).catch([]);

const isForAll = (list: readonly string[]): boolean => list.includes('*');

/** Of what is no client's. */
const OF_NO_CLIENT: readonly Place[] = ['scenario', 'run'];

type EntryProblem = Problem & { readonly path: readonly (string | number)[] };

/** Where a match can be: as it says, else where its check can be. */
const placesOf = ({ where }: Match, check: CheckName | undefined): readonly Place[] =>
  where === undefined ? (check === undefined ? PLACES : PLACES_OF[check]) : [where];

/** The check that a bound alone is about; any guarantee stands for all of them, which have the same places and statuses. */
const boundedCheck = (bound: Bound | undefined): CheckName | undefined =>
  bound === 'violations' ? GUARANTEE_NAMES[0] : bound;

const boundedText = (bound: Bound): string => (bound === 'violations' ? GUARANTEE_NAMES.join(' or ') : bound);

/** What makes an entry cover too much, or nothing ever. */
function entryProblems({ scenarios, sdks, match: given }: Entry): EntryProblem[] {
  const problems: EntryProblem[] = [];
  const say = (path: readonly (string | number)[], text: string): void => void problems.push({ path, text });
  const bounds = BOUNDS.filter((key) => given[key] !== undefined);
  const [bounded] = bounds;
  const check = given.check ?? (given.line === undefined ? boundedCheck(bounded) : 'never_line');
  if (check === undefined && given.error === undefined) {
    say(['match'], 'expected a check, an error, a line or a bound: without one it would hide every failure');
  }
  if (bounds.length > 1) say(['match'], `expected one bound, got ${bounds.join(' and ')}: make an entry for each`);
  if (given.line !== undefined && check !== 'never_line') {
    say(['match', 'line'], `expected check: never_line or none beside it, got ${String(given.check)}`);
  }
  if (bounded !== undefined && (check === undefined || boundOf(check) !== bounded))
    say(['match', bounded], `bounds the check ${boundedText(bounded)}, got the check ${String(check)}`);
  if (given.check === 'p99_ms' && given.p99_ms === undefined) {
    say(['match', 'p99_ms'], 'expected a bound, e.g. <= 1500: without one every p99 would be known');
  }
  const { where, status } = given;
  if (check !== undefined && where !== undefined && !PLACES_OF[check].includes(where)) {
    say(['match', 'where'], `expected ${PLACES_OF[check].join(' or ')} for the check ${check}, got ${where}`);
  }
  if (check !== undefined && status !== undefined && !STATUSES_OF[check].includes(status)) {
    say(['match', 'status'], `expected ${STATUSES_OF[check].join(' or ')} for the check ${check}, got ${status}`);
  }
  const places = placesOf(given, check);
  if (places.every((place) => OF_NO_CLIENT.includes(place)) && !isForAll(sdks))
    say(['sdks'], 'expected none, since this is of no client');
  if (places.every((place) => place === 'control' || place === 'run') && !isForAll(scenarios)) {
    say(['scenarios'], 'expected none, since this belongs to no scenario');
  }
  return problems;
}

/** What a list of known failures can name. */
export interface KnownTo {
  readonly scenarios: readonly string[];
  readonly sdks: readonly string[];
}

/** What one entry cannot see by itself: names that are not there, an id that is there twice. */
export function knownProblems(list: readonly (Entry | undefined)[], to: KnownTo): Problem[] {
  return list.flatMap((one, i): Problem[] => {
    if (one === undefined) return [];
    const say = (path: readonly (string | number)[], text: string): Problem[] => [
      { path: ['known', i, ...path], text: `known.${[i, ...path].join('.')} (${one.id}): ${text}` },
    ];
    const unknown = (key: 'scenarios' | 'sdks', all: readonly string[]): Problem[] =>
      one[key].flatMap((name, j) => {
        if (name === '*' || all.includes(name)) return [];
        const near = nearest(name, all);
        return say(
          [key, j],
          `expected '*' or one of ${all.join(', ')}, got ${name}${near === undefined ? '' : `; did you mean ${near}?`}`,
        );
      });
    const isTwice = list.findIndex((other) => other?.id === one.id) < i;
    return [
      ...(isTwice ? say(['id'], 'is there twice') : []),
      ...unknown('scenarios', to.scenarios),
      ...unknown('sdks', to.sdks),
    ];
  });
}

/** Entries whose day has come, by `day` in the time zone of the config: no run is planned with them. Everything else goes on, whatever the day. */
export const overProblems = (list: readonly Entry[], day: string): string[] =>
  list.flatMap(({ id, until }, i) =>
    until === undefined || day < until
      ? []
      : [
          `known.${i}.until (${id}): ${until} has come, so this failure counts again: look at it, then remove the entry or give it another day`,
        ],
  );

/** The list as runs carry it. */
export const knownEntries = (list: readonly Entry[]): KnownEntry[] =>
  list.map(({ gone_after: goneAfter, ...rest }) => ({ ...rest, goneAfter }));
