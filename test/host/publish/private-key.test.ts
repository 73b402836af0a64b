import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { privateKey } from '../../../src/host/publish/private-key.js';
import { onReadOnlyMount } from '../../../testing/small-disk.js';
import { temporaryFolder } from '../../../testing/processes.js';

const keys = temporaryFolder();
const keygen = (name: string, ...args: readonly string[]): void =>
  void execFileSync('ssh-keygen', ['-q', '-C', 'test', '-f', join(keys, name), ...args]);
const text = (name: string): string => readFileSync(join(keys, name), 'utf8');

/** One key of each form that ssh-keygen writes. */
const KINDS = {
  ed25519: ['-t', 'ed25519'],
  pem: ['-t', 'rsa', '-b', '2048', '-m', 'PEM'],
  pkcs8: ['-t', 'ecdsa', '-m', 'PKCS8'],
};
beforeAll(() => {
  for (const [name, args] of Object.entries(KINDS)) keygen(name, '-N', '', ...args);
});

let folder: string;
let workDir: string;
beforeEach(() => {
  folder = temporaryFolder();
  workDir = join(folder, 'work');
  mkdirSync(workDir);
});

function written(content: string, mode = 0o600): string {
  const file = join(folder, 'deploy');
  writeFileSync(file, content, { mode });
  chmodSync(file, mode);
  return file;
}
const publicHalf = (file: string): string =>
  execFileSync('ssh-keygen', ['-y', '-P', '', '-f', file], { encoding: 'utf8' }).split(' ')[1] ?? '';
const refused = (keyFile: string): Promise<string> =>
  privateKey(keyFile, workDir).then(
    (used) => `used ${used}`,
    (error: unknown) => String(error),
  );

it.each(Object.keys(KINDS))('a good key (%s) is used where it lies, and not copied', async (name) => {
  const file = written(text(name));
  expect(await privateKey(file, workDir)).toBe(file);
  expect(readdirSync(workDir)).toEqual([]);
});

it.each(Object.keys(KINDS))(
  'a key (%s) whose form alone is wrong is used as a copy for its owner alone',
  async (name) => {
    const right = publicHalf(join(keys, name));
    const asGiven = text(name);
    const forms = [
      asGiven.replaceAll('\n', '\r\n'),
      asGiven.trimEnd(),
      asGiven.replaceAll('\n', ' '),
      asGiven.replaceAll('\n', '\\n'),
    ];
    for (const form of forms) {
      const file = written(form);
      const used = await privateKey(file, workDir);
      expect(used).toBe(join(workDir, 'key'));
      expect(statSync(used).mode & 0o777).toBe(0o600);
      expect(publicHalf(used)).toBe(right);
      expect(readFileSync(file, 'utf8')).toBe(form);
    }
  },
);

it('what is no key is said to be that, with the file', async () => {
  const at = 'ChaosError: publish.key_file: ';
  expect(await refused(join(folder, 'nowhere'))).toBe(`${at}${folder}/nowhere: expected a private key, found no file`);
  expect(await refused(folder)).toBe(`${at}${folder}: expected a private key, found a folder: name the file in it`);
  expect(await refused('/dev/null')).toMatch(/found no regular file/);
  expect(await refused(written('x'.repeat(70_000)))).toMatch(/found 70000 bytes/);
  expect(await refused(written(''))).toMatch(/it is empty/);
});

it('the public half leads to the private one', async () => {
  for (const name of ['ed25519', 'ed25519.pub']) copyFileSync(join(keys, name), join(folder, name));
  expect(await refused(join(folder, 'ed25519.pub'))).toMatch(
    new RegExp(`public half \\(\\.pub\\).*: ${folder}/ed25519 is there$`),
  );
});

it.each(Object.entries({ ...KINDS, ed25519: ['-t', 'ed25519'] }))(
  'a passphrase is said to be one (%s), and damage is not',
  async (name, args) => {
    keygen(`${name}-locked`, '-N', 'secret words', ...args);
    expect(await refused(written(text(`${name}-locked`)))).toMatch(
      /it has a passphrase, and nobody is there to type it/,
    );
    const damaged = text(name)
      .split('\n')
      .filter((_, i) => i !== 2)
      .join('\n');
    expect(await refused(written(damaged))).toMatch(
      new RegExp(`it is damaged, or of a kind that ssh here does not know.*${folder}/deploy.*`),
    );
  },
);

it('a key that others may read is refused where that can be changed', async () => {
  for (const mode of [0o644, 0o440, 0o604])
    expect(await refused(written(text('ed25519'), mode))).toMatch(
      new RegExp(`its owner alone may read it, got mode ${mode.toString(8)}: run chmod 600 on it`),
    );
});

it('a key that a read-only mount gives with mode 0444 is used as a copy', async () => {
  written(text('ed25519'), 0o444);
  const said = await onReadOnlyMount<{ used: string; mode: number; key: string }>('read-only-key.mjs', folder);
  expect(said).toEqual({ used: 'key', mode: 0o600, key: publicHalf(join(keys, 'ed25519')) });
});
