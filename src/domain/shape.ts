/** What stands for a value that came from outside and that nobody can decode. */
export interface Unreadable {
  /** Why. */
  readonly could_not_be_read: string;
}

const isUnreadable = (value: unknown): value is Unreadable =>
  isFields(value) && typeof value['could_not_be_read'] === 'string';

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

const TEXT_SHOWN = 100;
const ITEMS_SHOWN = 5;
const DEPTH_SHOWN = 2;

const some = (items: readonly string[], all: number): string =>
  [...items, ...(all > items.length ? ['…'] : [])].join(',');

/** A value of any kind, size and depth in a few words: never throws. */
export function shown(value: unknown, depth = DEPTH_SHOWN): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') {
    return value.length > TEXT_SHOWN ? `${JSON.stringify(value.slice(0, TEXT_SHOWN))}…` : JSON.stringify(value);
  }
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) {
    if (depth === 0) return '[…]';
    return `[${some(
      value.slice(0, ITEMS_SHOWN).map((item) => shown(item, depth - 1)),
      value.length,
    )}]`;
  }
  if (depth === 0) return '{…}';
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  const first = entries.slice(0, ITEMS_SHOWN).map(([key, item]) => `${shown(key)}:${shown(item, depth - 1)}`);
  return `{${some(first, entries.length)}}`;
}

/** What is wrong with a value from outside, in words; undefined if it has the shape. `at` says where the value stands. */
export type Shape = (value: unknown, at: string) => string | undefined;

/** Longer than any id, path or sentence of ours, and short enough to be kept. */
const TEXT_LIMIT = 4000;

const expected = (value: unknown, at: string, what: string): string => `${at}: expected ${what}, got ${shown(value)}`;

/** Of any length: for what comes from our own hands. */
export const anyText: Shape = (value, at) => (typeof value === 'string' ? undefined : expected(value, at, 'text'));

export const text: Shape = (value, at) => {
  if (typeof value !== 'string') return anyText(value, at);
  return value.length > TEXT_LIMIT
    ? `${at}: expected at most ${TEXT_LIMIT} characters, got ${value.length}`
    : undefined;
};

export const number: Shape = (value, at) =>
  typeof value === 'number' && Number.isFinite(value) ? undefined : expected(value, at, 'a number');

export const truth: Shape = (value, at) =>
  typeof value === 'boolean' ? undefined : expected(value, at, 'true or false');

export const oneOf =
  (...values: readonly string[]): Shape =>
  (value, at) =>
    typeof value === 'string' && values.includes(value) ? undefined : expected(value, at, values.join(' or '));

export const list =
  (of: Shape): Shape =>
  (value, at) => {
    if (!Array.isArray(value)) return expected(value, at, 'a list');
    return (value as readonly unknown[]).map((item, i) => of(item, `${at}[${i}]`)).find((found) => found !== undefined);
  };

export const orNull =
  (of: Shape): Shape =>
  (value, at) =>
    value === null ? undefined : of(value, at);

export const orAbsent =
  (of: Shape): Shape =>
  (value, at) =>
    value === undefined ? undefined : of(value, at);

/** An object with at least these fields. */
export const fields =
  <T extends object>(shapes: { readonly [Key in keyof T]?: Shape }): Shape =>
  (value, at) => {
    if (!isFields(value)) return expected(value, at, `{${Object.keys(shapes).join(', ')}}`);
    return Object.entries<Shape | undefined>(shapes)
      .map(([name, of]) => of?.(value[name], `${at}.${name}`))
      .find((found) => found !== undefined);
  };

/** An object with at most these fields. */
export const onlyFields =
  <T extends object>(shapes: { readonly [Key in keyof T]-?: Shape }): Shape =>
  (value, at) => {
    const known = Object.keys(shapes);
    const problem = fields<T>(shapes)(value, at);
    const other = isFields(value) ? Object.keys(value).find((name) => !known.includes(name)) : undefined;
    if (problem !== undefined || other === undefined) return problem;
    return `${at}: expected no field but ${known.join(', ')}, got ${shown(other)}`;
  };

/** Why a value from outside is of no use, as a sentence; undefined if it has the shape. */
export function problemOf(shape: Shape, value: unknown, at: string): string | undefined {
  return isUnreadable(value) ? unreadable(value, at) : shape(value, at);
}

/** What to say of a value that could not be decoded; undefined if it could. */
export const unreadable = (value: unknown, at: string): string | undefined =>
  isUnreadable(value) ? `${at} could not be read, because ${value.could_not_be_read}` : undefined;

/** The object that a text of JSON has; undefined if it has something else, or is no JSON. */
export function objectIn(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
