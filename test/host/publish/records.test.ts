import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { filesOf, owedRuns, recordOf, writeRecord } from '../../../src/host/publish/records.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { storeRun } from '../../../testing/reports/publishable-run.js';

let root: string;
beforeEach(() => {
  root = join(temporaryFolder(), 'data');
});

const pushed = { github_url: 'https://example.org/r', push_error: null, issue_error: null };

describe('what a run came to', () => {
  it('is unknown until it is written, and has its time', () => {
    storeRun(root, 'r1', 1);
    expect(recordOf(root, 'r1')).toBeUndefined();
    writeRecord(root, 'r1', pushed);
    expect(recordOf(root, 'r1')).toMatchObject(pushed);
    expect(Date.parse(recordOf(root, 'r1')?.at ?? '')).toBeGreaterThan(0);
  });
});

describe('the runs that are owed', () => {
  it('are none where there is no folder', () => {
    expect(owedRuns(root, ['r1'])).toEqual([]);
  });

  it('are those whose push or issues failed, and those asked for, oldest first', () => {
    for (const [i, runId] of ['pushed', 'asked', 'unpushed', 'issues', 'never'].entries()) storeRun(root, runId, 9 - i);
    writeRecord(root, 'pushed', pushed);
    writeRecord(root, 'unpushed', { ...pushed, github_url: null, push_error: 'no network' });
    writeRecord(root, 'issues', { ...pushed, issue_error: 'may not label' });
    expect(owedRuns(root, ['asked'])).toEqual(['issues', 'unpushed', 'asked']);
    expect(owedRuns(root, [])).toEqual(['issues', 'unpushed']);
  });

  it('are not those without a report, though they were asked for', () => {
    storeRun(root, 'r1', 1);
    rmSync(join(root, 'runs', 'r1', 'report.json'));
    writeRecord(root, 'r1', { ...pushed, github_url: null });
    expect(owedRuns(root, ['r1'])).toEqual([]);
  });
});

it('a run’s files are all that lie in its folder, also deep inside, and no folders', () => {
  storeRun(root, 'r1', 1);
  writeFileSync(join(root, 'runs', 'r1', 'control', 'go', 'a b'), '');
  expect(filesOf(root, 'r1').sort()).toEqual([
    'control/go/a b',
    'control/go/ledger.ndjson.gz',
    'report.json',
    'report.md',
    'run.json',
  ]);
});
