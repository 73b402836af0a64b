import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';

/** Of each module, the modules that it names. */
type Graph = ReadonlyMap<string, readonly string[]>;

/** Everything that one module reaches, by whatever detour. */
function reach(graph: Graph, from: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [from];
  for (let module = open.pop(); module !== undefined; module = open.pop()) {
    const next = (graph.get(module) ?? []).filter((name) => !seen.has(name));
    next.forEach((name) => seen.add(name));
    open.push(...next);
  }
  return seen;
}

const inCircles = (graph: Graph): string[] => [...graph.keys()].filter((module) => reach(graph, module).has(module));

function graphOf(folders: readonly string[], extension: string, namesIn: (code: string) => Iterable<string>): Graph {
  const files = folders
    .flatMap((folder) =>
      readdirSync(join('sdk_clients', folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => file.endsWith(extension) && !file.includes('.venv'))
    .sort();
  const modules = files.map((file) => ({
    file,
    // A test module belongs to what it tests: `ledger/tests.rs` to `ledger`.
    name: file.includes('/tests.') ? basename(dirname(file)) : basename(file, extension),
  }));
  const known = new Set(modules.map(({ name }) => name));
  const graph = new Map<string, string[]>();
  for (const { file, name } of modules) {
    const code = readFileSync(join('sdk_clients', file), 'utf8');
    const named = [...namesIn(code)].filter((other) => known.has(other) && other !== name);
    graph.set(name, [...(graph.get(name) ?? []), ...new Set(named)]);
  }
  return graph;
}

const all = (code: string, pattern: RegExp): string[] => [...code.matchAll(pattern)].map((match) => match[1] as string);

const withoutComments = (code: string): string => code.replace(/\/\/.*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\])*"/g, '');

it.each<[string, Graph]>([
  ['rust', graphOf(['rust/src'], '.rs', (code) => all(withoutComments(code), /\bcrate::(\w+)/g))],
  ['python', graphOf(['python'], '.py', (code) => all(code, /^(?:from|import) (\w+)/gm))],
  // Classes of one package need no import: a name is one.
  [
    'java',
    graphOf(['java-common/src/main', 'java/src/main', 'java-paho/src/main'], '.java', (code) =>
      all(withoutComments(code), /\b([A-Z]\w*)\b/g),
    ),
  ],
])('no two files of the %s client need each other', (_, graph) => {
  expect(graph.size).toBeGreaterThan(10);
  expect([...graph.values()].flat().length).toBeGreaterThan(10);
  expect(inCircles(graph)).toEqual([]);
});
