/**
 * Counts of vitest's JSON report, with every failure in words. A file that could not be loaded has no tests and still is a failure, and so is
 * a run that failed without a failing test.
 * @param {number | string} status exit status of vitest, or the signal that ended it
 * @param {() => string} read the report's text
 * @returns {{ passed: number, failed: number, skipped: number, problems: string[] }}
 */
export function countTests(status, read) {
  let report;
  try {
    report = JSON.parse(read());
  } catch (error) {
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      problems: [`vitest ended with ${status} and left no report (${error.message})`],
    };
  }
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const count = (...states) => tests.filter((test) => states.includes(test.status)).length;
  const problems = tests.filter((test) => test.status === 'failed').map((test) => test.fullName);
  for (const file of report.testResults) {
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) {
      problems.push(`${file.name}: ${file.message.split('\n')[0] || 'could not be run'}`);
    }
  }
  if (tests.length === 0 && problems.length === 0) problems.push('no test was run');
  if (status !== 0 && problems.length === 0) problems.push(`vitest ended with ${status} although no test failed`);
  return { passed: count('passed'), failed: problems.length, skipped: count('pending', 'skipped', 'todo'), problems };
}
