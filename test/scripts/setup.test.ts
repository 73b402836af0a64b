// Shows that set-up does what is missing and nothing else, survives being killed, and leaves nothing running.

import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sdks } from '../../scripts/setup/sdks.mjs';
import { identify } from '../../scripts/os/processes.mjs';

const FAKE = fileURLToPath(new URL('fixtures/fake-setup.mjs', import.meta.url));
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'setup-test-')));
  for (const name of ['first', 'second', 'other']) write(`${name}.in`, `${name} 1`);
});

afterEach(() => {
  for (const { pid } of ran()) expect(isAlive(pid), `process ${pid} of a step is left`).toBe(false);
  rmSync(root, { recursive: true });
});

describe('set-up', () => {
  it('runs every step once, in order, and then nothing', async () => {
    const first = await setUp();
    expect(first).toMatchObject({ status: 0, stdout: '' });
    expect(first.stderr).toMatch(/\[1\/2\] first: working…\n\[1\/2\] first: done in .* s\n\[2\/2\] second/);
    const second = await setUp();
    expect(second).toEqual({ status: 0, stdout: '', stderr: 'set-up: ready\n' });
    expect(names()).toEqual(['first', 'second']);
  });

  it.each(['a:b', 'a?b', 'a!b', 'a\\b', '${HOME}'])(
    'is refused in a folder %s, which its tools would misread',
    async (name) => {
      const whole = root;
      root = join(root, name);
      mkdirSync(root);
      const refused = await setUp();
      root = whole;
      expect(refused).toMatchObject({ status: 64, stdout: '' });
      const [text] = /:|\?|!|\\|\$\{/.exec(name) ?? [];
      expect(refused.stderr).toContain(`set-up: expected a folder without "${text ?? ''}" in its path (`);
      expect(refused.stderr).toMatch(/, got .*; move the folder\n$/);
      expect(readdirSync(join(root, name))).toEqual([]);
    },
  );

  it('repeats exactly the step whose input has changed', async () => {
    await setUp();
    write('second.in', 'second 2');
    expect(await setUp()).toMatchObject({ status: 0 });
    expect(names()).toEqual(['first', 'second', 'second']);
    expect(read('second.out')).toBe('second 2');
  });

  it('repeats exactly the step whose output is gone', async () => {
    await setUp();
    rmSync(join(root, 'first.out'));
    expect(await setUp()).toMatchObject({ status: 0 });
    expect(names()).toEqual(['first', 'second', 'first']);
  });

  it('goes on after a kill -9, and ends what that has left running', async () => {
    write('second.delay', '60');
    const killed = start();
    await until(() => names().includes('second'));
    killed.child.kill('SIGKILL');
    await killed.outcome;
    const orphan = ran().at(-1)?.pid ?? 0;
    expect(isAlive(orphan)).toBe(true);

    rmSync(join(root, 'second.delay'));
    const repaired = await setUp();
    expect(repaired.status).toBe(0);
    expect(repaired.stderr).toContain('processes that a killed set-up had left behind');
    expect(isAlive(orphan)).toBe(false);
    expect(names()).toEqual(['first', 'second', 'second']);
  });

  it('does not take a half-done step for the one before, when the input goes back to what it was', async () => {
    await setUp();
    write('first.in', 'first 2');
    write('first.delay', '60');
    const killed = start();
    await until(() => names().length === 3);
    killed.child.kill('SIGKILL');
    await killed.outcome;

    rmSync(join(root, 'first.delay'));
    write('first.in', 'first 1');
    expect(await setUp()).toMatchObject({ status: 0 });
    expect(names()).toEqual(['first', 'second', 'first', 'first']);
  });

  it('waits for another one that is at work, and does nothing twice', async () => {
    write('first.hold', '');
    const one = start();
    await until(() => names().length === 1);
    const two = start();
    const waits = `another one is at work (process ${one.child.pid}); waiting`;
    let said = '';
    two.child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    // The first one is at work until the second has seen that, however long that takes.
    await until(() => said.includes(waits));
    rmSync(join(root, 'first.hold'));
    expect(await two.outcome).toMatchObject({ status: 0 });
    expect(await one.outcome).toMatchObject({ status: 0 });
    expect(names()).toEqual(['first', 'second']);
  });

  it('ends its steps on Ctrl-C', async () => {
    write('first.delay', '60');
    const stopped = start();
    await until(() => names().length === 1);
    stopped.child.kill('SIGINT');
    const outcome = await stopped.outcome;
    expect(outcome.status).toBe(130);
    expect(outcome.stderr).toContain('ended by SIGINT');
  });

  it('shows why a step failed, and ends the one beside it', async () => {
    write('first.delay', '60');
    rmSync(join(root, 'other.in'));
    const failed = await setUp([], { FAKE_STEPS: 'first,other', FAKE_IMAGINARY: '3.1' });
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain("cannot stat 'other.in'");
    expect(failed.stderr).toContain('.tools/logs/other.log');
  });

  it('names a toolchain that is too old before anything is started', async () => {
    const refused = await setUp([], { FAKE_STEPS: 'first,other', PATH: withTool('2.0.9') });
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(
      'imaginary (for other): found: 3.0.9; needed: 3.1 or newer; install: imaginary-dev',
    );
    expect(names()).toEqual([]);
  });

  it('uses a tool on PATH in place of a step, if it is new enough', async () => {
    const env = { FAKE_STEPS: 'other', PATH: withTool('2.4.0') };
    expect(await setUp([], env)).toMatchObject({ status: 0 });
    expect(realpathSync(join(root, '.tools/bin/fake-tool'))).toBe(join(root, 'path/fake-tool'));
    expect((await setUp([], env)).stderr).toBe('set-up: ready\n');
    expect(names()).toEqual([]);
  });

  it('ends on a terminal, too, where it shows the seconds', async () => {
    write('first.delay', '1.2');
    const quoted = `'${process.execPath}' '${FAKE}'`;
    const child = spawn('script', ['--quiet', '--return', '--command', quoted, '/dev/null'], {
      env: inherited({ FAKE_ROOT: root }),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 5_000,
      killSignal: 'SIGKILL',
    });
    const outcome = await outcomeOf(child);
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toContain('first 1 s');
    expect(outcome.stdout).toContain('set-up: ready after');
  });

  it('says nothing when it is told to be quiet', async () => {
    expect(await setUp(['--quiet'])).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

describe("the project's own set-up, on a machine with Node and Python alone", () => {
  beforeEach(() => {
    for (const folder of ['scripts', 'tools']) cpSync(join(PROJECT, folder), join(root, folder), { recursive: true });
    mkdirSync(join(root, 'path'));
    for (const tool of ['node', 'npm', 'python3', 'sh', 'env']) {
      const real = whereIs(tool);
      if (real !== null) symlinkSync(real, join(root, 'path', tool));
    }
  });

  it('names every missing toolchain at once and starts nothing', async () => {
    const refused = await real([]);
    expect(refused.status).toBe(1);
    for (const name of ['go (for toxiproxy, actionlint, sdk-go)', 'cargo', 'jdk', 'maven'])
      expect(refused.stderr).toContain(`\n  ${name}`);
    expect(refused.stderr).not.toContain('\n  node');
    expect(existsSync(join(root, '.tools'))).toBe(false);
  });

  it('asks only for the toolchains of the chosen SDK clients', async () => {
    const refused = await real(['--sdk', 'python,go']);
    expect(refused.stderr).toContain('\n  go ');
    expect(refused.stderr).not.toMatch(/cargo|jdk|maven/);
  });

  it('answers an unknown SDK client with those that exist', async () => {
    expect(await real(['--sdk', 'cobol'])).toEqual({
      status: 2,
      stdout: '',
      stderr: `set-up: there is no SDK client cobol; there are ${sdks.map(({ name }) => name).join(', ')}\n`,
    });
  });

  it('only looks when it is asked to check', async () => {
    const checked = await real(['--check', '--json']);
    expect(checked).toMatchObject({ status: 1, stderr: '' });
    expect(JSON.parse(checked.stdout)).toMatchObject({
      ok: false,
      toolchains: expect.arrayContaining([
        expect.objectContaining({ name: 'go', found: null, needed: '1.24', ok: false }),
      ]),
      steps: expect.arrayContaining([{ name: 'sdk-rust', state: 'missing' }]),
    });
    expect(existsSync(join(root, '.tools'))).toBe(false);
  });

  const real = (args: string[]) => run(join(root, 'scripts/setup.mjs'), args, { PATH: join(root, 'path') }).outcome;
});

function setUp(args: string[] = [], env: Record<string, string> = {}): Promise<Outcome> {
  return start(args, env).outcome;
}

function start(args: string[] = [], env: Record<string, string> = {}) {
  return run(FAKE, args, { FAKE_ROOT: root, ...env });
}

/** Our environment but for what `npm run --silent` adds, by which set-up would be quiet. */
function inherited(env: Record<string, string>): NodeJS.ProcessEnv {
  const { npm_config_loglevel: _, ...ours } = process.env;
  return { ...ours, ...env };
}

function run(script: string, args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [script, ...args], { env: inherited(env) });
  return { child, outcome: outcomeOf(child) };
}

function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...text })));
}

/** PATH with a `fake-tool` of this version in front. */
function withTool(version: string): string {
  mkdirSync(join(root, 'path'), { recursive: true });
  writeFileSync(join(root, 'path/fake-tool'), `#!/bin/sh\necho fake-tool ${version}\n`, { mode: 0o755 });
  return `${join(root, 'path')}:${process.env['PATH'] ?? ''}`;
}

function whereIs(tool: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(':');
  return folders.map((folder) => join(folder, tool)).find((path) => existsSync(path)) ?? null;
}

function ran(): { name: string; pid: number }[] {
  if (!existsSync(join(root, 'ran.log'))) return [];
  // A shell makes the file a moment before it writes into it.
  const lines = read('ran.log').match(/^.+\n/gm) ?? [];
  return lines.map((line) => ({ name: line.split(' ')[0] ?? '', pid: Number(line.split(' ')[1]) }));
}

function names(): string[] {
  return ran().map(({ name }) => name);
}

/** A zombie, which its new parent has not collected, is not alive. */
const isAlive = (pid: number): boolean => identify(pid) !== undefined;

async function until(condition: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadlineMs) throw new Error('it did not happen within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function write(path: string, text: string): void {
  writeFileSync(join(root, path), text);
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
