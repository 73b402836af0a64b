// What is done already: a step is ready when its outputs exist and its stamp holds the hash of today's inputs.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @import { Step } from './steps.mjs' */

/** What builds write into a source folder; it is no input. .gitignore names the same. */
const BUILD_OUTPUTS = new Set([
  ...['node_modules', 'target', '.venv', 'bin', 'dist', '__pycache__', '.pytest_cache'],
  'dependency-reduced-pom.xml',
]);

/**
 * A hash over the paths and contents of a step's inputs, its recipe and the platform: whatever must lead to another result.
 * @param {string} root
 * @param {Step} step
 */
export function hashInputs(root, step) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${step.recipe ?? ''}\0`);
  for (const path of step.inputs.flatMap((input) => listFiles(root, input)).sort()) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {Step} step
 * @returns {'ready' | 'missing' | 'stale'} missing: never finished, or an output is gone; stale: an input has changed since
 */
export function stepState(root, step) {
  const stamp = readStamp(root, step.name);
  if (stamp === null || !step.outputs.every((output) => existsSync(join(root, output)))) return 'missing';
  return stamp.inputs === hashInputs(root, step) ? 'ready' : 'stale';
}

/**
 * Says that a step is done. Atomic, so that a stamp is there wholly or not at all.
 * @param {string} root
 * @param {string} name
 * @param {{ inputs: string, seconds: number, note?: string }} stamp `note`: where a tool came from
 */
export function writeStamp(root, name, stamp) {
  const path = stampPath(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify({ finishedAt: new Date().toISOString(), ...stamp })}\n`);
  renameSync(`${path}.new`, path);
}

/**
 * Forgets a step before it runs again: half-made outputs must not pass for the old ones, even if the inputs go back.
 * @param {string} root
 * @param {string} name
 */
export function removeStamp(root, name) {
  rmSync(stampPath(root, name), { force: true });
}

/**
 * @param {string} root
 * @param {string} name
 * @returns {{ inputs: string } | null}
 */
function readStamp(root, name) {
  try {
    return /** @type {{ inputs: string }} */ (JSON.parse(readFileSync(stampPath(root, name), 'utf8')));
  } catch {
    return null;
  }
}

/** @param {string} root @param {string} name */
function stampPath(root, name) {
  return join(root, '.tools/stamps', `${name}.json`);
}

/**
 * The files of one input: a file, a folder with all below it, or a name with `*` in its last part. A missing one has none.
 * @param {string} root
 * @param {string} input
 * @returns {string[]} paths relative to root
 */
function listFiles(root, input) {
  if (input.includes('*')) {
    const [prefix = '', suffix = ''] = input.slice(input.lastIndexOf('/') + 1).split('*');
    const folder = input.includes('/') ? dirname(input) : '';
    return readdirSync(join(root, folder || '.'))
      .filter((name) => name.startsWith(prefix) && name.endsWith(suffix))
      .map((name) => join(folder, name));
  }
  const stat = statSync(join(root, input), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  return stat.isDirectory() ? walk(root, input) : [input];
}

/** @param {string} root @param {string} folder @returns {string[]} */
function walk(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (BUILD_OUTPUTS.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return walk(root, path);
    return entry.isFile() ? [path] : [];
  });
}
