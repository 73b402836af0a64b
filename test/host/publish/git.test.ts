import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createGit, type Git } from '../../../src/host/publish/git.js';
import { identify } from '../../../src/host/os/processes.js';
import { temporaryFolder, until } from '../../../testing/processes.js';

afterEach(() => vi.unstubAllEnvs());

const work = temporaryFolder();
const ssh = { keyFile: "/no key's/id", knownHosts: '/no hosts/known' };
const gitIn = (gitDir: string, change: { signal?: AbortSignal; timeoutMs?: number } = {}): Git =>
  createGit(gitDir, ssh, { workDir: work, signal: undefined, timeoutMs: 10_000, ...change });

const repository = join(work, 'repo.git');
const git = gitIn(repository);

describe('git', () => {
  it('works in its own repository, and hands input and output on to the byte', async () => {
    await git(['init', '--quiet', '--bare', repository]);
    const blob = await git(['hash-object', '-w', '--stdin'], { input: Buffer.from('a\n\n') });
    expect(await git(['cat-file', 'blob', blob.trim()])).toBe('a\n\n');
  });

  it('knows nothing of the user’s settings, and commits by its own name', async () => {
    vi.stubEnv('GIT_AUTHOR_NAME', 'somebody');
    vi.stubEnv('GIT_DIR', '/elsewhere');
    vi.stubEnv('CHAOS_SECRET', 's3cret');
    const own = gitIn(repository);
    expect(await own(['var', 'GIT_AUTHOR_IDENT'])).toMatch(/^robustmq-chaos-test </);
    expect(await own(['rev-parse', '--absolute-git-dir'])).toBe(`${repository}\n`);
    expect(await own(['-c', 'alias.e=!env', 'e'])).not.toContain('s3cret');
  });

  it('takes a status for an answer where it is told to', async () => {
    expect(await git(['config', 'no.such'], { accept: [1] })).toBe('');
    await expect(git(['config', 'no.such'])).rejects.toMatchObject({ code: 'REMOTE_REFUSED' });
  });
});

describe('what git says becomes a code', () => {
  /** Git runs this in place of ssh, so that what ssh says is what the test says. */
  const saying = (text: string, change = {}): Promise<string> =>
    gitIn(repository, change)(['ls-remote', 'git@127.0.0.1:x.git'], {
      env: { GIT_SSH_COMMAND: `sh -c 'echo "$0" >&2; exit 255' ${JSON.stringify(text)}` },
    });

  it.each([
    ['WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!', 'HOST_KEY_CHANGED'],
    ['Host key verification failed.', 'HOST_KEY_UNKNOWN'],
    ['WARNING: UNPROTECTED PRIVATE KEY FILE!', 'KEY_UNUSABLE'],
    ['git@host: Permission denied (publickey).', 'REMOTE_DENIED'],
    ['ERROR: Repository not found.', 'REMOTE_MISSING'],
    ['ssh: Could not resolve hostname h', 'REMOTE_UNREACHABLE'],
    ['ssh: connect to host h port 22: Connection refused', 'REMOTE_UNREACHABLE'],
  ])('%s: %s', async (text, code) => {
    const error = await saying(text).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain(`git ls-remote: ${text}`);
  });

  it('with the line that tells, without banners', async () => {
    const error = await saying('@@@@@@@\n  welcome\nERROR: Repository not found.').catch(String);
    expect(error).toContain('git ls-remote: ERROR: Repository not found.');
    expect(error).not.toContain('welcome');
  });

  it('what takes too long is unreachable, and is ended with everything that it had started', async () => {
    const pidFile = join(repository, 'pid');
    // As ssh does: a process of git's own that holds git's output open.
    const alias = `alias.s=!echo $$ >${pidFile}; exec sleep 600`;
    const slow = gitIn(repository, { timeoutMs: 500 })(['-c', alias, 's']);
    await expect(slow).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
    // It is killed, and has closed git's output; the kernel shows it for a moment longer.
    await until('it is gone', () => identify(Number(readFileSync(pidFile, 'utf8'))) === undefined);
  });

  it('a cancelled one is no error of the remote', async () => {
    const signal = AbortSignal.timeout(50);
    const cancelled = gitIn(repository, { signal })(['-c', 'alias.s=!sleep 20', 's']);
    await expect(cancelled).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

it('ssh may use this key and these hosts alone, and asks nobody', async () => {
  const command = await git(['-c', 'alias.e=!printenv GIT_SSH_COMMAND', 'e']);
  for (const part of ['BatchMode=yes', 'IdentitiesOnly=yes', 'StrictHostKeyChecking=yes'])
    expect(command).toContain(part);
  const [, hosts = ''] = /UserKnownHostsFile=(\S+)/.exec(command) ?? [];
  const [, key = ''] = /-i (\S+)/.exec(command) ?? [];
  expect([key, hosts].map((name) => readlinkSync(join(work, name)))).toEqual([ssh.keyFile, ssh.knownHosts]);
});
