import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  newerAmong,
  readStored,
  readStoredIfAny,
  readStoredIfWhole,
  removeStored,
  writeStored,
} from '../../../src/host/os/stored.js';
import { temporaryFolder } from '../../../testing/processes.js';

const path = join(temporaryFolder(), 'file.json');
const onDisk = (): unknown => JSON.parse(readFileSync(path, 'utf8'));

it('a value is stored with its format, and read without it', () => {
  writeStored('lease', path, { a: 1 });
  expect(onDisk()).toEqual({ a: 1, format: 1 });
  expect(readStored('lease', path)).toEqual({ a: 1 });
  writeStored('breakers', path, [{ a: 1 }, { a: 2 }]);
  expect(onDisk()).toEqual([
    { a: 1, format: 1 },
    { a: 2, format: 1 },
  ]);
  expect(readStored('breakers', path)).toEqual([{ a: 1 }, { a: 2 }]);
});

it('what holds the login of a cluster is for its owner alone, also where it was not before', () => {
  const mode = (): number => statSync(path).mode & 0o777;
  writeFileSync(path, '{}');
  const ofAnyFile = mode();
  writeStored('cluster state', path, { password: 'x' });
  expect(mode()).toBe(0o600);
  writeStored('lease', path, { a: 1 });
  expect(mode()).toBe(ofAnyFile);
});

it('what was stored before formats is read; what is damaged is none, or written anew', () => {
  writeFileSync(path, '{"a":1}');
  expect(readStored('lease', path)).toEqual({ a: 1 });
  writeFileSync(path, '{"half');
  expect(() => readStored('lease', path)).toThrow(/expected JSON/);
  expect([readStoredIfWhole('lease', path), readStoredIfAny('lease', path)]).toEqual([undefined, undefined]);
  writeStored('lease', path, { a: 2 });
  removeStored('lease', path);
  expect(readStored('lease', path)).toBeUndefined();
  removeStored('lease', path);
});

it('what a newer program stored is neither read, nor written over, nor removed', () => {
  const newer = '{"format":2}';
  writeFileSync(path, newer);
  const refused = expect.objectContaining({ code: 'FORMAT_NEWER', message: expect.stringContaining(path) });
  expect(() => readStored('lease', path)).toThrow(refused);
  expect(() => readStoredIfWhole('lease', path)).toThrow(refused);
  expect(readStoredIfAny('lease', path)).toBeUndefined();
  expect(() => writeStored('lease', path, {})).toThrow(refused);
  expect(() => removeStored('lease', path)).toThrow(refused);
  expect(
    newerAmong([
      { kind: 'lease', path },
      { kind: 'plan', path: `${path}.none` },
    ]),
  ).toHaveLength(1);
  expect(readFileSync(path, 'utf8')).toBe(newer);
});

it('nobody in src reads or writes JSON files past the formats, but for a client’s own result line and the stamp of the build', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const past = files.filter((file) => /\b(readJson|writeJson)\b/.test(readFileSync(join('src', file), 'utf8')));
  expect(past.sort()).toEqual([
    'host/clients/collect.ts',
    'host/os/files.ts',
    'host/os/stored.ts',
    'host/os/versions.ts',
  ]);
});
