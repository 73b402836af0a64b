import { readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { prunedText } from '../../../src/client/commands/prune.js';
import { catalogue, chaos, place, runId, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

test('prune says what it would remove, and why the rest stays, and removes nothing with --dry-run', async () => {
  writeFileSync(place.config, `data_dir: data\nretention: { runs_days: 0.001 }\n${catalogue}\n`);
  expect(await chaos('prune', '--dry-run')).toEqual({
    exitCode: 0,
    stdout: `kept ${runId}: it is the latest run of cluster local`,
    stderr: '',
  });
  expect(readFileSync(`${place.root}/data/runs/${runId}/report.md`, 'utf8')).not.toBe('');
});

test('a removal is one line', () => {
  const removed = [{ runId: 'r1', what: 'ledgers', why: 'age', bytes: 3 * 1024 * 1024 }] as const;
  expect(prunedText({ removed, spared: [], notices: 0 }, true)).toBe(
    'would remove r1: ledgers and brokers’ files (3.0 MB, too old)',
  );
  expect(prunedText({ removed, spared: [], notices: 1 }, false)).toMatch(
    /^removed r1: .*\nremoved 1 old message about a cluster$/,
  );
  expect(prunedText({ removed: [], spared: [], notices: 0 }, false)).toBe('nothing to remove');
});
