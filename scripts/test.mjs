#!/usr/bin/env node
// `npm test`: lint and types, and every test, each a stage with its time; then proves that nothing is left behind. Arguments go to vitest.
// The last line is `N passed, N failed`, and the exit status says the same.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endLeftovers, findLeftovers } from './test/leftovers.mjs';
import { REPORT_FILE, countTests, slowest } from './test/vitest-report.mjs';

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
/** @type {string[]} */
let slowestFiles = [];
let interrupted = /** @type {boolean} */ (false);
/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => {
    interrupted = true;
    for (const child of running) child.kill(signal);
  });
}

/**
 * Runs a program of node_modules/.bin to its end. Its output is on ours, and with `apart` comes in one piece at its end, so that programs that run
 * beside each other can be read.
 * @param {string[]} command
 * @param {boolean} [apart]
 * @returns {Promise<number | string>} its exit status, or the name of the signal that ended it
 */
function run([program = '', ...args], apart = false) {
  return new Promise((resolve) => {
    const child = spawn(join(root, 'node_modules', '.bin', program), args, {
      cwd: root,
      stdio: apart ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...process.env, TMPDIR: temporary, [REPORT_FILE]: reportFile },
    });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => (output += String(text)));
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      running.delete(child);
      process.stdout.write(output);
      resolve(signal ?? code ?? 'no status');
    });
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
 * Checks that know nothing of each other, beside each other: every command must end with status 0.
 * @param {string[][]} commands
 * @returns {Promise<string[]>}
 */
async function checks(commands) {
  const found = await Promise.all(
    commands.map(async (command) => {
      const status = await run(command, true);
      counts[status === 0 ? 'passed' : 'failed'] += 1;
      return status === 0 ? [] : [`${command[0]} ended with ${status}`];
    }),
  );
  return found.flat();
}

async function tests() {
  const reporter = join(root, 'scripts', 'test', 'vitest-report.mjs');
  const status = await run(['vitest', 'run', '--reporter=default', `--reporter=${reporter}`, ...filters]);
  const report = countTests(status, () => readFileSync(reportFile, 'utf8'));
  for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) counts[key] += report[key];
  slowestFiles = slowest(report.files, 10);
  return report.problems;
}

async function leftovers() {
  const found = await findLeftovers(temporary);
  counts[found.length === 0 ? 'passed' : 'failed'] += 1;
  await endLeftovers(temporary);
  return found;
}

await stage('lint and types', () =>
  checks([
    ['eslint', '.'],
    ['tsc', '-p', 'tsconfig.json', '--noEmit'],
    ['prettier', '--check', '--log-level', 'warn', '.'],
    ['depcruise', '--config', 'dependency-cruiser.config.mjs', 'src', 'test', 'testing', 'bench', 'scripts'],
  ]),
);
await stage('tests', tests);
if (interrupted) await endLeftovers(temporary);
else await stage('nothing left behind', leftovers);
rmSync(scratch, { recursive: true, force: true });

if (slowestFiles.length > 0) console.log(`\nThese files took longest:\n${slowestFiles.join('\n')}\n`);
for (const problem of problems) console.log(`FAILED ${problem}`);
if (interrupted) console.log('interrupted');
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = interrupted ? 130 : counts.failed === 0 ? 0 : 1;
