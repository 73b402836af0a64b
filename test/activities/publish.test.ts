import { beforeEach, expect, it } from 'vitest';
import { createPublishActivities } from '../../src/activities/publish.js';
import { ChaosError } from '../../src/domain/errors.js';
import type { PublishAnswer } from '../../src/domain/publish.js';
import { startGitHub } from '../../testing/github/server.js';
import { createRepository } from '../../testing/github/repository.js';
import { perform, plannedRun } from '../../testing/activities.js';
import { temporaryFolder } from '../../testing/processes.js';
import { settingsFor, storeRun } from '../../testing/reports/publishable-run.js';

let dataRoot: string;
beforeEach(() => {
  dataRoot = temporaryFolder();
});

const retention = { ledgersDays: 30, runsDays: 365, minFreeMb: 0 };
type Publishing = Parameters<typeof createPublishActivities>[0];
const publish = (publishingOf: Publishing): Promise<PublishAnswer> =>
  perform(createPublishActivities(publishingOf).publishReport, { run: plannedRun(dataRoot).run });

it('pushes nothing where the config of the run wants nothing published', async () => {
  const asked: string[] = [];
  const answer = await publish((configPath) => {
    asked.push(configPath);
    return { dataRoot, settings: null, retention };
  });
  expect(answer).toEqual({ githubUrl: null, pushError: null, issueError: null });
  expect(asked).toEqual([plannedRun(dataRoot).plan.configPath]);
});

it('answers where the report of this run is to be read', async () => {
  const github = await startGitHub(createRepository(dataRoot, 'reports.git'));
  process.env['CHAOS_TEST_TOKEN'] = github.token;
  try {
    storeRun(dataRoot, 'earlier', 1);
    storeRun(dataRoot, 'run-1', 2);
    expect(await publish(() => ({ dataRoot, settings: settingsFor({ apiUrl: github.url }), retention }))).toEqual({
      githubUrl: 'https://github.com/robustmq/reports/blob/main/reports/run-1/report.md',
      pushError: null,
      issueError: null,
    });
  } finally {
    delete process.env['CHAOS_TEST_TOKEN'];
    await github.close();
  }
});

it.each<[string, Publishing, RegExp]>([
  ['there is no report', () => ({ dataRoot, settings: settingsFor(), retention }), /run-1 has no report/],
  [
    'the config cannot be used any more',
    () => {
      throw new ChaosError('CONFIG_INVALID', 'publish.branch: expected a text');
    },
    /publish\.branch/,
  ],
])('answers with an error where %s: the run has its report on the host', async (_, publishingOf, why) => {
  expect(await publish(publishingOf)).toEqual({
    githubUrl: null,
    pushError: expect.stringMatching(why) as unknown,
    issueError: null,
  });
});
