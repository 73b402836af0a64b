import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openGitHub, type GitHubClient } from '../../../src/host/publish/github-client.js';
import { octokitPublisher } from '../../../src/host/publish/octokit.js';
import { openIssues } from '../../../src/host/publish/issues.js';
import type { Publication } from '../../../src/host/publish/contract.js';
import { RemoteError } from '../../../src/host/remote/remote-error.js';
import { bounded, nearly, nearlyText, timeout } from '../../../testing/properties.js';
import { settingsFor } from '../../../testing/reports/publishable-run.js';

const TOKEN = 'ghp_plantedTokenOfThisTest';

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the server says next; undefined is silence. */
let answer: Answer | undefined;
let authorization: string | undefined;
let server: Server;
let apiUrl: string;

const send = (response: ServerResponse, { status, body = {}, headers = {} }: Answer): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

beforeEach(async () => {
  vi.stubEnv('CHAOS_TEST_TOKEN', TOKEN);
  server = createServer((request, response) => {
    ({ authorization } = request.headers);
    if (answer !== undefined) send(response, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const open = (timeoutMs = 10_000, signal?: AbortSignal): GitHubClient =>
  openGitHub(settingsFor({ apiUrl }), { timeoutMs, signal });
const getRepository = (github: GitHubClient): Promise<unknown> =>
  github.call('reading it', () => github.rest.repos.get({ owner: 'o', repo: 'r' }));
const got = (given: Answer | undefined, timeoutMs?: number): Promise<unknown> => {
  answer = given;
  return getRepository(open(timeoutMs)).catch((error: unknown) => error);
};

describe('an answer', () => {
  it('is what GitHub gives to the token', async () => {
    expect(await got({ status: 200, body: { full_name: 'o/r' } })).toEqual({ full_name: 'o/r' });
    expect(authorization).toBe(`token ${TOKEN}`);
  });

  it.each([
    [401, {}, 'REMOTE_DENIED', null],
    [403, {}, 'REMOTE_DENIED', null],
    [403, { 'retry-after': '7' }, 'REMOTE_RATE_LIMITED', 7000],
    [429, {}, 'REMOTE_RATE_LIMITED', 60_000],
    [404, {}, 'REMOTE_MISSING', null],
    [410, {}, 'REMOTE_MISSING', null],
    [422, {}, 'REMOTE_REFUSED', null],
    [408, {}, 'REMOTE_UNREACHABLE', null],
    [503, {}, 'REMOTE_UNREACHABLE', null],
  ])('of status %i with %j is %s', async (status, headers: Record<string, string>, code, retryAfterMs) => {
    const error = await got({ status, headers, body: { message: `no, ${TOKEN}` } });
    expect(error).toMatchObject({
      code,
      retryAfterMs,
      message: expect.stringContaining(`reading it: status ${status}`),
    });
    expect(String(error)).not.toContain(TOKEN);
  });

  it.each([
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    'You have triggered an abuse detection mechanism. Please wait a few minutes before you try again.',
    'API rate limit exceeded for user ID 1.',
  ])('that names its limit in words alone is waited for a minute: %s', async (message) => {
    const error = await got({ status: 403, body: { message } });
    expect(error).toMatchObject({ code: 'REMOTE_RATE_LIMITED', retryAfterMs: 60_000 });
  });

  it('that names the time of its limit is waited for until then', async () => {
    const reset = String(Math.ceil(Date.now() / 1000) + 100);
    const error = await got({ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } });
    const { retryAfterMs } = error as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(90_000);
    expect(retryAfterMs).toBeLessThanOrEqual(101_000);
  });

  it('of an empty repository says that there is nothing', async () => {
    expect(await got({ status: 409, body: { message: 'Git Repository is empty.' } })).toMatchObject({
      code: 'REMOTE_MISSING',
    });
    expect(await got({ status: 409, body: { message: 'conflict' } })).toMatchObject({ code: 'REMOTE_REFUSED' });
  });

  it('with status 404 is a value where it may be absent, and no other is', async () => {
    const github = open();
    const callOr = () => github.callOr('none', 'reading', () => github.rest.repos.get({ owner: 'o', repo: 'r' }));
    answer = { status: 404 };
    expect(await callOr()).toBe('none');
    answer = { status: 500 };
    await expect(callOr()).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
  });
});

describe('no answer', () => {
  it('within the limit is an error that says the limit', async () => {
    expect(await got(undefined, 200)).toMatchObject({
      code: 'REMOTE_UNREACHABLE',
      message: 'GitHub, reading it: no answer within 0.2 s',
    });
  });

  it('since the caller is told to end is the caller’s own error', async () => {
    answer = undefined;
    const ending = new AbortController();
    const asked = getRepository(open(10_000, ending.signal)).catch((error: unknown) => error);
    ending.abort(new Error('the worker ends'));
    expect(String(await asked)).not.toContain('GitHub, reading it');
  });
});

describe('whatever GitHub answers, work is done or there is a RemoteError', () => {
  const sha = 'a'.repeat(40);
  const hashes = { sha, object: { sha }, tree: { sha } };
  const statuses = fc.constantFrom(
    200,
    200,
    200,
    201,
    204,
    301,
    304,
    400,
    401,
    403,
    404,
    409,
    410,
    422,
    429,
    500,
    502,
    503,
  );
  const types = fc.constantFrom(
    'application/json',
    'text/html',
    'application/octet-stream',
    'application/vnd.github.raw',
  );
  const answers = fc.record({ status: statuses, body: nearlyText(hashes), type: types });
  const context = { workDir: '/', signal: undefined, timeoutMs: 5000 };

  const isRemote = (error: unknown): null => {
    expect(error).toBeInstanceOf(RemoteError);
    const { message } = error as RemoteError;
    expect(message).toMatch(/^GitHub, /);
    expect(message).not.toMatch(/\n\s+at |Cannot read|is not a function|plantedToken/);
    return null;
  };

  it(
    'to a look and to a commit',
    async () => {
      const remote = await octokitPublisher.open(settingsFor({ apiUrl }), context);
      const files = [{ path: 'a', content: Buffer.from('a') }];
      await fc.assert(
        fc.asyncProperty(answers, async ({ status, body, type }) => {
          answer = { status, body, headers: { 'content-type': type } };
          const view = await remote.look('run-1').catch(isRemote);
          expect(view === null || /^[0-9a-f]{40}$/.test(view.head)).toBe(true);
          const done = await remote.commit(sha, files, 'm').catch(isRemote);
          if (done?.kind === 'done') expect(JSON.parse(body)).toMatchObject(hashes);
        }),
        bounded(80),
      );
    },
    timeout,
  );

  it(
    'to a list of issues: none of nobody’s is taken for ours',
    async () => {
      const issue = { number: 1, state: 'open', state_reason: null, body: 'mine' };
      const settings = { ...settingsFor({ apiUrl }), issues: { repository: 'a/b', label: 'chaos' } };
      const issues = openIssues(settings, context);
      const memory = (body: string): undefined => {
        expect(body).toEqual(expect.any(String));
      };
      const news = {
        cluster: 'c',
        scenario: 's',
        outcome: 'passed',
        runId: 'r',
        finishedAt: '2026-11-22T00:00:00Z',
      } as const;
      const request = {
        ...{ news, body: () => '', patience: { firstDelayMs: 1, endUs: 0, signal: undefined } },
        publication: { issueMemory: memory } as unknown as Publication,
      };
      const bodies = fc.oneof(
        nearlyText([issue]),
        nearly([issue, issue]).map((value) => JSON.stringify(value ?? null)),
      );
      await fc.assert(
        fc.asyncProperty(statuses, bodies, async (status, body) => {
          answer = { status, body };
          await issues?.keep(request).catch(isRemote);
        }),
        bounded(80),
      );
    },
    timeout,
  );
});
