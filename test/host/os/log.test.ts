import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const module = fileURLToPath(new URL('../../../dist/host/os/log.js', import.meta.url));
const script = `
  const { logLine, outliveOutput } = await import(${JSON.stringify(module)});
  outliveOutput();
  logLine('one'); logLine('two');
  process.stdout.write('three');
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.exitCode = 7;
`;
const run = (stdout: 'pipe' | number) =>
  spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', stdout, 'pipe'],
    encoding: 'utf8',
  });

it('a line has its time', () => {
  expect(run('pipe').stdout).toMatch(/^\d{4}-\S+Z one\n\d{4}-\S+Z two\n/);
});

it('a process whose log is full goes on to its end', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = run(full);
  closeSync(full);
  expect({ status, stderr }).toEqual({ status: 7, stderr: '' });
});
