import { expect, it } from 'vitest';
import { filePath } from '../../src/config/file-path.js';

const problem = (path: string): string | undefined => filePath.safeParse(path).error?.issues[0]?.message;

it.each(['data', '../data', '/var/lib/x', 'a~b', '5$', 'a b', 'ä/%41#?'])('%s is a path', (path) => {
  expect(problem(path)).toBeUndefined();
});

it.each([
  ['~/x', '~ is'],
  ['~', '~ is'],
  ['~other/x', '~ is'],
  ['${HOME}/x', 'variables are'],
  ['/a/$HOME', 'variables are'],
])('%s is refused, with what to write', (path, what) => {
  expect(problem(path)).toBe(`expected a path as it is, got ${path}: ${what} not expanded here; write the whole path`);
});
