import { expect, it } from 'vitest';
import { updatePaths } from '../../../src/host/layout/update-paths.js';

it('everything of an update lies in its run’s folder, each in a file of its own', () => {
  const files = Object.values(updatePaths('/data/runs/run-1')) as string[];
  expect(new Set(files).size).toBe(4);
  for (const file of files) expect(file).toMatch(/^\/data\/runs\/run-1\/[^/]+$/);
});
