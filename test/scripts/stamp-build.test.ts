import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { buildOf } from '../../scripts/stamp-build.mjs';
import { temporaryFolder } from '../../testing/processes.js';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
  for (const folder of ['dist', 'src']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'package.json'), '{"version":"1.2.3"}');
  writeFileSync(join(root, 'dist', 'main.js'), 'one');
  writeFileSync(join(root, 'src', 'main.ts'), 'one');
  writeFileSync(join(root, '.gitignore'), 'dist\n');
});

const git = (...args: string[]): string => {
  const who = ['-c', 'user.name=ann', '-c', 'user.email=ann@example.org'];
  return execFileSync('git', [...who, ...args], { cwd: root, encoding: 'utf8' }).trim();
};

function commit(): string {
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'first');
  return git('rev-parse', '--short=12', 'HEAD');
}

it('a build of what is committed is named by version and commit', () => {
  const head = commit();
  expect(buildOf(root)).toEqual({ version: '1.2.3', commit: head, id: `1.2.3-${head}` });
});

it.each([
  ['a changed file', 'main.ts'],
  ['a new file', 'other.ts'],
])('%s does not pretend to be the commit, and is named by its content', (_, file) => {
  const head = commit();
  writeFileSync(join(root, 'src', file), 'two');
  const first = buildOf(root);
  expect(first.commit).toBe(`${head}-dirty`);
  expect(first.id).toMatch(new RegExp(`^1\\.2\\.3-${head}-dirty-[0-9a-f]{12}$`));
  expect(buildOf(root)).toEqual(first);
  writeFileSync(join(root, 'dist', 'main.js'), 'two');
  expect(buildOf(root).id).not.toBe(first.id);
});

it('without git the content alone names it, also inside a repository of something else', () => {
  commit();
  const inner = join(root, 'inner');
  mkdirSync(join(inner, 'dist'), { recursive: true });
  writeFileSync(join(inner, 'package.json'), '{"version":"1.2.3"}');
  writeFileSync(join(inner, 'dist', 'main.js'), 'one');
  expect(buildOf(inner)).toEqual({
    version: '1.2.3',
    commit: 'unknown',
    id: expect.stringMatching(/^1\.2\.3-unknown-[0-9a-f]{12}$/),
  });
});
