import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { chaos, folder, place, refuses, runId, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

describe('show', () => {
  test('prints the report of the latest run, or of the one that is named', async () => {
    const markdown = readFileSync(join(folder(), 'report.md'), 'utf8').trimEnd();
    expect(await chaos('show')).toMatchObject({ exitCode: 0, stdout: markdown });
    expect(await chaos('show', runId)).toMatchObject({ exitCode: 0, stdout: markdown });
    expect(JSON.parse((await chaos('show', '--json')).stdout)).toMatchObject({ runId, headline: 'FAIL' });
  });

  test('names a report that is damaged, or not there', async () => {
    const other = join(place.root, 'data', 'runs', 'damaged');
    mkdirSync(other);
    for (const name of ['run.json', 'report.json']) writeFileSync(join(other, name), '{"half');
    refuses(await chaos('show', 'damaged'), 1, /report\.json: expected JSON written by this program/);
    rmSync(join(folder(), 'report.md'));
    refuses(await chaos('show', runId), 1, /expected .*report\.md, found no file/);
  });
});
