import { expect, it } from 'vitest';
import { runDir } from '../../../src/host/layout/paths.js';
import { versionsPaths } from '../../../src/host/layout/versions-paths.js';

it('what came of a series lies beside its runs, and apart from all others', () => {
  const { json, markdown } = versionsPaths('/data', 'chaos-series-local-1');
  expect([json, markdown]).toEqual([
    '/data/series/chaos-series-local-1/versions.json',
    '/data/series/chaos-series-local-1/versions.md',
  ]);
  expect(runDir('/data', 'chaos-series-local-1-r1-v1')).toBe('/data/series/chaos-series-local-1-r1-v1');
  expect(runDir('/data', 'chaos-run-local-1')).toBe('/data/runs/chaos-run-local-1');
});
