// Shows that the test run itself can fail: for what is left behind, and for a file that could not be loaded.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endLeftovers, findLeftovers } from '../../scripts/test/leftovers.mjs';
import { REPORT_FILE, countTests, slowest } from '../../scripts/test/vitest-report.mjs';
import { installRoot } from '../../src/host/os/tools.js';

const reporter = fileURLToPath(new URL('../../scripts/test/vitest-report.mjs', import.meta.url));
const vitest = join(installRoot, 'node_modules/vitest/dist/index.js');

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

describe('the report', () => {
  /** Runs vitest itself on files with these texts. */
  async function reportOf(files: Readonly<Record<string, string>>): Promise<ReturnType<typeof countTests>> {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(
        join(folder, `${name}.test.mjs`),
        `import { beforeAll, describe, expect, it } from '${vitest}';\n${text}`,
      );
    }
    const reportFile = join(folder, 'report.json');
    const args = ['run', '--root', folder, `--reporter=${reporter}`];
    const { exitCode } = await execa(join(installRoot, 'node_modules/.bin/vitest'), args, {
      reject: false,
      env: { [REPORT_FILE]: reportFile },
    });
    return countTests(exitCode ?? 'none', () => readFileSync(reportFile, 'utf8'));
  }

  it('counts tests, and says in a line each which failed, and why', async () => {
    const text = `
      describe('a suite', () => {
        it('is well', () => expect(1).toBe(1));
        it.skip('is left out', () => undefined);
        it('is ill', () => expect({ a: 1 }, 'as it was').toEqual({ a: 2 }));
      });
      describe('a suite that cannot begin', () => {
        beforeAll(() => { throw new Error('no such cluster\\nwith more'); });
        it('is never tried', () => undefined);
      });`;
    expect(await reportOf({ one: text, two: "it('is well', () => undefined);" })).toEqual({
      passed: 2,
      failed: 2,
      skipped: 2,
      problems: [
        'one.test.mjs: a suite that cannot begin: no such cluster',
        expect.stringMatching(/^one.test.mjs: a suite > is ill: as it was: expected \{ a: 1 \} to deeply equal/),
      ],
      files: expect.any(Array),
    });
  });

  it('has the time of each file: its imports, its hooks and its tests', async () => {
    const wait = (ms: number): string => `() => new Promise((end) => setTimeout(end, ${ms}))`;
    const quick = "it('a', () => undefined);";
    const slow = `beforeAll(${wait(300)}); it('a', ${wait(300)});`;
    const { files } = await reportOf({ quick, slow, slowToLoad: `await (${wait(300)})(); ${quick}` });
    const secondsOf = (name: string): number => files.find(({ file }) => file === `${name}.test.mjs`)?.seconds ?? NaN;
    expect(files).toHaveLength(3);
    expect(secondsOf('slow')).toBeGreaterThan(0.59);
    expect(secondsOf('slowToLoad')).toBeGreaterThan(0.29);
    expect(secondsOf('quick')).toBeLessThan(secondsOf('slow'));
  });

  it('names the files that took longest, the longest first', () => {
    const files = [12, 0.04, 130].map((seconds) => ({ file: `${seconds}.test.ts`, seconds }));
    expect(slowest(files, 2)).toEqual(['  130.0 s  130.test.ts', '   12.0 s  12.test.ts']);
    expect(slowest([], 2)).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['a file that cannot be loaded', { one: "import './absent.mjs';" }, /^one.test.mjs: .*absent\.mjs/],
    [
      'a hook of a file',
      { one: "beforeAll(() => { throw new Error('no'); }); it('a', () => undefined);" },
      /^one.test.mjs: no$/,
    ],
    [
      'what is thrown outside of a test',
      {
        one: "it('a', () => { setTimeout(() => { throw new Error('late'); }); return new Promise((end) => setTimeout(end, 200)); });",
      },
      /^outside of a test: late$/,
    ],
    ['a run in which nothing ran', {}, /^no test was run$/],
  ])('has a failure for %s', async (_what, files, words) => {
    const { problems } = await reportOf(files);
    expect(problems[0]).toMatch(words);
  });

  it.each<[string, number | string, () => string, RegExp]>([
    ['failed without a problem', 1, () => '{"passed":1,"skipped":0,"problems":[]}', /ended with 1 although/],
    ['was killed', 'SIGKILL', () => '{"pass', /^vitest ended with SIGKILL and left no report/],
  ])('has a failure for a run that %s', (_what, status, read, words) => {
    const { failed, problems } = countTests(status, read);
    expect(failed).toBe(1);
    expect(problems[0]).toMatch(words);
  });
});
