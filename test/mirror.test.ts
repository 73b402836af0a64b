import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** Types and constants alone hold no logic. */
function hasFunctions(file: string): boolean {
  const tree = ts.createSourceFile(file, readFileSync(join('src', file), 'utf8'), ts.ScriptTarget.Latest);
  const visit = (node: ts.Node): boolean =>
    (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) || ts.forEachChild(node, visit) === true;
  return visit(tree);
}

/** An entry is started as a process by the tests of what starts it; an index only lists what its folder has. */
const needsTest = (file: string): boolean =>
  hasFunctions(file) && !file.endsWith('-main.ts') && basename(file) !== 'index.ts';

const testOf = (file: string): string => join('test', file.replace(/\.ts$/, '.test.ts'));

const owed = sources.filter((file) => needsTest(file) && !existsSync(testOf(file))).sort();

it('every source file with logic has a test at its path', () => {
  expect(owed).toEqual([]);
});
