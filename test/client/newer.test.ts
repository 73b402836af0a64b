import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { newerInData, newerLines } from '../../src/client/newer.js';
import { chaos, place, storeOneRun } from '../../testing/stored-commands.js';

beforeEach(storeOneRun);

it('status, faults and doctor name what a newer program wrote, and what is done about it', async () => {
  const root = join(place.root, 'data');
  expect(newerInData(root)).toEqual([]);
  mkdirSync(join(root, 'clusters', 'local', 'faults'), { recursive: true });
  for (const file of ['cluster.json', 'lease.json', 'faults/f1.json'])
    writeFileSync(join(root, 'clusters', 'local', file), '{"format":2}');
  writeFileSync(join(root, 'breakers.json'), '[{"format":2}]');
  writeFileSync(join(root, 'disk-reserve'), 'reserve of robustmq-chaos 2: x');
  expect(newerLines(root)).toHaveLength(5);
  const named = /faults\/f1\.json: expected a ticket of format 1 or older, got format 2, .*install that program/;
  for (const args of [['status'], ['faults', 'list'], ['doctor']]) expect((await chaos(...args)).stdout).toMatch(named);
  const { exitCode, stderr } = await chaos('faults', 'recover', '--all');
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(named)]);
}, 60_000);
