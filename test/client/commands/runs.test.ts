import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { chaos, place, runId, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

describe('runs', () => {
  test('lists each run with its verdict, for people and for programs', async () => {
    expect((await chaos('runs')).stdout).toMatch(new RegExp(`^${runId} {2}FAIL`));
    expect(JSON.parse((await chaos('runs', '--json')).stdout)).toMatchObject([{ runId, headline: 'FAIL' }]);
  });

  test('says what to do where there is none', async () => {
    rmSync(join(place.root, 'data'), { recursive: true });
    expect(await chaos('runs')).toMatchObject({ exitCode: 0, stdout: 'no runs yet: npm run round' });
  });

  test('lists the other runs beside one that is damaged', async () => {
    const other = join(place.root, 'data', 'runs', 'damaged');
    mkdirSync(other);
    for (const name of ['run.json', 'report.json']) writeFileSync(join(other, name), '{"half');
    const { stdout, exitCode } = await chaos('runs');
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^damaged {2}.*expected JSON .*\n.*passed/)]);
  });
});
