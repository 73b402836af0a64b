import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { ChaosError } from '../domain/errors.js';
import type { Scenario } from '../domain/scenario.js';
import { visible } from '../domain/verbatim.js';
import { brokerProgram } from './broker-program.js';
import { configSchema, namingParts, type ConfigFile, type NamingParts } from './schema.js';
import { fromUpstream } from './upstream.js';
import { keysAt, withoutEmptySections } from './sections.js';
import { readYaml, type Path, type Problem as YamlProblem } from './yaml.js';

/** What the rest of the program offers a config to name; given by the caller, so that this room knows neither faults nor drivers. */
export interface KnownNames {
  readonly drivers: readonly string[];
  readonly faults: readonly { readonly kind: string; readonly params: z.ZodType<Record<string, unknown>> }[];
}

export interface Config extends Omit<ConfigFile, 'scenarios'> {
  readonly scenarios: readonly Scenario[];
  /** Absolute path of the file that was read. */
  readonly path: string;
  /** Of the file's bytes: which config a run was made with. */
  readonly sha256: string;
  /** Absolute. */
  readonly dataRoot: string;
  /** Absolute; undefined means the clients that come with the program. */
  readonly sdkFolder: string | undefined;
  /** Absolute path of the broker's program; undefined where the config does not say enough to know it. */
  readonly binary: string | undefined;
  /** Said at the head of every report of this config. */
  readonly warnings: readonly string[];
}

interface Problem {
  readonly path: Path;
  readonly text: string;
}

/** Reads and checks a config file. Rejects with CONFIG_INVALID and every problem at once, each with its line and path. */
export function loadConfig(file: string, known: KnownNames): Config {
  const path = resolve(file);
  const bytes = readBytes(path);
  const read = readYaml(bytes);
  if ('problems' in read) fail(path, read.problems);
  const { raw: given, warnings } = fromUpstream(read.raw);
  const raw = withoutEmptySections(given, configSchema);
  const parsed = configSchema.safeParse(raw, { reportInput: true });
  const problems = [
    ...(parsed.error?.issues ?? []).flatMap((issue) => schemaProblems(issue)),
    ...crossProblems(namingParts.parse(raw), known),
  ];
  if (problems.length > 0 || !parsed.success) {
    fail(
      path,
      problems.map((problem) => ({ line: read.lineOf(problem.path), text: problem.text })),
    );
  }
  const folder = parsed.data.sdk_clients.folder;
  return {
    ...parsed.data,
    scenarios: parsed.data.scenarios as Scenario[],
    path,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    dataRoot: resolve(dirname(path), parsed.data.data_dir),
    sdkFolder: folder === undefined ? undefined : resolve(dirname(path), folder),
    ...brokerProgram(parsed.data.cluster, dirname(path), warnings),
  };
}

/** A file as it is now, else what was read of it before: one that has become unreadable keeps no run from being published and told. */
export function configNow(path: string, before: Config, known: KnownNames): Config {
  try {
    return loadConfig(path, known);
  } catch (error) {
    if (path === before.path) return before;
    throw error;
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ChaosError(
      'CONFIG_INVALID',
      `config: expected a readable file, got ${path} (${(error as Error).message})`,
    );
  }
}

function fail(path: string, problems: readonly YamlProblem[]): never {
  const head = `${path}: ${problems.length} problem${problems.length === 1 ? '' : 's'}`;
  throw new ChaosError(
    'CONFIG_INVALID',
    [head, ...problems.map(({ line, text }) => `  line ${line}: ${visible(text)}`)].join('\n'),
  );
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

function schemaProblems(issue: z.core.$ZodIssue): Problem[] {
  if (issue.code === 'invalid_type') {
    const text = `${join(issue.path)}: expected ${KINDS[issue.expected] ?? issue.expected}, got ${kindOf(issue)}`;
    return [{ path: issue.path, text }];
  }
  if (issue.code !== 'unrecognized_keys') {
    return [{ path: issue.path, text: `${join(issue.path)}: ${issue.message}` }];
  }
  const keys = keysAt(configSchema, issue.path);
  return issue.keys.map((key) => {
    const near = nearest(key, keys);
    const hint = near === undefined ? `known keys: ${keys.join(', ')}` : `did you mean ${near}?`;
    return { path: [...issue.path, key], text: `${join([...issue.path, key])}: unknown key; ${hint}` };
  });
}

export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates.map((c) => ({ c, d: distance(word, c) })).sort((a, b) => a.d - b.d);
  const best = ranked[0];
  return best !== undefined && best.d <= Math.max(2, word.length / 3) ? best.c : undefined;
}

/** What the schema cannot see: names that must exist, parameters of each fault, names used twice. */
function crossProblems({ cluster, scenarios }: NamingParts, known: KnownNames): Problem[] {
  const problems = scenarios.flatMap((scenario, i) =>
    scenario === undefined ? [] : scenarioProblems(scenarios, scenario, i, known),
  );
  if (cluster === undefined || known.drivers.includes(cluster.driver)) return problems;
  const text = `cluster.driver: expected one of ${known.drivers.join(', ')}, got ${cluster.driver}`;
  return [{ path: ['cluster', 'driver'], text }, ...problems];
}

function scenarioProblems(
  all: NamingParts['scenarios'],
  scenario: NonNullable<NamingParts['scenarios'][number]>,
  i: number,
  known: KnownNames,
): Problem[] {
  const at = (key: string): Path => ['scenarios', i, key];
  if (all.findIndex((other) => other?.name === scenario.name) < i) {
    return [{ path: at('name'), text: `scenarios.${i}.name: ${scenario.name} is there twice` }];
  }
  const fault = known.faults.find((f) => f.kind === scenario.fault);
  if (fault === undefined) {
    const kinds = known.faults.map((f) => f.kind).join(', ');
    return [{ path: at('fault'), text: `scenarios.${i}.fault: expected one of ${kinds}, got ${scenario.fault}` }];
  }
  const params = fault.params.safeParse(scenario.params);
  return (params.error?.issues ?? []).map((issue) => ({
    path: ['scenarios', i, 'params', ...issue.path],
    text: `scenarios.${i}.params${issue.path.map((p) => `.${String(p)}`).join('')} (${scenario.name}): ${issue.message}`,
  }));
}
