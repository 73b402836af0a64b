import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileSha256, ownVersion, ownVersions } from '../../../src/host/os/versions.js';
import { temporaryFolder } from '../../../testing/processes.js';

it('a report names program, commit, Node and kernel', async () => {
  const versions = await ownVersions();
  const head = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).slice(0, 12);
  expect(versions['robustmq-chaos-test']).toMatch(new RegExp(`^${ownVersion()} \\(${head}(-dirty)?\\)$`));
  expect(versions['node']).toBe(process.versions.node);
  expect(versions['linux']).toMatch(/^\d+\.\d+/);
});

it('a program is told by its bytes', async () => {
  const file = join(temporaryFolder(), 'program');
  writeFileSync(file, 'abc');
  expect(await fileSha256(file)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  await expect(fileSha256(`${file}-missing`)).rejects.toThrow('ENOENT');
});
