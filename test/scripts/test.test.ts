// Shows that the test run itself can fail: for what is left behind, and for a file that could not be loaded.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Leftovers {
  readonly findLeftovers: (folder: string) => Promise<string[]>;
  readonly endLeftovers: (folder: string) => Promise<void>;
}
interface Counts {
  readonly countTests: (
    status: number | string,
    read: () => string,
  ) => { passed: number; failed: number; skipped: number; problems: string[] };
}
const script = (name: string): string => new URL(`../../scripts/test/${name}`, import.meta.url).href;
const { findLeftovers, endLeftovers } = (await import(script('leftovers.mjs'))) as Leftovers;
const { countTests } = (await import(script('vitest-report.mjs'))) as Counts;

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'robustmq-chaos-leftovers-')));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const start = (code: string, env: Record<string, string>): ChildProcess => {
  const child = spawn(process.execPath, ['-e', code], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  return child;
};

describe('what is left behind', () => {
  it('is nothing where nothing was left', async () => {
    expect(await findLeftovers(folder)).toEqual([]);
  });

  it('is a process with its port, and it is ended', async () => {
    const listen = 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>console.log(s.address().port))';
    const child = start(listen, { TMPDIR: folder });
    const port = await new Promise<string>((resolve) =>
      child.stdout?.once('data', (text) => {
        resolve(String(text).trim());
      }),
    );
    expect(await findLeftovers(folder)).toEqual([
      expect.stringMatching(new RegExp(`^process ${String(child.pid)} still runs, listening on ${port}: .*node`)),
    ]);
    const gone = new Promise((resolve) =>
      child.once('exit', (_code, signal) => {
        resolve(signal);
      }),
    );
    await endLeftovers(folder);
    expect(await gone).toBe('SIGKILL');
  });

  it('is not what belongs to somebody else', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    const child = start('setTimeout(() => {}, 60000); console.log(1)', { TMPDIR: `${tmpdir()}/other` });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    expect((server.address() as AddressInfo).port).toBeGreaterThan(0);
    expect(await findLeftovers(folder)).toEqual([]);
    await endLeftovers(folder);
    expect(child.exitCode).toBeNull();
    server.close();
  });

  it('is a temporary folder of ours', async () => {
    mkdirSync(join(folder, 'robustmq-chaos-x'));
    expect(await findLeftovers(folder)).toEqual(['temporary folder robustmq-chaos-x is still there']);
  });
});

describe('the count', () => {
  const report =
    (...files: { status: string; tests: string[] }[]) =>
    () =>
      JSON.stringify({
        testResults: files.map(({ status, tests }, i) => ({
          name: `file-${i}`,
          status,
          message: 'no such module',
          assertionResults: tests.map((state, n) => ({ status: state, fullName: `test ${n}` })),
        })),
      });

  it('is of tests, by how they came out', () => {
    const read = report(
      { status: 'failed', tests: ['passed', 'failed', 'skipped', 'todo'] },
      { status: 'passed', tests: ['passed'] },
    );
    expect(countTests(1, read)).toEqual({ passed: 2, failed: 1, skipped: 2, problems: ['test 1'] });
  });

  it.each<[string, number | string, () => string, RegExp]>([
    ['a file that could not be loaded', 1, report({ status: 'failed', tests: [] }), /^file-0: no such module$/],
    ['a run in which nothing ran', 0, report(), /^no test was run$/],
    [
      'a run that failed without a failing test',
      1,
      report({ status: 'passed', tests: ['passed'] }),
      /ended with 1 although/,
    ],
    ['a run that was killed', 'SIGKILL', () => '{"testRes', /^vitest ended with SIGKILL and left no report/],
  ])('has a failure for %s', (_what, status, read, words) => {
    const { failed, problems } = countTests(status, read);
    expect(failed).toBe(1);
    expect(problems[0]).toMatch(words);
  });
});
