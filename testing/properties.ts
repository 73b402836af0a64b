import fc, { type Parameters } from 'fast-check';
import { expect } from 'vitest';

/** The same values in each `npm test`. `npm run bench:fuzz` gives another seed, and many times the runs. */
const seed = Number(process.env['CHAOS_FUZZ_SEED'] ?? 20_261_128);
const times = Number(process.env['CHAOS_FUZZ_TIMES'] ?? 1);

/** How often a property is tried with which values. What fails names seed and path, and is shrunk. */
export const bounded = (runs: number): Pick<Parameters, 'seed' | 'numRuns'> => ({ seed, numRuns: runs * times });

/** For the test around a property: more runs may take longer. */
export const timeout = 30_000 * Math.max(1, times);

type Path = readonly (string | number)[];

const pathsOf = (value: unknown, path: Path = []): Path[] => [
  path,
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) =>
        pathsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
      )
    : []),
];

function changed(value: unknown, path: Path, to: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return to;
  if (Array.isArray(value)) return value.map((item: unknown, i) => (i === key ? changed(item, rest, to) : item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === key ? changed(inner, rest, to) : inner]),
  );
}

const anyValue = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    0,
    -1,
    1e308,
    true,
    [],
    {},
    [null],
    { __proto__: null },
    'x'.repeat(5000),
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A value that is right but for one to three of its parts, at any depth, which are anything or absent. */
export const nearly = (right: unknown): fc.Arbitrary<unknown> =>
  fc.array(fc.tuple(fc.nat(), anyValue), { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce<unknown>((value, [n, to]) => {
      const paths = pathsOf(value);
      return changed(value, paths[n % paths.length] ?? [], to);
    }, right),
  );

/** What a server may answer in place of this: nearly the same, any JSON, or no JSON at all. */
export const nearlyText = (right: unknown): fc.Arbitrary<string> =>
  fc.oneof(
    nearly(right).map((value) => JSON.stringify(value ?? null)),
    fc.json(),
    fc.string(),
    fc.constantFrom('', 'null', '<html>Sign in</html>', JSON.stringify(right).slice(0, -1), '['.repeat(5000)),
  );

/** Bytes that are right but for one splice. */
export const nearlyBytes = (right: Buffer): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.nat(right.length), fc.nat(20), fc.uint8Array({ maxLength: 20 }))
    .map(([at, drop, bytes]) => Buffer.concat([right.subarray(0, at), bytes, right.subarray(at + drop)]));

/** The sentence of an error that somebody chose; fails for one that the code stumbled into. */
export function sentenceOf(error: unknown): string {
  expect(error).toBeInstanceOf(Error);
  const { name, message } = error as Error;
  expect(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']).not.toContain(name);
  expect(message).not.toMatch(/^\s*$|\n\s+at |Cannot (read|destructure|use|convert)|is not (a function|iterable)/);
  return message;
}
