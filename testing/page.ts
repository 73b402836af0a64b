import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import ts from 'typescript';
import { installRoot } from '../src/host/os/tools.js';

/** A page of `docs/`. */
export const pageOf = (name: string): string => readFileSync(join(installRoot, 'docs', name), 'utf8');

/** The code blocks of a page in one language, in order. */
export const codeBlocks = (page: string, language: string): string[] =>
  [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, code = '']) =>
    name === language ? [code] : [],
  );

/** The first column of a page's only table of code: `member?(argument)` becomes `member`. */
export const membersInTable = (page: string): string[] =>
  [...page.matchAll(/^\| `(\w+)[^`]*`/gm)].map(([, member = '']) => member);

/** The members of an interface of `src`, as the compiler reads them. */
export function membersOf(module: string, name: string): string[] {
  const file = join(installRoot, 'src', module);
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const found = source.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
  expect(found, `${name} in ${file}`).toBeDefined();
  return (found as ts.InterfaceDeclaration).members.map((member) => (member.name as ts.Identifier).text);
}
