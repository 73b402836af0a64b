import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ownVersion } from '../../src/host/os/versions.js';
import { run } from '../../testing/program.js';

describe('the program', () => {
  test('has every command of its folder, and says what each is for', async () => {
    const { exitCode, stdout } = await run(['--help']);
    expect(exitCode).toBe(0);
    for (const file of readdirSync('src/client/commands')) expect(stdout).toContain(`  ${basename(file, '.ts')} `);
  });

  test('tells its version', async () => {
    expect(await run(['--version'])).toMatchObject({ exitCode: 0, stdout: ownVersion() });
  });

  test.each([[['melt']], [['runs', '--loud']], [[]]])('ends with the status of wrong usage for %j', async (args) => {
    const { exitCode, stdout, stderr } = await run(args);
    expect([exitCode, stdout]).toEqual([64, '']);
    expect(stderr).not.toContain('    at ');
  });
});
