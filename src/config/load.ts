import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ChaosError } from '../domain/errors.js';
import type { MqttVersion } from '../domain/mqtt.js';
import type { Scenario } from '../domain/scenario.js';
import { visible } from '../domain/verbatim.js';
import { brokerProgram, OWN_BROKER } from './broker-program.js';
import { knownProblems } from './known.js';
import { configSchema, namingParts, type ConfigFile, type NamingParts } from './schema.js';
import { sdkProblems } from './sdks.js';
import { fromUpstream } from './upstream.js';
import { schemaProblems, type Problem } from './problems.js';
import { withoutEmptySections } from './sections.js';
import { entriesIn, scenarioFrom, timelineProblems, type HoldingFault } from './timelines.js';
import { windowProblems, type LastingFault } from './windows.js';
import { clientsIn, namesOf, scenariosOf, workloadProblems } from './workloads.js';
import { readYaml, type Problem as YamlProblem } from './yaml.js';

interface KnownDriver {
  readonly name: string;
  readonly mqttVersion: MqttVersion;
  readonly cannotBe?: (cluster: Pick<ConfigFile['cluster'], 'nodes' | 'network'>) => Readonly<Record<string, string>>;
}

/** What the rest of the program offers a config to name; given by the caller, so that this room knows neither faults nor drivers. */
export interface KnownNames {
  readonly drivers: readonly KnownDriver[];
  readonly faults: readonly (LastingFault & HoldingFault)[];
}

export interface Config extends Omit<ConfigFile, 'scenarios'> {
  readonly scenarios: readonly Scenario[];
  /** Absolute path of the file that was read. */
  readonly path: string;
  /** Of the file's bytes: which config a run was made with. */
  readonly sha256: string;
  /** Absolute, and without links: two names of one folder are one. */
  readonly dataRoot: string;
  /** Absolute; undefined means the clients that come with the program. */
  readonly sdkFolder: string | undefined;
  /** Absolute path of the broker's program; undefined where the config does not say enough to know it. */
  readonly binary: string | undefined;
  /** Said at the head of every report of this config. */
  readonly warnings: readonly string[];
}

/** Reads and checks a config file. Rejects with CONFIG_INVALID and every problem at once, each with its line and path. */
export function loadConfig(file: string, known: KnownNames): Config {
  const path = resolve(file);
  const bytes = readBytes(path);
  const read = readYaml(bytes);
  if ('problems' in read) fail(path, read.problems);
  const refuse = (problems: readonly Problem[]): never =>
    fail(
      path,
      problems.map((problem) => ({ line: read.lineOf(problem.path), text: problem.text })),
    );
  const given = fromUpstream(read.raw);
  if ('problems' in given) return refuse(given.problems);
  const raw = withoutEmptySections(given.raw, configSchema);
  const parsed = configSchema.safeParse(raw, { reportInput: true });
  const problems = [
    ...schemaProblems(parsed.error?.issues ?? [], configSchema),
    ...crossProblems(namingParts.parse(raw), known),
    ...(parsed.success ? windowProblems(parsed.data, known.faults) : []),
    ...(parsed.success ? timelineProblems(parsed.data, known.faults) : []),
  ];
  if (problems.length > 0 || !parsed.success) return refuse(problems);
  const { folder } = parsed.data.sdk_clients;
  return {
    ...parsed.data,
    scenarios: scenariosOf(
      parsed.data.scenarios.map((scenario) => scenarioFrom(scenario, parsed.data, known.faults)),
      clientsIn(parsed.data),
    ),
    path,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    dataRoot: realFolder(resolve(dirname(path), parsed.data.data_dir)),
    sdkFolder: folder === undefined ? undefined : resolve(dirname(path), folder),
    ...brokerProgram(parsed.data.cluster, dirname(path), given.warnings),
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

/**
 * The one name of a folder, which need not be there yet: no link in it. Locks, marks of processes and the prefix of network namespaces are made of the name, so
 * two names of one folder would be two folders.
 */
export function realFolder(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  return dirname(path) === path ? path : join(realFolder(dirname(path)), basename(path));
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

/** What the schema cannot see: names that must exist, parameters of each fault, names used twice. */
function crossProblems(parts: NamingParts, known: KnownNames): Problem[] {
  const { cluster, scenarios, sdks } = parts;
  const driver = known.drivers.find(({ name }) => name === cluster?.driver);
  const clients = clientsIn(parts);
  const problems: Problem[] = [
    ...(clients.areOurs ? sdkProblems(sdks, driver) : []),
    ...scenarios.flatMap((scenario, i) =>
      scenario === undefined ? [] : scenarioProblems(scenarios, scenario, i, known),
    ),
    ...workloadProblems(scenarios, clients),
    ...knownProblems(parts.known, {
      scenarios: namesOf(
        scenarios.filter((scenario) => scenario !== undefined),
        clients,
      ),
      sdks: clients.sdks,
    }),
  ];
  const cannotBe = cluster === undefined ? {} : (driver?.cannotBe?.(cluster) ?? {});
  for (const [key, why] of Object.entries(cannotBe))
    problems.push({ path: ['cluster', key], text: `cluster.${key}: ${why}` });
  if (cluster?.update !== undefined && cluster.driver !== OWN_BROKER) {
    const text = `cluster.update: expected driver ${OWN_BROKER}, got ${cluster.driver}, which brings its own broker`;
    problems.push({ path: ['cluster', 'update'], text });
  }
  if (cluster === undefined || driver !== undefined) return problems;
  const names = known.drivers.map(({ name }) => name);
  const text = `cluster.driver: expected one of ${names.join(', ')}, got ${cluster.driver}`;
  return [{ path: ['cluster', 'driver'], text }, ...problems];
}

function scenarioProblems(
  all: NamingParts['scenarios'],
  scenario: NonNullable<NamingParts['scenarios'][number]>,
  i: number,
  known: KnownNames,
): Problem[] {
  if (all.findIndex((other) => other?.name === scenario.name) < i) {
    return [{ path: ['scenarios', i, 'name'], text: `scenarios.${i}.name: ${scenario.name} is there twice` }];
  }
  return entriesIn(scenario).flatMap(({ fault: kind, params: given, at: where }) => {
    const path = ['scenarios', i, ...where];
    const fault = known.faults.find((f) => f.kind === kind);
    // A scenario without any fault has been told so.
    if (fault === undefined && kind === '') return [];
    if (fault === undefined) {
      const kinds = known.faults.map((f) => f.kind).join(', ');
      return [{ path: [...path, 'fault'], text: `${path.join('.')}.fault: expected one of ${kinds}, got ${kind}` }];
    }
    const params = fault.params.safeParse(given);
    return (params.error?.issues ?? []).map((issue) => ({
      path: [...path, 'params', ...issue.path],
      text: `${[...path, 'params', ...issue.path.map(String)].join('.')} (${scenario.name}): ${issue.message}`,
    }));
  });
}
