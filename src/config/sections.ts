import type { Path } from './yaml.js';

/** The parts of a zod schema that tell what it takes: an object has `shape`, an array `element`, a record `keyType`. */
interface Inner {
  readonly shape?: Readonly<Record<PropertyKey, unknown>>;
  readonly element?: unknown;
  readonly keyType?: unknown;
  readonly unwrap?: () => unknown;
}

/** What a schema takes, without its defaults and the like. */
function inner(schema: unknown): Inner {
  let at = (schema ?? {}) as Inner;
  while (typeof at.unwrap === 'function' && !('element' in at)) at = at.unwrap() as Inner;
  return at;
}

const isSection = (schema: unknown): boolean => {
  const { shape, element, keyType } = inner(schema);
  return (shape ?? element ?? keyType) !== undefined;
};

/** A section whose every line is commented out is as if absent, like an empty file. A key that takes a single value is not: it is unfinished. */
export function withoutEmptySections(raw: unknown, schema: unknown): unknown {
  const { shape, element } = inner(schema);
  if (Array.isArray(raw)) return raw.map((one: unknown) => withoutEmptySections(one, element));
  if (shape === undefined || typeof raw !== 'object' || raw === null) return raw;
  const ofKey = (key: string): unknown => (Object.hasOwn(shape, key) ? shape[key] : undefined);
  return Object.fromEntries(
    Object.entries(raw)
      .filter(([key, value]) => value !== null || !isSection(ofKey(key)))
      .map(([key, value]) => [key, withoutEmptySections(value, ofKey(key))]),
  );
}

/** Keys that a schema knows at a path. */
export function keysAt(schema: unknown, path: Path): string[] {
  let at = schema;
  for (const step of path) at = typeof step === 'number' ? inner(at).element : inner(at).shape?.[step];
  return Object.keys(inner(at).shape ?? {});
}
