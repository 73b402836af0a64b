import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../../testing/processes.js';
import { publicationOf, storeRun } from '../../../testing/reports/publishable-run.js';
import { createRepository, type Repository } from '../../../testing/github/repository.js';
import { startGitHub, type GitHubServer } from '../../../testing/github/server.js';
import { run, type Ran } from '../../../testing/program.js';

let folder: string;
let repository: Repository;
let github: GitHubServer;

beforeEach(async () => {
  folder = temporaryFolder();
  repository = createRepository(folder, 'reports.git');
  github = await startGitHub(repository);
  storeRun(join(folder, 'data'), 'run-1', 1);
});
afterEach(async () => {
  await github.close();
  expect(github.problems).toEqual([]);
});

/** Runs `publish` with this section of the config, and the token in the environment if there is one. */
function publish(args: readonly string[], section: string, token?: string): Promise<Ran> {
  const config = join(folder, 'chaos.yml');
  const catalogue = 'scenarios: [{ name: kill, fault: broker-kill, target: robustmq-server }]';
  writeFileSync(config, `data_dir: data\npublish: ${section}\n${catalogue}\n`);
  return run(['publish', ...args, '--config', config], token === undefined ? {} : { CHAOS_TEST_TOKEN: token });
}

const octokit = (): string =>
  `{ via: octokit, repository: robustmq/reports, api_url: "${github.url}", token_env: CHAOS_TEST_TOKEN }`;

test('a run is pushed by its id, and then nothing is left', async () => {
  expect(await publish(['run-1'], octokit(), github.token)).toMatchObject({
    exitCode: 0,
    stdout: '✓ run-1  https://github.com/robustmq/reports/blob/main/reports/run-1/report.md',
  });
  expect(repository.file('reports/run-1/report.md')).toBe('# run-1 报告\n');
  expect(await publish([], octokit(), github.token)).toEqual({
    exitCode: 0,
    stdout: 'nothing is left to push',
    stderr: '',
  });
});

test('a push that fails says so with status 1, and stays owed', async () => {
  const { exitCode, stdout } = await publish(['run-1', '--json'], octokit());
  expect(exitCode).toBe(1);
  const pushError = expect.stringMatching(/GitHub token: expected it in the environment variable CHAOS_TEST_TOKEN/);
  expect(JSON.parse(stdout)).toEqual([{ runId: 'run-1', githubUrl: null, pushError, issueError: null }]);
  expect(publicationOf(join(folder, 'data'), 'run-1').push_error).toEqual(pushError);
});

test('without a way to publish, or without that run, there is one line and status 64', async () => {
  const none = await publish([], '{ via: none }');
  expect([none.exitCode, none.stderr]).toEqual([
    64,
    'robustmq-chaos: publish.via: expected octokit or deploy-key, got none; see docs/publishing.md',
  ]);
  const unknown = await publish(['nowhere'], octokit(), github.token);
  expect([unknown.exitCode, unknown.stderr]).toEqual([
    64,
    'robustmq-chaos: run: expected one with a report, got nowhere; the latest are run-1',
  ]);
});
