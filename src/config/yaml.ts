import { LineCounter, isMap, isNode, parseAllDocuments, visit, type Alias, type Document } from 'yaml';

export type Path = readonly PropertyKey[];
export interface Problem {
  /** Where in the file; counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** A file's one document, as a plain value; or what keeps it from being one. */
export type Read =
  { readonly problems: readonly Problem[] } | { readonly raw: unknown; readonly lineOf: (path: Path) => number };

/**
 * Reads YAML 1.2 with anchors, aliases and the merge key `<<`. Whatever the parser only warns of is a problem here: a tag that nobody knows would be
 * dropped, and its value taken for what it is not.
 */
export function readYaml(bytes: Buffer): Read {
  const text = textOf(bytes);
  if (text === undefined) {
    return { problems: [{ line: 1, text: 'expected UTF-8, got another encoding; save the file as UTF-8' }] };
  }
  const lines = new LineCounter();
  const at = (offset: number): number => lines.linePos(offset).line;
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, merge: true });
  const [document, second] = 'empty' in documents ? [] : documents;
  if (document === undefined) return { raw: {}, lineOf: () => 1 };
  const problems = [...document.errors, ...document.warnings].map((error) => ({
    line: at(error.pos[0]),
    text: worded(error.message),
  }));
  if (second !== undefined) {
    const line = at(second.range[0]);
    problems.push({ line, text: 'expected one document, got a second one (after ---); a config is one' });
  }
  problems.push(...aliasProblems(document, at));
  if (problems.length > 0) return { problems };
  try {
    return { raw: document.toJS() ?? {}, lineOf: (path) => lineOf(document, lines, path) };
  } catch (error) {
    // What is left is the parser's guard against aliases of aliases of aliases, which would fill the memory.
    return { problems: [{ line: 1, text: `${(error as Error).message}; write the values out` }] };
  }
}

/** Undefined where the bytes are no UTF-8; UTF-16 without a mark has zeros. A mark at its beginning is no part of the text. */
function textOf(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The parser's first line, with what to do where it names a tag. */
function worded(message: string): string {
  const [first = ''] = message.split('\n');
  const text = first.replace(/ at line \d+, column \d+:?$/, '');
  return /tag/i.test(text) ? `${text}; tags are not supported: write the value itself` : text;
}

function aliasProblems(document: Document, at: (offset: number) => number): Problem[] {
  const problems: Problem[] = [];
  const problem = (alias: Alias, text: string): void => {
    problems.push({ line: at(alias.range?.[0] ?? 0), text });
  };
  visit(document, {
    Alias: (_key, alias, ancestors) => {
      const anchored = alias.resolve(document);
      if (anchored === undefined)
        problem(alias, `*${alias.source}: expected an anchor &${alias.source} above it, got none`);
      else if (ancestors.includes(anchored))
        problem(alias, `*${alias.source}: expected another part of the file, got the part that it stands in`);
    },
  });
  return problems;
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
