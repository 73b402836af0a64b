import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileSha256, ownBuild, ownVersion, ownVersions } from '../../../src/host/os/versions.js';
import { temporaryFolder } from '../../../testing/processes.js';

it('a report names program, commit, Node and kernel', () => {
  const versions = ownVersions();
  const { version, commit, id } = ownBuild();
  expect(version).toBe(ownVersion());
  expect(commit).toMatch(/^([0-9a-f]{12}(-dirty)?|unknown)$/);
  expect(id.startsWith(`${version}-${commit}`)).toBe(true);
  expect(versions['robustmq-chaos-test']).toBe(`${version} (${commit})`);
  expect(versions['node']).toBe(process.versions.node);
  expect(versions['linux']).toMatch(/^\d+\.\d+/);
});

it('a program is told by its bytes', async () => {
  const file = join(temporaryFolder(), 'program');
  writeFileSync(file, 'abc');
  expect(await fileSha256(file)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  await expect(fileSha256(`${file}-missing`)).rejects.toThrow('ENOENT');
});
