import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { otherBuild } from '../../testing/other-build.js';
import { temporaryFolder } from '../../testing/processes.js';

it('npm’s commands find the program in a folder whose name means something in addresses, and to shells', async () => {
  const root = otherBuild(join(temporaryFolder(), "it's %41 #1 目é"), 'other', false);
  const { stdout } = await execa(process.execPath, [join(root, 'scripts/run.mjs'), 'doctor', '--help']);
  expect(stdout).toContain('Usage: robustmq-chaos doctor');
});
