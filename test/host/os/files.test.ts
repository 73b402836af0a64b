import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ChaosError } from '../../../src/domain/errors.js';
import { octalMode, projectRoot, readJson, writeIfOther, writeIfRoom, writeJson } from '../../../src/host/os/files.js';
import { fixture, temporaryFolder, until } from '../../../testing/processes.js';

const folder = temporaryFolder();

describe('a JSON file', () => {
  it('comes back as it was written, and its folder is made', () => {
    const path = join(folder, 'new', 'deep', 'a.json');
    writeJson(path, { a: [1, 'ü'] });
    expect(readJson(path)).toEqual({ a: [1, 'ü'] });
    expect(readdirSync(dirname(path))).toEqual(['a.json']);
  });

  it('that does not exist is undefined, and one that is no JSON is an error with its name', () => {
    expect(readJson(join(folder, 'none.json'))).toBeUndefined();
    const path = join(folder, 'bad.json');
    writeFileSync(path, '{"a": ');
    expect(() => readJson(path)).toThrow(/bad\.json: expected JSON .*got/);
  });

  it('is left alone when the new content cannot be written', () => {
    const path = join(folder, 'kept', 'a.json');
    writeJson(path, { n: 1 });
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(() => {
      writeJson(path, circular);
    }).toThrow(/circular/);
    expect(readJson(path)).toEqual({ n: 1 });
    expect(readdirSync(dirname(path))).toEqual(['a.json']);
  });

  it('is never seen half written, nor left so by a writer that is killed', async () => {
    const path = join(folder, 'torn', 'a.json');
    const { child, ended } = fixture('writer.mjs', [path]);
    await until('the first write', () => readJson(path) !== undefined);
    const seen = new Set<number>();
    await until('many different writes are seen', () => {
      for (let i = 0; i < 20; i += 1) seen.add(whole(path));
      return seen.size > 40;
    });
    child.kill('SIGKILL');
    expect((await ended).status).toBe('SIGKILL');
    whole(path);
  });
});

/** The number of the write that a read sees; fails if beginning and end of it do not belong together. */
function whole(path: string): number {
  const { n, end, filler } = readJson<{ n: number; end: number; filler: string }>(path) ?? {
    n: -1,
    end: -2,
    filler: '',
  };
  expect(end).toBe(n);
  expect(filler.length).toBe(String(n).length * 20_000);
  return n;
}

it('the root of the installation is the nearest folder with a package.json', () => {
  const root = join(folder, 'root');
  mkdirSync(join(root, 'dist', 'host'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{}');
  expect(projectRoot(join(root, 'dist', 'host'))).toBe(root);
  const ours = JSON.parse(readFileSync(join(projectRoot(import.meta.dirname), 'package.json'), 'utf8')) as {
    name: string;
  };
  expect(ours.name).toBe('robustmq-chaos-test');
});

describe('a plain file', () => {
  const path = join(folder, 'plain.conf');

  it('is written only if it is to have another content', () => {
    writeIfOther(path, 'a', 0o600);
    const { mtimeNs } = statSync(path, { bigint: true });
    writeIfOther(path, 'a', 0o600);
    expect(statSync(path, { bigint: true }).mtimeNs).toBe(mtimeNs);
    writeIfOther(path, 'b', 0o600);
    expect(readFileSync(path, 'utf8')).toBe('b');
  });
});

describe('what a full disk does not take', () => {
  const noRoom = Object.assign(new Error('write'), { code: 'ENOSPC' });

  it('is done without, and any other error is not', () => {
    expect(writeIfRoom(() => undefined)).toBe(true);
    expect(writeIfRoom(() => fail(noRoom))).toBe(false);
    expect(writeIfRoom(() => fail(new ChaosError('DISK_FULL', 'no room')))).toBe(false);
    expect(() => writeIfRoom(() => fail(new Error('EACCES')))).toThrow('EACCES');
  });
});

function fail(error: Error): never {
  throw error;
}

it.each([
  [0o100644, '644'],
  [0o100007, '007'],
  [0n, '000'],
])('a mode is said as chmod takes it: %s', (mode, text) => {
  expect(octalMode(mode)).toBe(text);
});
