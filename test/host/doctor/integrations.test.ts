import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { NotifySettings } from '../../../src/domain/notify-settings.js';
import type { PublishSettings } from '../../../src/domain/publish.js';
import type { Ability } from '../../../src/host/doctor/machine.js';
import { integrationAbilities } from '../../../src/host/doctor/integrations.js';
import { NOBODY } from '../../../testing/notify.js';
import { run } from '../../../testing/program.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { settingsFor } from '../../../testing/reports/publishable-run.js';

const PLANTED = 'plantedSecret0123456789';
const BOT: NotifySettings = {
  ...NOBODY,
  feishu: {
    webhook: { env: 'CHAOS_TEST_WEBHOOK', file: null },
    secret: { env: 'CHAOS_TEST_SECRET', file: null },
    card: false,
  },
  pingUrl: `https://hc-ping.com/${PLANTED}`,
};

beforeEach(() => {
  vi.stubEnv('CHAOS_TEST_TOKEN', PLANTED);
  vi.stubEnv('CHAOS_TEST_WEBHOOK', `https://open.feishu.cn/open-apis/bot/v2/hook/${PLANTED}`);
  vi.stubEnv('CHAOS_TEST_SECRET', PLANTED);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** What is found, in which no secret shows and which leaves nothing behind. */
async function look(publish: PublishSettings | null, notify: NotifySettings): Promise<readonly Ability[]> {
  const found = await integrationAbilities(publish, notify);
  expect(JSON.stringify(found)).not.toContain(PLANTED);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('robustmq-chaos-doctor-'))).toEqual([]);
  return found;
}

it('what is not configured is not needed', async () => {
  expect(await look(null, NOBODY)).toMatchObject([
    { ok: false, needed: false, detail: expect.stringContaining('stay on this host') },
    { ok: false, needed: false, detail: expect.stringContaining('no way to tell people') },
    { ok: false, needed: false, detail: expect.stringContaining('ping_url is not set') },
  ]);
});

it('secrets that are there are found by their names', async () => {
  expect(await look(settingsFor(), BOT)).toEqual([
    {
      name: 'publish by octokit',
      ok: true,
      needed: true,
      detail: 'to robustmq/reports; token found in the environment variable CHAOS_TEST_TOKEN',
    },
    {
      name: 'notify feishu',
      ok: true,
      needed: true,
      detail:
        'webhook found in the environment variable CHAOS_TEST_WEBHOOK; secret of the signature found in the environment variable CHAOS_TEST_SECRET',
    },
    { name: 'notify ping', ok: true, needed: true, detail: 'requests https://hc-ping.com after each verdict' },
  ]);
});

it('secrets that are missing are named, with what to do', async () => {
  vi.stubEnv('CHAOS_TEST_TOKEN', undefined);
  vi.stubEnv('CHAOS_TEST_SECRET', undefined);
  const remedy = /expected it in the environment variable CHAOS_TEST_\w+, found nothing — .*docs\/publishing\.md/;
  expect(await look(settingsFor(), BOT)).toMatchObject([
    { ok: false, needed: true, detail: expect.stringMatching(remedy) },
    { ok: false, needed: true, detail: expect.stringMatching(remedy) },
    { ok: true },
  ]);
  vi.stubEnv('CHAOS_TEST_WEBHOOK', PLANTED);
  const file = join(temporaryFolder(), 'token');
  expect(await look(settingsFor({ token: { env: 'CHAOS_TEST_TOKEN', file } }), BOT)).toMatchObject([
    { ok: false, detail: expect.stringContaining(`the file ${file}, got ENOENT`) },
    { ok: false, detail: expect.stringContaining('expected an http or https address') },
    { ok: true },
  ]);
});

it('a deploy key is looked at: that its owner alone may read it, and that its host is known', async () => {
  const keyFile = join(temporaryFolder(), 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
  const withKey = (remote: string): PublishSettings =>
    settingsFor({ via: 'deploy-key', deployKey: { remote, keyFile, knownHostsFile: null } });
  const github = withKey('git@github.com:robustmq/reports.git');
  expect((await look(github, NOBODY))[0]).toMatchObject({ ok: true, detail: expect.stringContaining(keyFile) });
  expect((await look(withKey('git@elsewhere:r.git'), NOBODY))[0]).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/expected the keys of elsewhere.* — Get the key of the host/),
  });
  chmodSync(keyFile, 0o640);
  expect((await look(github, NOBODY))[0]).toMatchObject({
    ok: false,
    needed: true,
    detail: expect.stringMatching(/got mode 640: run chmod 600 on it.* — docs\/publishing\.md says/),
  });
});

it('the doctor says so, by line and by status', async () => {
  const config = join(temporaryFolder(), 'chaos.yml');
  const catalogue = 'scenarios: [{ name: kill, fault: broker-kill, target: robustmq-server }]';
  const publish = 'publish: { via: octokit, repository: robustmq/reports, token_env: CHAOS_TEST_TOKEN }';
  const notify = 'notify: { feishu: { enabled: true, webhook_env: CHAOS_TEST_WEBHOOK, secret_env: CHAOS_TEST_NONE } }';
  writeFileSync(config, [publish, notify, catalogue].join('\n'));
  const { exitCode, stdout } = await run(['doctor', '--config', config]);
  expect(stdout).toContain('✓ publish by octokit: to robustmq/reports; token found in');
  expect(stdout).toContain('✗ notify feishu: secret of the signature of the Feishu bot');
  expect(stdout).toContain('not ready');
  expect(stdout).not.toContain(PLANTED);
  expect(exitCode).toBe(1);
});
