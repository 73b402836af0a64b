import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { LineCounter, isMap, isNode, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { ChaosError } from '../domain/errors.js';
import type { Scenario } from '../domain/scenario.js';
import { brokerProgram } from './broker-program.js';
import { configSchema, namingParts, type ConfigFile, type NamingParts } from './schema.js';
import { fromUpstream } from './upstream.js';

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

type Path = readonly PropertyKey[];
interface Problem {
  readonly path: Path;
  readonly text: string;
}

/** Reads and checks a config file. Rejects with CONFIG_INVALID and every problem at once, each with its line and path. */
export function loadConfig(file: string, known: KnownNames): Config {
  const path = resolve(file);
  const text = readText(path);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    fail(
      path,
      document.errors.map((error) => `line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`),
    );
  }
  const { raw, warnings } = fromUpstream(document.toJS() ?? {});
  const parsed = configSchema.safeParse(raw);
  const problems = [
    ...(parsed.error?.issues ?? []).flatMap((issue) => schemaProblems(issue)),
    ...crossProblems(namingParts.parse(raw), known),
  ];
  if (problems.length > 0 || !parsed.success) {
    fail(
      path,
      problems.map((problem) => `line ${lineOf(document, lines, problem.path)}: ${problem.text}`),
    );
  }
  const folder = parsed.data.sdk_clients.folder;
  return {
    ...parsed.data,
    scenarios: parsed.data.scenarios as Scenario[],
    path,
    sha256: createHash('sha256').update(text).digest('hex'),
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

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ChaosError(
      'CONFIG_INVALID',
      `config: expected a readable file, got ${path} (${(error as Error).message})`,
    );
  }
}

function fail(path: string, problems: readonly string[]): never {
  const head = `${path}: ${problems.length} problem${problems.length === 1 ? '' : 's'}`;
  throw new ChaosError('CONFIG_INVALID', [head, ...problems.map((problem) => `  ${problem}`)].join('\n'));
}

const join = (path: Path): string => path.map(String).join('.') || 'config';

function schemaProblems(issue: z.core.$ZodIssue): Problem[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ path: issue.path, text: `${join(issue.path)}: ${issue.message}` }];
  }
  const keys = keysAt(issue.path);
  return issue.keys.map((key) => {
    const near = nearest(key, keys);
    const hint = near === undefined ? `known keys: ${keys.join(', ')}` : `did you mean ${near}?`;
    return { path: [...issue.path, key], text: `${join([...issue.path, key])}: unknown key; ${hint}` };
  });
}

/** Keys that the schema knows at a path. */
function keysAt(path: Path): string[] {
  let at: unknown = configSchema;
  for (const step of path) {
    const shape = unwrap(at);
    at =
      typeof step === 'number'
        ? (shape as { element?: unknown }).element
        : (shape as { shape?: Record<PropertyKey, unknown> }).shape?.[step];
  }
  return Object.keys((unwrap(at) as { shape?: object }).shape ?? {});
}

function unwrap(schema: unknown): unknown {
  let inner = schema;
  while (typeof (inner as { unwrap?: unknown }).unwrap === 'function' && !('element' in (inner as object))) {
    inner = (inner as { unwrap: () => unknown }).unwrap();
  }
  return inner;
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

/** Line of the deepest part of the path that the file has. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const steps = path.slice(0, depth);
    const parent: unknown = depth === 1 ? document.contents : document.getIn(steps.slice(0, -1), true);
    const key = steps[depth - 1];
    const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === String(key)) : undefined;
    const node: unknown = pair?.key ?? document.getIn(steps, true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
