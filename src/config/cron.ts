import { z } from 'zod';

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of the month', min: 1, max: 31 },
  {
    name: 'month',
    min: 1,
    max: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of the week', min: 0, max: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];
const DAYS_OF_MONTH: readonly number[] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Five cron fields, as Temporal takes them: `*`, numbers, names, ranges, steps and lists. Days of month and of week must both fit. */
export const cron = z.string().superRefine((text, context) => {
  const message = problemOf(text.trim().split(/\s+/));
  if (message !== undefined) context.addIssue({ code: 'custom', message: `${message}, got "${text}"` });
});

function problemOf(fields: readonly string[]): string | undefined {
  if (fields.length !== FIELDS.length) return 'expected five fields, e.g. "0 */4 * * *"';
  const values: (readonly number[])[] = [];
  for (const [i, field] of FIELDS.entries()) {
    const found = valuesOf(fields[i] ?? '', field);
    if (found === undefined) {
      const names = field.names === undefined ? '' : `, names (${field.names[0]}…)`;
      return `${field.name}: expected numbers from ${field.min} to ${field.max}${names}, *, ranges (a-b), steps (*/n) or lists of these`;
    }
    values.push(found);
  }
  const [, , days = [], months = []] = values;
  const everComes = months.some((month) => days.some((day) => day <= (DAYS_OF_MONTH[month - 1] ?? 0)));
  return everComes ? undefined : 'expected a day that one of its months has; this time never comes';
}

/** All values of a field; undefined if it cannot be read. */
function valuesOf(text: string, { min, max, names = [] }: Field): readonly number[] | undefined {
  const number = (word: string): number => {
    const named = names.indexOf(word.toLowerCase());
    return named >= 0 ? named + min : /^\d{1,2}$/.test(word) ? Number(word) : NaN;
  };
  const values: number[] = [];
  for (const part of text.split(',')) {
    const [, first = '', last, step = '1'] = /^(\*|[a-z\d]+)(?:-([a-z\d]+))?(?:\/(\d{1,2}))?$/i.exec(part) ?? [];
    const from = first === '*' ? min : number(first);
    const to = last !== undefined ? number(last) : first === '*' || part.includes('/') ? max : from;
    const readable =
      from >= min && to <= max && from <= to && Number(step) >= 1 && !(first === '*' && last !== undefined);
    if (!readable) return undefined;
    for (let value = from; value <= to; value += Number(step)) values.push(value);
  }
  return values;
}
