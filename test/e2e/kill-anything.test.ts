import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { installRoot } from '../../src/host/os/tools.js';
import { runTypeScript } from '../../testing/typescript.js';

/** The short form of `npm run bench:kill-anything`: cases of one seed, chosen for whom they kill: keeper, Toxiproxy in the window, a client, worker and command. */
const SEED = 'npm-test';
const CASES = '10,16,29,36';

describe('whatever is killed, at whatever moment', () => {
  test(`every fault ends, nothing is left, and no run passes that should not (seed ${SEED})`, async () => {
    const { stdout, exitCode } = await execa(
      process.execPath,
      [
        ...runTypeScript(new URL('../../bench/kill-anything.ts', import.meta.url)),
        '--seed',
        SEED,
        '--only',
        CASES,
        '--jobs',
        '2',
      ],
      { cwd: installRoot, reject: false },
    );
    expect(stdout).toMatch(/\n4 of 4: every fault over, nothing left behind, no false PASS, no false blame$/);
    expect(exitCode).toBe(0);
  }, 600_000);
});
