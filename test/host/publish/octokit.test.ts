import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PublishSettings } from '../../../src/domain/publish.js';
import { publishOwed, type Published, type PublishLimits } from '../../../src/host/publish/index.js';
import { createRepository, type Repository } from '../../../testing/github/repository.js';
import { startGitHub, type GitHubServer, type Trouble } from '../../../testing/github/server.js';
import { historyEntry } from '../../../src/report/history.js';
import { jsonReport } from '../../../src/report/json.js';
import { runData } from '../../../testing/reports/values.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { publicationOf, requestFor, settingsFor, storeRun } from '../../../testing/reports/publishable-run.js';

const UPDATE_REF = 'patch /repos/{owner}/{repo}/git/refs/{ref}';

let dataRoot: string;
let repository: Repository;
let github: GitHubServer;
let settings: PublishSettings;

beforeEach(async () => {
  const folder = temporaryFolder();
  dataRoot = join(folder, 'data');
  repository = createRepository(folder, 'reports.git');
  github = await startGitHub(repository);
  settings = settingsFor({ apiUrl: github.url });
  process.env['CHAOS_TEST_TOKEN'] = github.token;
  storeRun(dataRoot, 'run-1', 1);
});

afterEach(async () => {
  delete process.env['CHAOS_TEST_TOKEN'];
  await github.close();
  expect(github.problems).toEqual([]);
});

const publish = (runId: string | null, limits: Partial<PublishLimits> = {}): Promise<readonly Published[]> =>
  publishOwed(requestFor(dataRoot, runId, settings, limits));

const troubleAt = (method: string, ending: string, nths: readonly number[], trouble: Trouble): void => {
  github.trouble = (call, nth) =>
    call.method === method && call.template.endsWith(ending) && nths.includes(nth) ? trouble : undefined;
};

const pushed = (runId: string): Published => ({
  runId,
  githubUrl: `https://github.com/robustmq/reports/blob/main/reports/${runId}/report.md`,
  pushError: null,
  issueError: null,
});

const failedWith = async (words: RegExp, limits: Partial<PublishLimits> = {}): Promise<void> => {
  const [answer] = await publish('run-1', { patienceMs: 40, ...limits });
  expect(answer).toMatchObject({ runId: 'run-1', githubUrl: null, issueError: null });
  expect(answer?.pushError).toMatch(words);
  expect(publicationOf(dataRoot, 'run-1')).toMatchObject({ github_url: null, push_error: answer?.pushError });
};

describe('a run that is pushed', () => {
  it('is one commit with its reports and the history, on top of what is there', async () => {
    expect(await publish('run-1')).toEqual([pushed('run-1')]);
    expect(repository.commits()).toEqual(['PASS: 3 of 3 scenarios passed']);
    expect(repository.file('reports/run-1/report.md')).toBe('# run-1 报告\n');
    expect(JSON.parse(repository.file('reports/run-1/report.json') ?? '')).toMatchObject({ run_id: 'run-1' });
    expect(JSON.parse(repository.file('reports/index.json') ?? '')).toMatchObject({ runs: [{ run_id: 'run-1' }] });
    expect(repository.file('reports/index.html')).toContain('run-1');
    expect(repository.file('README.md')).toBe('reports\n');
    expect(repository.file('reports/run-1/control/go/ledger.ndjson.gz')).toBeUndefined();
  });

  it('is not pushed a second time, however often that is asked for', async () => {
    await publish('run-1');
    expect(await publish('run-1')).toEqual([pushed('run-1')]);
    rmSync(join(dataRoot, 'runs', 'run-1', 'publication.json'));
    expect(await publish('run-1')).toEqual([pushed('run-1')]);
    expect(repository.commits()).toHaveLength(1);
  });

  it('has its ledgers with it where the config says so, byte for byte', async () => {
    settings = { ...settings, ledgers: true };
    await publish('run-1');
    const path = 'reports/run-1/control/go/ledger.ndjson.gz';
    expect(repository.git(['rev-parse', `main:${path}`]).trim()).toBe(
      repository.git(['hash-object', join(dataRoot, 'runs', 'run-1', 'control', 'go', 'ledger.ndjson.gz')]).trim(),
    );
  });

  it('is sent in pieces where a report is long', async () => {
    const long = '# 长\n'.repeat(80_000);
    writeFileSync(join(dataRoot, 'runs', 'run-1', 'report.md'), long);
    await publish('run-1');
    expect(repository.file('reports/run-1/report.md')).toBe(long);
    expect(github.calls.filter((call) => call.endsWith('/git/blobs'))).toHaveLength(1);
  });
});

describe('a branch that others push to', () => {
  it('gets the run on top of theirs', async () => {
    let others = 0;
    github.trouble = (call, nth) => {
      if (call.method === 'patch' && nth <= 3) repository.commitByOther(`other-${(others += 1)}.txt`, 'theirs\n');
      return undefined;
    };
    expect(await publish('run-1')).toEqual([pushed('run-1')]);
    expect(repository.commits()).toEqual([expect.stringMatching(/^PASS/), ...Array<string>(3).fill('by another')]);
    expect(repository.file('other-3.txt')).toBe('theirs\n');
  });

  it('keeps the history of another host whose run came in between', async () => {
    github.trouble = (call, nth) => {
      const theirs = JSON.stringify({ schema: 'robustmq-chaos-index/1', runs_at: '', breakers: [], runs: [entry] });
      if (call.method === 'patch' && nth === 1) repository.commitByOther('reports/index.json', theirs);
      return undefined;
    };
    const entry = historyEntry(jsonReport(runData({ runId: 'theirs', startedAt: '2026-11-22T10:00:00Z' })));
    await publish('run-1');
    expect(JSON.parse(repository.file('reports/index.json') ?? '')).toMatchObject({
      runs: [{ run_id: 'theirs' }, { run_id: 'run-1' }],
    });
  });

  it('is given up when somebody moves it every time', async () => {
    let others = 0;
    github.trouble = (call) => {
      if (call.method === 'patch') repository.commitByOther(`other-${(others += 1)}.txt`, 'theirs\n');
      return undefined;
    };
    await failedWith(/others moved the branch 10 times/);
  });

  it('is not mistaken for one with a rule against the push', async () => {
    const body = { message: 'Changes must be made through a pull request.' };
    troubleAt('patch', '/git/refs/{ref}', [1, 2, 3, 4], { status: 422, body });
    await failedWith(/must be made through a pull request/);
    expect(github.calls.filter((call) => call === UPDATE_REF)).toHaveLength(3);
  });
});

describe('a history that lies there', () => {
  const theirs = historyEntry(jsonReport(runData({ runId: 'theirs', startedAt: '2026-11-22T10:00:00Z' })));
  const text = JSON.stringify({ schema: 'robustmq-chaos-index/1', runs_at: '', breakers: [], runs: [theirs] });
  const answered = (trouble: Trouble): void => {
    github.trouble = (call) => (call.params['path'] === 'reports/index.json' ? trouble : undefined);
  };

  it.each(['application/json', 'application/octet-stream', 'application/vnd.github.raw', 'text/plain'])(
    'is kept, also where GitHub answers it as %s',
    async (type) => {
      repository.commitByOther('reports/index.json', text);
      answered({ status: 200, text, type });
      expect(await publish('run-1')).toEqual([pushed('run-1')]);
      expect(JSON.parse(repository.file('reports/index.json') ?? '')).toMatchObject({
        runs: [{ run_id: 'theirs' }, { run_id: 'run-1' }],
      });
    },
  );

  it.each([
    { status: 200, body: { type: 'file', encoding: 'none', content: '' } },
    { status: 200, body: [] },
    { status: 200, text: '' },
  ])('is not written over where the answer is not the file: %j', async (trouble) => {
    repository.commitByOther('reports/index.json', text);
    answered(trouble);
    await failedWith(/index\.json of the repository: expected a history, got/);
    expect(repository.file('reports/index.json')).toBe(text);
  });

  it('and is none is not written over', async () => {
    repository.commitByOther('reports/index.json', 'by hand\n');
    await failedWith(/index\.json of the repository: expected a history, got "by hand/);
    expect(repository.file('reports/index.json')).toBe('by hand\n');
  });
});

describe('a reply that does not come', () => {
  it('after the commit was made does not lead to a second commit', async () => {
    troubleAt('patch', '/git/refs/{ref}', [1], 'lose reply');
    expect(await publish('run-1')).toEqual([pushed('run-1')]);
    expect(repository.commits()).toHaveLength(1);
    expect(github.calls.filter((call) => call === UPDATE_REF)).toHaveLength(1);
  });

  it('is waited for as long as the limit says, and then asked for again', async () => {
    troubleAt('post', '/git/trees', [1], 'silence');
    expect(await publish('run-1', { timeoutMs: 1500 })).toEqual([pushed('run-1')]);
    expect(repository.commits()).toHaveLength(1);
  });

  it('at all is an error that says so', async () => {
    github.trouble = () => 'silence';
    await failedWith(/no answer within 0.3 s/, { timeoutMs: 300 });
  });

  it('since nobody listens is an error that says so', async () => {
    settings = { ...settings, apiUrl: 'http://127.0.0.1:1' };
    await failedWith(/branch main of robustmq\/reports: (ECONNREFUSED|bad port)/);
  });

  it('since the connection breaks now and then is asked for again', async () => {
    const brokenAt = [1, 3, 8, 14];
    github.trouble = () => (brokenAt.includes(github.calls.length) ? 'break' : undefined);
    expect(await publish('run-1')).toEqual([pushed('run-1')]);
    expect(repository.commits()).toHaveLength(1);
    expect(github.calls.length).toBeGreaterThan(14);
  });
});

describe('an answer of status 200 that is not GitHub’s', () => {
  it.each([
    ['get', '/git/ref/{ref}'],
    ['get', '/git/commits/{commit_sha}'],
    ['get', '/contents/{path}'],
    ['post', '/git/trees'],
    ['post', '/git/commits'],
    ['patch', '/git/refs/{ref}'],
  ])('to %s %s is no success, and is asked for again', async (method, ending) => {
    const isIt = (call: { method: string; template: string }): boolean =>
      call.method === method && call.template.endsWith(ending);
    for (const text of ['<html>Sign in</html>', '{}', 'null', '']) {
      github.trouble = (call) => (isIt(call) ? { status: 200, text, type: 'application/json' } : undefined);
      await failedWith(/expected a (hash|folder), got/);
    }
    let left = 1;
    github.trouble = (call) => (isIt(call) && (left -= 1) === 0 ? { status: 200, body: {} } : undefined);
    expect(await publish('run-1')).toEqual([pushed('run-1')]);
    expect(left).toBeLessThan(0);
  });
});

describe('an answer that says no', () => {
  it('to the token is not tried again, and does not show the token that the server repeats', async () => {
    process.env['CHAOS_TEST_TOKEN'] = 'ghp_anotherPlantedToken';
    await failedWith(/status 401, Bad credentials: token \*\*\*/, { patienceMs: 20_000 });
    expect(github.calls).toHaveLength(1);
  });

  it('to writing is not tried again, and gives what GitHub says', async () => {
    const body = { message: 'Resource not accessible by personal access token' };
    troubleAt('post', '/git/trees', [1], { status: 403, body });
    await failedWith(/making a tree: status 403, Resource not accessible/, { patienceMs: 20_000 });
    expect(repository.commits()).toEqual([]);
  });

  it('for now, with a time, is waited for if there is time enough', async () => {
    const limited = { status: 403, body: { message: 'secondary rate limit' }, headers: { 'retry-after': '1' } };
    troubleAt('get', '/git/ref/{ref}', [1], limited);
    expect(await publish('run-1')).toEqual([pushed('run-1')]);
  });

  it('for longer than a run may wait is an error that says how long', async () => {
    const reset = String(Math.ceil(Date.now() / 1000) + 1800);
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    troubleAt('get', '/git/ref/{ref}', [1], { status: 403, body: { message: 'API rate limit exceeded' }, headers });
    await failedWith(/API rate limit exceeded.* \(asks for 18\d\d s\)/, { patienceMs: 20_000 });
    expect(github.calls).toHaveLength(1);
  });

  it('since it is out of order is asked for again', async () => {
    troubleAt('post', '/git/commits', [1, 2], { status: 502, body: { message: 'Server Error' } });
    expect(await publish('run-1')).toEqual([pushed('run-1')]);
  });

  it('to repository or branch names them', async () => {
    settings = { ...settings, branch: 'gh-pages' };
    await failedWith(/branch gh-pages of robustmq\/reports: status 404/, { patienceMs: 20_000 });
  });
});

describe('a secret that is not there', () => {
  it('is named by its variable, and nothing is sent', async () => {
    delete process.env['CHAOS_TEST_TOKEN'];
    await failedWith(/GitHub token: expected it in the environment variable CHAOS_TEST_TOKEN, found nothing/);
    expect(github.calls).toEqual([]);
  });

  it('is read from a file where the config names one', async () => {
    const file = join(dataRoot, 'token');
    settings = { ...settings, token: { env: 'CHAOS_TEST_TOKEN', file } };
    await failedWith(/expected it in the file .*token, got ENOENT/);
    writeFileSync(file, `${github.token}\n`);
    expect(await publish('run-1')).toEqual([pushed('run-1')]);
  });
});
