import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishOwed, type Published } from '../../../src/host/publish/index.js';
import { createRepository } from '../../../testing/github/repository.js';
import { startGitHub, type GitHubServer } from '../../../testing/github/server.js';
import { catalogue, outcome } from '../../../testing/values.js';
import { result } from '../../../testing/reports/values.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { publicationOf, requestFor, settingsFor, storeRun } from '../../../testing/reports/publishable-run.js';

let dataRoot: string;
let github: GitHubServer;

beforeEach(async () => {
  const folder = temporaryFolder();
  dataRoot = join(folder, 'data');
  github = await startGitHub(createRepository(folder, 'reports.git'));
  process.env['CHAOS_TEST_TOKEN'] = github.token;
});
afterEach(async () => {
  delete process.env['CHAOS_TEST_TOKEN'];
  await github.close();
  expect(github.problems).toEqual([]);
});

/** A run whose leader-transfer comes out like this, published with issues. */
async function run(number: number, passes: boolean, patienceMs = 20_000): Promise<readonly Published[]> {
  const validation = [outcome({ sdk: 'go', result: passes ? {} : { lost: 3 } }), outcome({ sdk: 'rust' })];
  const scenarios = catalogue.map((scenario) =>
    result(scenario, scenario.name === 'leader-transfer' ? { validation } : {}),
  );
  storeRun(dataRoot, `run-${number}`, number, { scenarios });
  const settings = settingsFor({
    apiUrl: github.url,
    issues: { repository: 'robustmq/robustmq', label: 'chaos-test' },
  });
  return publishOwed(requestFor(dataRoot, `run-${number}`, settings, { patienceMs }));
}

describe('the issue of a failing scenario', () => {
  it('is one, from the first failure to the second pass in a row', async () => {
    await run(1, true);
    expect(github.issues).toEqual([]);
    await run(2, false);
    await run(3, false);
    expect(github.issues).toMatchObject([{ number: 1, state: 'open', labels: ['chaos-test'] }]);
    expect(github.issues[0]!.title).toContain('leader-transfer');
    expect(github.issues[0]!.body).toContain('fails: 2 runs, first `run-2`, last `run-3`');
    expect(github.issues[0]!.body).toContain('https://github.com/robustmq/reports/blob/main/reports/run-3/report.md');
    await run(4, true);
    expect(github.issues[0]).toMatchObject({ state: 'open' });
    await run(5, true);
    expect(github.issues).toMatchObject([{ state: 'closed', state_reason: 'completed' }]);
    await run(6, false);
    expect(github.issues).toMatchObject([{ state: 'open', state_reason: 'reopened' }]);
  });

  it('is not opened twice when the answer to its opening is lost', async () => {
    github.trouble = (call, nth) =>
      call.method === 'post' && call.template.endsWith('/issues') && nth === 1 ? 'lose reply' : undefined;
    expect(await run(1, false)).toMatchObject([{ pushError: null, issueError: null }]);
    expect(github.issues).toHaveLength(1);
  });

  it('does not hold up the report: what cannot be done is said, and done with the next run', async () => {
    github.trouble = (call) =>
      call.template.endsWith('/issues') ? { status: 503, body: { message: 'busy' } } : undefined;
    const [first] = await run(1, false, 30);
    expect(first).toMatchObject({
      githubUrl: expect.any(String),
      pushError: null,
      issueError: expect.stringMatching(/503/),
    });
    expect(publicationOf(dataRoot, 'run-1')).toMatchObject({ push_error: null, issue_error: first?.issueError });
    // Nor the report of the next one.
    expect(await run(2, false, 30)).toMatchObject([{ runId: 'run-1' }, { runId: 'run-2', pushError: null }]);
    github.trouble = undefined;
    expect(await run(2, false)).toMatchObject([
      { runId: 'run-1', issueError: null },
      { runId: 'run-2', issueError: null },
    ]);
    expect(github.issues[0]!.body).toContain('fails: 2 runs, first `run-1`, last `run-2`');
  });

  it('is not opened by a token that may not label it: the next run would not find it', async () => {
    github.trouble = (call) =>
      call.template.endsWith('/labels') ? { status: 403, body: { message: 'Resource not accessible' } } : undefined;
    expect(await run(1, false)).toMatchObject([
      { pushError: null, issueError: expect.stringMatching(/label chaos-test.*403/) },
    ]);
    expect(github.issues).toEqual([]);
  });

  it('of a person that has the same label is left alone', async () => {
    const theirs = {
      number: 1,
      title: 'mine',
      body: 'by hand',
      state: 'open',
      state_reason: null,
      labels: ['chaos-test'],
    } as const;
    github.issues.push({ ...theirs });
    await run(1, false);
    expect(github.issues).toHaveLength(2);
    expect(github.issues[0]).toEqual(theirs);
  });

  it('is found among more than a page of others', async () => {
    await run(1, false);
    for (let number = 2; number <= 120; number += 1) {
      github.issues.push({
        number,
        title: 't',
        body: 'by hand',
        state: 'closed',
        state_reason: null,
        labels: ['chaos-test'],
      });
    }
    await run(2, false);
    expect(github.issues).toHaveLength(120);
    expect(github.issues[0]!.body).toContain('fails: 2 runs');
  });
});
