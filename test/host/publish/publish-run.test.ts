import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { runDir, runPaths } from '../../../src/host/layout/paths.js';
import { monotonicUs } from '../../../src/host/os/clock.js';
import type { Remote, RemoteFile } from '../../../src/host/publish/contract.js';
import type { Issues } from '../../../src/host/publish/issues.js';
import { publishRun, type RunPublication } from '../../../src/host/publish/publish-run.js';
import { publication } from '../../../src/report/publication.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { publicationOf, settingsFor, storeRun } from '../../../testing/reports/publishable-run.js';

let dataRoot: string;
let pushed: readonly RemoteFile[];
beforeEach(() => {
  dataRoot = join(temporaryFolder(), 'data');
  storeRun(dataRoot, 'run-1', 1);
  pushed = [];
});

const branch: Remote = {
  look: () => Promise.resolve({ head: 'h1', hasRun: false, index: null }),
  commit: (_head, files) => {
    pushed = files;
    return Promise.resolve({ kind: 'done' });
  },
};
const publish = (change: Partial<RunPublication> = {}, signal?: AbortSignal) =>
  publishRun({
    ...{ remote: branch, issues: null, dataRoot, settings: settingsFor(), publication, runId: 'run-1' },
    patience: { firstDelayMs: 1, endUs: monotonicUs() + 1_000_000, signal },
    ...change,
  });
const paths = (): string[] => pushed.map(({ path }) => path);

describe('a run', () => {
  it('is pushed with its files and the history, in the folder that the config names', async () => {
    await publish({ settings: settingsFor({ folder: 'a/b' }) });
    expect(paths()).toEqual(expect.arrayContaining(['a/b/run-1/report.md', 'a/b/run-1/report.json', 'a/b/index.json']));
    expect(paths().filter((path) => path.includes('ledger'))).toEqual([]);
    expect(pushed.find(({ path }) => path === 'a/b/run-1/report.md')?.content.toString()).toBe('# run-1 报告\n');
  });

  it('has its ledgers with it where the config says so', async () => {
    await publish({ settings: settingsFor({ ledgers: true }) });
    expect(paths()).toContain('reports/run-1/control/go/ledger.ndjson.gz');
  });

  it('has the address of its page written down, whatever its branch is called', async () => {
    const { githubUrl } = await publish({ settings: settingsFor({ branch: 'chaos/new reports' }) });
    expect(githubUrl).toBe('https://github.com/robustmq/reports/blob/chaos/new%20reports/reports/run-1/report.md');
    expect(publicationOf(dataRoot, 'run-1')).toMatchObject({
      github_url: githubUrl,
      push_error: null,
      issue_error: null,
    });
  });

  it('without a report is not pushed', async () => {
    rmSync(runPaths(runDir(dataRoot, 'run-1')).reportJson);
    await expect(publish()).rejects.toThrow('expected a report of run run-1');
    expect(pushed).toEqual([]);
  });

  it('that could not be pushed has no record that says so', async () => {
    const remote: Remote = { ...branch, commit: () => Promise.reject(new Error('no')) };
    await expect(publish({ remote })).rejects.toThrow('no');
    expect(() => publicationOf(dataRoot, 'run-1')).toThrow('ENOENT');
  });
});

describe('its issues', () => {
  const failing = (error: Error): Issues => ({ keep: () => Promise.reject(error) });

  it('are brought up to date for each scenario, with the address of the report', async () => {
    const kept: string[] = [];
    const keep: Issues['keep'] = ({ news }) => Promise.resolve(void kept.push(news.scenario));
    await publish({ issues: { keep } });
    expect(kept).toEqual(['broker-kill-single', 'network-delay-100ms', 'leader-transfer']);
  });

  it('that cannot be kept do not hold up the report', async () => {
    const answer = await publish({ issues: failing(new Error(`busy ${'x'.repeat(1000)}`)) });
    expect(answer).toMatchObject({ pushError: null, issueError: expect.stringMatching(/^busy x{595}$/) });
    expect(publicationOf(dataRoot, 'run-1').issue_error).toBe(answer.issueError);
  });

  it('are owed where the worker ends in their middle, and the run counts as pushed', async () => {
    await expect(publish({ issues: failing(new Error('ended')) }, AbortSignal.abort())).rejects.toThrow('ended');
    expect(publicationOf(dataRoot, 'run-1')).toMatchObject({
      github_url: expect.any(String),
      issue_error: 'not tried yet',
    });
  });
});
