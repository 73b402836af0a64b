import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeployKeySettings, PublishSettings } from '../../../src/domain/publish.js';
import { publishOwed, type Published, type PublishLimits } from '../../../src/host/publish/index.js';
import { GITHUB_HOST_KEYS } from '../../../src/host/publish/known-hosts.js';
import { createRepository, type Repository } from '../../../testing/github/repository.js';
import { sshdMissing, startSshd, type Sshd } from '../../../testing/sshd.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { publicationOf, requestFor, settingsFor, storeRun } from '../../../testing/reports/publishable-run.js';

const missing = sshdMissing();
if (missing !== undefined) console.warn(`skipped: ${missing}`);

let sshd: Sshd;
let folder: string;
let dataRoot: string;
let repository: Repository;

beforeAll(async () => {
  if (missing === undefined) sshd = await startSshd(join(temporaryFolder(), 'sshd'));
});
afterAll(async () => {
  if (missing === undefined) await sshd.stop();
});
beforeEach(() => {
  folder = temporaryFolder();
  dataRoot = join(folder, 'data');
  repository = createRepository(folder, 'reports.git');
  storeRun(dataRoot, 'run-1', 1);
});

const remote = (): string => `ssh://${sshd.user}@127.0.0.1:${sshd.port}${repository.gitDir}`;

const settings = (change: Partial<DeployKeySettings> = {}): PublishSettings =>
  settingsFor({
    via: 'deploy-key',
    deployKey: { remote: remote(), keyFile: sshd.key('deploy'), knownHostsFile: sshd.knownHosts, ...change },
  });

const publish = (
  change: Partial<DeployKeySettings> = {},
  limits: Partial<PublishLimits> = {},
): Promise<readonly Published[]> => publishOwed(requestFor(dataRoot, 'run-1', settings(change), limits));

const pushed = (runId: string): Published => ({
  runId,
  githubUrl: `https://github.com/robustmq/reports/blob/main/reports/${runId}/report.md`,
  pushError: null,
  issueError: null,
});

/** The push fails with these words, once: it is not tried again, and nothing of the work is left. */
async function failsWith(words: RegExp, change: Partial<DeployKeySettings>): Promise<void> {
  const logins = sshd.logins();
  const [answer] = await publish(change);
  expect(answer).toMatchObject({ githubUrl: null, issueError: null });
  expect(answer?.pushError).toMatch(words);
  expect(publicationOf(dataRoot, 'run-1').push_error).toBe(answer?.pushError);
  expect(sshd.logins()).toBe(logins);
  expect(repository.commits()).toEqual([]);
  expect(existsSync(join(dataRoot, 'publishing'))).toBe(false);
}

/** Runs after a push has been checked and before the branch moves, as somebody else's push does. */
function beforeThePushLands(script: string): void {
  const hook = join(repository.gitDir, 'hooks', 'update');
  mkdirSync(join(repository.gitDir, 'hooks'), { recursive: true });
  writeFileSync(hook, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

describe.skipIf(missing !== undefined)('a push with a deploy key', () => {
  it('is one commit with the reports and the history, on top of what is there', async () => {
    expect(await publish()).toEqual([pushed('run-1')]);
    expect(repository.commits()).toEqual(['PASS: 3 of 3 scenarios passed']);
    expect(repository.file('reports/run-1/report.md')).toBe('# run-1 报告\n');
    expect(JSON.parse(repository.file('reports/index.json') ?? '')).toMatchObject({ runs: [{ run_id: 'run-1' }] });
    expect(repository.file('README.md')).toBe('reports\n');
    repository.git(['fsck', '--strict']);
  });

  it('is not made a second time, and takes the history on', async () => {
    await publish();
    storeRun(dataRoot, 'run-2', 2);
    expect(await publishOwed(requestFor(dataRoot, 'run-1', settings()))).toEqual([pushed('run-1')]);
    expect(await publishOwed(requestFor(dataRoot, 'run-2', settings()))).toEqual([pushed('run-2')]);
    expect(repository.commits()).toHaveLength(2);
    expect(JSON.parse(repository.file('reports/index.json') ?? '')).toMatchObject({
      runs: [{ run_id: 'run-1' }, { run_id: 'run-2' }],
    });
  });

  it('works whatever the folders of the data, the key and the host keys are called', async () => {
    const odd = join(folder, 'it\'s %2F%h #?:é ${HOME} "');
    dataRoot = join(odd, 'data');
    storeRun(dataRoot, 'run-1', 1);
    const [keyFile, knownHostsFile] = [join(odd, 'key'), join(odd, 'hosts')];
    copyFileSync(sshd.key('deploy'), keyFile);
    chmodSync(keyFile, 0o600);
    copyFileSync(sshd.knownHosts, knownHostsFile);
    expect(await publish({ keyFile, knownHostsFile })).toEqual([pushed('run-1')]);
  });

  it('gets nothing of the files that lie there already', async () => {
    const big = repository.commitByOther('reports/old/report.html', 'x'.repeat(100_000));
    beforeThePushLands(
      `ls "${dataRoot}/publishing" > "${folder}/seen"; git -C "${dataRoot}/publishing/repository.git" cat-file --batch-all-objects --batch-check --unordered > "${folder}/objects"`,
    );
    expect(await publish()).toEqual([pushed('run-1')]);
    const blob = repository.git(['rev-parse', `${big}:reports/old/report.html`]).trim();
    const objects = execFileSync('cat', [join(folder, 'objects')], { encoding: 'utf8' });
    expect(objects).toContain('commit');
    expect(objects).not.toContain(blob);
  });

  it('to a host that knows only git’s first protocol takes the history on, too', async () => {
    const keyFile = sshd.key('oldHost');
    await publish({ keyFile });
    storeRun(dataRoot, 'run-2', 2);
    const answer = await publishOwed(requestFor(dataRoot, 'run-2', settings({ keyFile })));
    expect(answer).toEqual([pushed('run-2')]);
    expect(JSON.parse(repository.file('reports/index.json') ?? '')).toMatchObject({
      runs: [{ run_id: 'run-1' }, { run_id: 'run-2' }],
    });
  });

  it('that meets another one is made anew on top of it', async () => {
    // The first push is refused as one that lost the race is: the other's commit is there by then.
    const other = `refs/heads/main`;
    const next = repository.commitByOther('other.txt', 'theirs\n');
    repository.git(['update-ref', other, `${next}~1`]);
    beforeThePushLands(
      `if [ ! -e "${folder}/once" ]; then touch "${folder}/once"; cd "${repository.gitDir}"; unset GIT_QUARANTINE_PATH; git update-ref ${other} ${next}; fi; exit 0`,
    );
    expect(await publish()).toEqual([pushed('run-1')]);
    expect(repository.commits()).toEqual([expect.stringMatching(/^PASS/), 'by another']);
    expect(repository.file('other.txt')).toBe('theirs\n');
    expect(repository.file('reports/run-1/report.md')).toBe('# run-1 报告\n');
  });

  it('of two hosts at once ends with the runs of both', async () => {
    const hosts = ['a', 'b'].map((name) => ({ root: join(folder, name), runId: `run-${name}` }));
    for (const { root, runId } of hosts) storeRun(root, runId, 1);
    const answers = await Promise.all(
      hosts.map(({ root, runId }) => publishOwed(requestFor(root, runId, settings(), { firstDelayMs: 200 }))),
    );
    expect(answers).toEqual(hosts.map(({ runId }) => [pushed(runId)]));
    expect(repository.commits()).toHaveLength(2);
    const { runs } = JSON.parse(repository.file('reports/index.json') ?? '') as { runs: { run_id: string }[] };
    expect(runs.map(({ run_id }) => run_id).sort()).toEqual(hosts.map(({ runId }) => runId));
  });

  it('that a rule of the repository refuses is given up, in the words of the rule', async () => {
    beforeThePushLands('echo "nobody pushes here" >&2; exit 1');
    const [answer] = await publish();
    expect(answer?.pushError).toMatch(/git push: \[remote rejected\] \(hook declined\)/);
  });
});

describe.skipIf(missing !== undefined)('a key', () => {
  it('that the host does not know is named as refused', async () => {
    await failsWith(/git fetch: .*Permission denied \(publickey\)/, { keyFile: sshd.key('stranger') });
  });

  it('with CRLF and without its last newline is mended in a copy, which goes with the push', async () => {
    const keyFile = join(folder, 'mended');
    const key = readFileSync(sshd.key('deploy'), 'utf8');
    writeFileSync(keyFile, key.trimEnd().replaceAll('\n', '\r\n'), { mode: 0o600 });
    expect(await publish({ keyFile })).toEqual([pushed('run-1')]);
    expect(existsSync(join(dataRoot, 'publishing'))).toBe(false);
  });

  it('that cannot be used is named with what it is, before anything is sent', async () => {
    await failsWith(/publish\.key_file: .*nowhere: expected a private key, found no file/, {
      keyFile: join(folder, 'nowhere'),
    });
    await failsWith(/public half/, { keyFile: `${sshd.key('deploy')}.pub` });
    const keyFile = join(folder, 'open');
    copyFileSync(sshd.key('deploy'), keyFile);
    chmodSync(keyFile, 0o644);
    await failsWith(/its owner alone may read it, got mode 644: run chmod 600/, { keyFile });
  });
});

describe.skipIf(missing !== undefined)('a host', () => {
  it('with another key than the known one gets nothing', async () => {
    const before = sshd.knownHosts;
    await sshd.restart({ newHostKey: true });
    await failsWith(/git fetch: .*REMOTE HOST IDENTIFICATION HAS CHANGED/, { knownHostsFile: before });
    const now = join(folder, 'known_hosts');
    // The port is held by this process, which must not be kept waiting.
    const { stdout } = await execa('ssh-keyscan', ['-p', String(sshd.port), '-t', 'ed25519', '127.0.0.1']);
    const scanned = `${stdout}\n`;
    writeFileSync(now, scanned);
    expect(await publish({ knownHostsFile: now })).toEqual([pushed('run-1')]);
    // The next tests know the new key.
    writeFileSync(before, scanned);
  });

  it('that nobody has vouched for gets nothing', async () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, '');
    await failsWith(/Host key verification failed|No ED25519 host key is known/, { knownHostsFile: empty });
    await failsWith(/publish\.known_hosts_file: expected the keys of 127\.0\.0\.1/, { knownHostsFile: null });
    await failsWith(/found no file/, { knownHostsFile: join(folder, 'nowhere') });
  });

  it('that nobody can reach is tried again for as long as there is time, and no longer', async () => {
    const away = `ssh://${sshd.user}@127.0.0.1:1${repository.gitDir}`;
    const known = join(folder, 'known');
    writeFileSync(
      known,
      '[127.0.0.1]:1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n',
    );
    const [answer] = await publish({ remote: away, knownHostsFile: known }, { patienceMs: 100, firstDelayMs: 20 });
    expect(answer?.pushError).toMatch(/git fetch: .*Connection refused/);
  });

  it('without the repository is told apart from one that refuses', async () => {
    const remoteWithout = `${remote()}-nowhere`;
    const [answer] = await publish({ remote: remoteWithout });
    expect(answer?.pushError).toMatch(/does not appear to be a git repository/);
  });

  it('called github.com is known by the keys that GitHub publishes', () => {
    const file = join(folder, 'github');
    writeFileSync(file, `${GITHUB_HOST_KEYS.join('\n')}\n`);
    const { stdout } = spawnSync('ssh-keygen', ['-lf', file], { encoding: 'utf8' });
    expect(stdout.match(/SHA256:\S+/g)).toEqual([
      'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
      'SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM',
    ]);
    expect(readdirSync(folder)).toContain('github');
  });
});
