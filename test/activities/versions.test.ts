import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createVersionsActivities } from '../../src/activities/versions.js';
import { versionsPaths } from '../../src/host/layout/versions-paths.js';
import { readStored } from '../../src/host/os/stored.js';
import { ONE_HOST, perform } from '../../testing/activities.js';
import { temporaryFolder } from '../../testing/processes.js';
import { seriesPlan } from '../../testing/series/plan.js';

const { planVersions, compareVersions } = createVersionsActivities(() => seriesPlan, ONE_HOST);
const at = '2026-11-22T00:00:00.000Z';

it('a series is planned only if every program is there to be run', async () => {
  const path = join(temporaryFolder(), 'broker');
  writeFileSync(path, '#!/bin/sh\n');
  const request = { versions: [{ label: 'A', path }], rounds: 1 };
  const planned = () => perform(planVersions, { request, at });
  await expect(planned()).rejects.toMatchObject({
    ...{
      type: 'CONFIG_INVALID',
      nonRetryable: true,
      message: expect.stringContaining(`version A: expected a program at ${path}`),
    },
  });
  chmodSync(path, 0o755);
  expect(await planned()).toEqual(seriesPlan);
});

it('what the runs say is compared beside the worker’s own thread, and stored', async () => {
  const plan = { ...seriesPlan, dataRoot: temporaryFolder() };
  const compared = await perform(compareVersions, { plan, runs: [] });
  expect(compared).toMatchObject({ worse: false, undecided: true });
  expect(readStored('comparison', versionsPaths(plan.dataRoot, plan.series).json)).toMatchObject({
    series: plan.series,
  });
});
