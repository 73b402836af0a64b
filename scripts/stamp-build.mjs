// Writes into dist/build.json which build this is: version, commit, and the build's id for Temporal. The last step of `npm run build`.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the program is made of: a change in it, or a new file, makes it another program than its commit's. */
const SOURCES = ['src', 'scripts', 'sdk_clients', 'bin', 'package.json', 'package-lock.json', 'tsconfig*.json'];

/**
 * The commit that a folder has checked out, with `-dirty` if what is there is not what was committed; `unknown` where git knows nothing of it.
 * @param {string} root
 */
export function commitOf(root) {
  // Without one of its own, git would name the commit of a repository around it.
  if (!existsSync(join(root, '.git'))) return 'unknown';
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const commit = git('rev-parse', '--short=12', 'HEAD');
    return git('status', '--porcelain', '--', ...SOURCES) === '' ? commit : `${commit}-dirty`;
  } catch {
    return 'unknown';
  }
}

/**
 * The first characters of a hash over the compiled program.
 * @param {string} dist
 */
export function contentOf(dist) {
  const hash = createHash('sha256');
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));
  for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(join(dist, file)));
  return hash.digest('hex').slice(0, 12);
}

/**
 * Two builds with one id must be the same program: what is no commit alone is named by its content, too.
 * @param {string} root
 */
export function buildOf(root) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const commit = commitOf(root);
  const isCommit = /^[0-9a-f]+$/.test(commit);
  const id = [version, commit, ...(isCommit ? [] : [contentOf(join(root, 'dist'))])].join('-');
  return { version, commit, id };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  writeFileSync(join(root, 'dist', 'build.json'), `${JSON.stringify(buildOf(root))}\n`);
}
