// A reporter for vitest that says in one line each what failed, and why: the end of a log that is cut off at its top still tells.

import { writeFileSync } from 'node:fs';

/** The variable with the path of the file that the reporter writes. */
export const REPORT_FILE = 'CHAOS_TEST_REPORT';

const LONGEST_REASON = 2000;

/** @import { SerializedError } from 'vitest' */
/** @import { TestModule } from 'vitest/node' */

/** @typedef {{ file: string, seconds: number }} FileTime */
/** @typedef {{ passed: number, skipped: number, problems: string[], files: FileTime[] }} Report */

/**
 * What was thrown, without its diff and its stack.
 * @param {readonly SerializedError[]} errors
 */
const reasons = (errors) => errors.map(({ message }) => message.split('\n')[0]?.slice(0, LONGEST_REASON) ?? '');

/** @param {string} where @param {string} name @param {readonly SerializedError[]} errors */
const line = (where, name, errors) => `${where}: ${[name, ...reasons(errors)].filter(Boolean).join(': ')}`;

/**
 * Failures of one file: its tests, the hooks of its suites, and what kept it from being loaded. Tests of a failed hook are skipped.
 * @param {TestModule} file
 */
function problemsOf(file) {
  const where = file.relativeModuleId;
  const tests = [...file.children.allTests('failed')];
  return [
    ...(file.errors().length > 0 ? [line(where, '', file.errors())] : []),
    ...[...file.children.allSuites()].flatMap((suite) =>
      suite.errors().length > 0 ? [line(where, suite.fullName, suite.errors())] : [],
    ),
    ...tests.map((test) => line(where, test.fullName, test.result().errors ?? [])),
  ];
}

/**
 * How long a file took: what it imports, and its tests with their hooks.
 * @param {TestModule} file
 */
function timeOf(file) {
  const { collectDuration, setupDuration, duration } = file.diagnostic();
  return { file: file.relativeModuleId, seconds: (collectDuration + setupDuration + duration) / 1000 };
}

// eslint-disable-next-line no-restricted-syntax -- vitest makes the reporter from a file's default export
export default class {
  /** @param {readonly TestModule[]} files @param {readonly SerializedError[]} unhandled */
  onTestRunEnd(files, unhandled) {
    /** @param {'passed' | 'skipped'} state */
    const count = (state) => files.reduce((sum, file) => sum + [...file.children.allTests(state)].length, 0);
    const problems = [
      ...files.flatMap(problemsOf),
      ...reasons(unhandled).map((reason) => `outside of a test: ${reason}`),
    ];
    const report = { passed: count('passed'), skipped: count('skipped'), problems, files: files.map(timeOf) };
    writeFileSync(process.env[REPORT_FILE] ?? '', JSON.stringify(report));
  }
}

/**
 * What the reporter wrote, with a problem more where it says less than vitest's end does.
 * @param {number | string} status exit status of vitest, or the signal that ended it
 * @param {() => string} read the report's text
 * @returns {{ passed: number, failed: number, skipped: number, problems: string[], files: { file: string, seconds: number }[] }}
 */
export function countTests(status, read) {
  /** @type {Report} */
  let report;
  try {
    report = /** @type {Report} */ (JSON.parse(read()));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    report = {
      passed: 0,
      skipped: 0,
      files: [],
      problems: [`vitest ended with ${status} and left no report (${why})`],
    };
  }
  const problems = [...report.problems];
  if (report.passed + report.skipped === 0 && problems.length === 0) problems.push('no test was run');
  if (status !== 0 && problems.length === 0) problems.push(`vitest ended with ${status} although no test failed`);
  return { ...report, failed: problems.length, problems };
}

/**
 * The files that took longest, one line each, the longest first.
 * @param {readonly { file: string, seconds: number }[]} files
 * @param {number} number how many of them
 */
export const slowest = (files, number) =>
  [...files]
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, number)
    .map(({ file, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${file}`);
