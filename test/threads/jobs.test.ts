import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../../src/threads/jobs.js';
import { temporaryFolder } from '../../testing/processes.js';

it('a job answers with its value, or with the error that it threw', async () => {
  const folder = temporaryFolder();
  expect(await run({ name: 'outcomesOf', task: { phaseDir: folder, sdks: [] } })).toEqual({ value: [] });
  const dataRoot = join(folder, 'a file');
  writeFileSync(dataRoot, '');
  expect(await run({ name: 'updateHistory', task: { dataRoot, changed: [] } })).toMatchObject({
    error: { system: 'EEXIST', chaos: undefined },
  });
});
