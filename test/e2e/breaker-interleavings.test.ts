import { expect, test } from 'vitest';
import { benchProgram } from '../../testing/bench-program.js';

// The short form of `npm run bench:breaker`: fixed seeds, in which the breaker opens twice and is resumed, a run is terminated, the worker is killed in a
// failing run, and the server in another.
test('interleavings of runs, resumes and deaths end with the count of the model', async ({ signal }) => {
  const args = ['--seed', '2431', '--count', '3'];
  const { exitCode, stdout } = await benchProgram('breaker-interleavings', args, signal);
  expect(exitCode, stdout).toBe(0);
  const [, summary = '', verdict = ''] = /\n(.*)\n(.*)$/.exec(stdout) ?? [];
  const [workers, servers] = summary.match(/\d+/g) ?? [];
  expect({ workers, servers }, summary).toEqual({ workers: '1', servers: '1' });
  expect(verdict).toMatch(/^3 of 3 /);
});
