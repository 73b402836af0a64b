#!/usr/bin/env node
// `npm test`: lint, types and every test, each a stage with its time; then proves that nothing is left behind. Arguments go to vitest.
// The last line is `N passed, N failed`, and the exit status says the same.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endLeftovers, findLeftovers } from './test/leftovers.mjs';
import { REPORT_FILE, countTests } from './test/vitest-report.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const filters = process.argv.slice(2);

/** Everything that tests start or write is known by this folder: it is their temporary folder, and stands in their environment. */
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'robustmq-chaos-test-')));
const temporary = join(scratch, 'tmp');
const reportFile = join(scratch, 'tests.json');
mkdirSync(temporary);

/** @type {string[]} */
const problems = [];
const counts = { passed: 0, failed: 0, skipped: 0 };
let interrupted = /** @type {boolean} */ (false);
/** @type {import('node:child_process').ChildProcess | undefined} */
let current;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => {
    interrupted = true;
    current?.kill(signal);
  });
}

/**
 * Runs a program of node_modules/.bin to its end, with its output on ours.
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<number | string>} its exit status, or the name of the signal that ended it
 */
function run(program, args) {
  return new Promise((resolve) => {
    const child = spawn(join(root, 'node_modules', '.bin', program), args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, TMPDIR: temporary, [REPORT_FILE]: reportFile },
    });
    current = child;
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 'no status'));
  });
}

/**
 * @param {string} name
 * @param {() => Promise<string[]>} work resolves to what is wrong
 */
async function stage(name, work) {
  if (interrupted) return;
  console.log(`\n== ${name}`);
  const started = process.hrtime.bigint();
  const found = await work();
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  console.log(`== ${name}: ${found.length === 0 ? 'ok' : 'FAILED'}, ${seconds.toFixed(1)} s`);
  problems.push(...found.map((problem) => `${name}: ${problem}`));
}

/**
 * One check: every command must end with status 0.
 * @param {[string, ...string[]][]} commands
 */
async function check(commands) {
  const found = [];
  for (const [program, ...args] of commands) {
    const status = await run(program, args);
    if (status !== 0) found.push(`${program} ended with ${status}`);
  }
  counts[found.length === 0 ? 'passed' : 'failed'] += 1;
  return found;
}

async function tests() {
  const reporter = join(root, 'scripts', 'test', 'vitest-report.mjs');
  const status = await run('vitest', ['run', '--reporter=default', `--reporter=${reporter}`, ...filters]);
  const report = countTests(status, () => readFileSync(reportFile, 'utf8'));
  for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) counts[key] += report[key];
  return report.problems;
}

async function leftovers() {
  const found = await findLeftovers(temporary);
  counts[found.length === 0 ? 'passed' : 'failed'] += 1;
  await endLeftovers(temporary);
  return found;
}

await stage('lint', () =>
  check([
    ['eslint', '.'],
    ['prettier', '--check', '--log-level', 'warn', '.'],
  ]),
);
await stage('types', () => check([['tsc', '-p', 'tsconfig.json', '--noEmit']]));
await stage('tests', tests);
if (interrupted) await endLeftovers(temporary);
else await stage('nothing left behind', leftovers);
rmSync(scratch, { recursive: true, force: true });

for (const problem of problems) console.log(`FAILED ${problem}`);
if (interrupted) console.log('interrupted');
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = interrupted ? 130 : counts.failed === 0 ? 0 : 1;
