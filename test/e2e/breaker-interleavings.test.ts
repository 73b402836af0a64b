import { execa } from 'execa';
import { expect, test } from 'vitest';
import { runTypeScript } from '../../testing/typescript.js';

// The short form of `npm run bench:breaker`: fixed seeds, in which the breaker opens twice and is resumed, a run is terminated, the worker is killed in a
// failing run, and the server in another.
test('interleavings of runs, resumes and deaths end with the count of the model', async () => {
  const program = runTypeScript(new URL('../../bench/breaker-interleavings.ts', import.meta.url));
  const args = [...program, '--seed', '2431', '--count', '3'];
  const { exitCode, stdout } = await execa(process.execPath, args, { reject: false });
  expect(stdout).toMatch(/\n1 deaths of a worker, 1 of the server; .*\n3 of 3 interleavings end as the model says$/);
  expect(exitCode).toBe(0);
}, 180_000);
