import { describe, expect, test } from 'vitest';
import { benchProgram } from '../../testing/bench-program.js';

/** The short form of `npm run bench:kill-anything`: cases of one seed, chosen for whom they kill: keeper, Toxiproxy in the window, a client, worker and command. */
const SEED = 'npm-test';
const CASES = '10,16,29,36';

describe('whatever is killed, at whatever moment', () => {
  test(`every fault ends, nothing is left, and no run passes that should not (seed ${SEED})`, async ({ signal }) => {
    const args = ['--seed', SEED, '--only', CASES, '--jobs', '2'];
    const { stdout, exitCode } = await benchProgram('kill-anything', args, signal);
    expect(stdout).toMatch(/\n4 of 4: every fault over, nothing left behind, no false PASS, no false blame$/);
    expect(exitCode).toBe(0);
  });
});
