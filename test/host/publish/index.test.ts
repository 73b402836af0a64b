import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishOwed, type Published } from '../../../src/host/publish/index.js';
import { createRepository, type Repository } from '../../../testing/github/repository.js';
import { startGitHub, type GitHubServer } from '../../../testing/github/server.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { publicationOf, requestFor, settingsFor, storeRun } from '../../../testing/reports/publishable-run.js';

let dataRoot: string;
let repository: Repository;
let github: GitHubServer;

beforeEach(async () => {
  const folder = temporaryFolder();
  dataRoot = join(folder, 'data');
  repository = createRepository(folder, 'reports.git');
  github = await startGitHub(repository);
  process.env['CHAOS_TEST_TOKEN'] = github.token;
});
afterEach(async () => {
  delete process.env['CHAOS_TEST_TOKEN'];
  await github.close();
  expect(github.problems).toEqual([]);
});

const publish = (runId: string | null, signal?: AbortSignal): Promise<readonly Published[]> =>
  publishOwed({ ...requestFor(dataRoot, runId, settingsFor({ apiUrl: github.url }), { patienceMs: 30 }), signal });

const down = (): void => void (github.trouble = () => ({ status: 503, body: { message: 'busy' } }));
const runsPushed = (): string[] =>
  (JSON.parse(repository.file('reports/index.json') ?? '{"runs":[]}') as { runs: { run_id: string }[] }).runs.map(
    ({ run_id }) => run_id,
  );

describe('what is owed', () => {
  it('is pushed by the next run, oldest first, one commit each', async () => {
    down();
    for (const [i, runId] of ['c', 'a', 'b'].entries()) {
      storeRun(dataRoot, runId, i);
      await publish(runId);
    }
    expect(publicationOf(dataRoot, 'b').push_error).toMatch(/^waits for c, which could not be pushed: .*503/);
    github.trouble = undefined;
    storeRun(dataRoot, 'd', 4);
    const urls = (await publish('d')).map(({ runId, githubUrl }) => githubUrl?.includes(`/${runId}/`));
    expect(urls).toEqual([true, true, true, true]);
    expect(repository.commits()).toHaveLength(4);
    expect(runsPushed()).toEqual(['c', 'a', 'b', 'd']);
    expect(await publish(null)).toEqual([]);
  });

  it('is not what was never to be published, until somebody asks for it by name', async () => {
    storeRun(dataRoot, 'local', 1);
    storeRun(dataRoot, 'new', 2);
    expect((await publish('new')).map(({ runId }) => runId)).toEqual(['new']);
    expect((await publish('local')).map(({ runId }) => runId)).toEqual(['local']);
    expect(runsPushed()).toContain('local');
  });

  it('is known from before the first attempt on, so that it outlives whoever made it', async () => {
    storeRun(dataRoot, 'killed', 1);
    const controller = new AbortController();
    github.trouble = () => {
      controller.abort(new Error('the worker ends'));
      return 'silence';
    };
    await expect(publish('killed', controller.signal)).rejects.toThrow('the worker ends');
    expect(publicationOf(dataRoot, 'killed')).toMatchObject({ github_url: null });
    expect(existsSync(join(dataRoot, 'publishing'))).toBe(false);
    github.trouble = undefined;
    expect((await publish(null)).map(({ runId, pushError }) => [runId, pushError])).toEqual([['killed', null]]);
  });

  it('does not wait for a run whose own files are broken', async () => {
    storeRun(dataRoot, 'broken', 1);
    writeFileSync(join(dataRoot, 'runs', 'broken', 'report.json'), '{');
    storeRun(dataRoot, 'fine', 2);
    await publish('broken');
    expect(await publish('fine')).toMatchObject([
      { runId: 'broken', githubUrl: null, pushError: expect.stringMatching(/expected JSON/) },
      { runId: 'fine', pushError: null },
    ]);
  });

  it('is pushed once by two that push at the same time', async () => {
    down();
    for (const [i, runId] of ['a', 'b', 'c'].entries()) storeRun(dataRoot, runId, i);
    await publish('a');
    github.trouble = undefined;
    await Promise.all([publish('b'), publish('c'), publish(null)]);
    expect(repository.commits()).toHaveLength(3);
    expect(runsPushed()).toEqual(['a', 'b', 'c']);
  });
});

it('a folder left by a push that was killed is in nobody’s way', async () => {
  storeRun(dataRoot, 'run-1', 1);
  mkdirSync(join(dataRoot, 'publishing', 'repository.git'), { recursive: true });
  expect(await publish('run-1')).toMatchObject([{ pushError: null }]);
  expect(existsSync(join(dataRoot, 'publishing'))).toBe(false);
  expect(readFileSync(join(dataRoot, 'runs', 'run-1', 'publication.json'), 'utf8')).toContain('"push_error": null');
});
