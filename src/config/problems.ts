import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { keysAt } from './sections.js';
import type { Path } from './yaml.js';

/** What is wrong with the value at a path, in words for the file's author. */
export interface Problem {
  readonly path: Path;
  readonly text: string;
}

/** A key that is no word is shown as one text. */
const join = (path: Path): string =>
  path.map((key) => (/^[\p{L}\p{N}_-]+$/u.test(String(key)) ? String(key) : JSON.stringify(String(key)))).join('.') ||
  'config';

/** What a config's author calls the types of the schema. */
const KINDS: Readonly<Record<string, string>> = {
  object: 'a section (key: value)',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/** Text is shown only where a number or a yes is missed: anywhere else it may be a secret that somebody wrote into the wrong place. */
function kindOf({ input, expected }: z.core.$ZodIssueInvalidType): string {
  if (input === undefined || input === null) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'string') return /^(number|int|boolean)$/.test(expected) ? JSON.stringify(input) : 'text';
  return typeof input === 'number' || typeof input === 'boolean' ? String(input) : 'a section';
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodType): Problem[] {
  if (issue.code === 'invalid_type') {
    const text = `${join(issue.path)}: expected ${KINDS[issue.expected] ?? issue.expected}, got ${kindOf(issue)}`;
    return [{ path: issue.path, text }];
  }
  if (issue.code !== 'unrecognized_keys') {
    return [{ path: issue.path, text: `${join(issue.path)}: ${issue.message}` }];
  }
  const keys = keysAt(schema, issue.path);
  return issue.keys.map((key) => {
    const near = nearest(key, keys);
    const hint = near === undefined ? `known keys: ${keys.join(', ')}` : `did you mean ${near}?`;
    return { path: [...issue.path, key], text: `${join([...issue.path, key])}: unknown key; ${hint}` };
  });
}

/** What a schema found, of a value that was parsed with `reportInput`. */
export const schemaProblems = (issues: readonly z.core.$ZodIssue[], schema: z.ZodType): Problem[] =>
  issues.flatMap((issue) => problemsOf(issue, schema));

/** The candidate that somebody may have meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates.map((c) => ({ c, d: distance(word, c) })).sort((a, b) => a.d - b.d);
  const best = ranked[0];
  return best !== undefined && best.d <= Math.max(2, word.length / 3) ? best.c : undefined;
}
