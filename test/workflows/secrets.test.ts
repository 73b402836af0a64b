import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createNotifyActivities } from '../../src/activities/notify.js';
import { createPublishActivities } from '../../src/activities/publish.js';
import type { PublishSettings } from '../../src/domain/publish.js';
import { writeJson } from '../../src/host/os/files.js';
import { notifiersFor } from '../../src/host/notify/index.js';
import { runProgressQuery } from '../../src/messages/progress.js';
import { temporaryFolder } from '../../testing/processes.js';
import { settingsFor, storeRun } from '../../testing/reports/publishable-run.js';
import { startFeishu, type FeishuServer } from '../../testing/feishu.js';
import { createRepository, type Repository } from '../../testing/github/repository.js';
import { startGitHub, type GitHubServer } from '../../testing/github/server.js';
import { planWith } from '../../testing/workflows/plans.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';
import { NOBODY } from '../../testing/notify.js';

let rig: Rig;
let dataRoot: string;
let repository: Repository;
let github: GitHubServer;
let feishu: FeishuServer;
let keyFile: string;
let said: string;

beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

beforeEach(async () => {
  const folder = temporaryFolder();
  dataRoot = join(folder, 'data');
  repository = createRepository(folder, 'reports.git');
  github = await startGitHub(repository);
  feishu = await startFeishu();
  process.env['CHAOS_TEST_TOKEN'] = github.token;
  process.env['CHAOS_TEST_WEBHOOK'] = feishu.webhook;
  process.env['CHAOS_TEST_SECRET'] = feishu.secret;
  keyFile = join(folder, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
  said = '';
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all([github.close(), feishu.close()]);
});

/** A run whose report is really pushed and told; everything that it leaves where somebody may read it. */
async function tracesOf(runId: string, settings: PublishSettings): Promise<string> {
  storeRun(dataRoot, runId, 1);
  const runDir = join(dataRoot, 'runs', runId);
  const plan = planWith({ runId, runDir, cluster: runId, scenarios: [] });
  writeJson(join(runDir, 'plan.json'), plan);
  const bot = { webhook: { env: 'CHAOS_TEST_WEBHOOK', file: null }, secret: { env: 'CHAOS_TEST_SECRET', file: null } };
  const { handle } = await rig.startRun({
    plan,
    instead: {
      ...createPublishActivities(() => ({
        dataRoot,
        settings,
        retention: { ledgersDays: 0, runsDays: 0, minFreeMb: 0 },
      })),
      ...createNotifyActivities(() => notifiersFor({ ...NOBODY, feishu: { ...bot, card: false } })),
    },
  });
  const result = await handle.result();
  const history = await handle.fetchHistory();
  const progress = await handle.query(runProgressQuery);
  const payloads = JSON.stringify(history, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString() : value,
  );
  return [JSON.stringify(result), JSON.stringify(progress), payloads, filesUnder(dataRoot), said].join('\n');
}

const filesUnder = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => `${path}\n${readFileSync(path, 'latin1')}`)
    .join('\n');

/** Every secret, whole and in the parts that would do, as itself and in the forms that a program may have put it in. */
function planted(): string[] {
  const key = readFileSync(keyFile, 'utf8').split('\n').slice(1, -2);
  const secrets = [github.token, feishu.webhook, feishu.webhook.split('/').at(-1) ?? '', feishu.secret, ...key];
  return secrets.flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]);
}

const found = (traces: string): string[] => planted().filter((secret) => traces.includes(secret));

describe('the secrets of publishing and telling', () => {
  it('are nowhere in what a run leaves, when everything goes well', async () => {
    const traces = await tracesOf('well', settingsFor({ apiUrl: github.url }));
    // The search would see them: what goes beside them is there.
    expect(traces).toContain('https://github.com/robustmq/reports/blob/main/reports/well/report.md');
    expect(feishu.shown).toHaveLength(1);
    expect(found(traces)).toEqual([]);
    expect(found(repository.git(['log', '-p', 'main']))).toEqual([]);
  });

  it('are nowhere when both servers refuse and repeat what they were sent', async () => {
    const echo = `${github.token} ${Buffer.from(github.token).toString('base64')}`;
    github.trouble = () => ({ status: 401, body: { message: `Bad credentials: ${echo}` } });
    feishu.trouble = () => ({
      status: 400,
      body: `no: ${feishu.secret} ${feishu.webhook} ${encodeURIComponent(feishu.webhook)}`,
    });
    const traces = await tracesOf('refused', settingsFor({ apiUrl: github.url }));
    expect(traces).toContain('Bad credentials: *** ***');
    expect(traces).toContain('no: *** *** ***');
    expect(found(traces)).toEqual([]);
  });

  it('are nowhere when the key cannot be used and the bot is not reached at first', async () => {
    feishu.trouble = (nth) => (nth === 1 ? 'break' : undefined);
    const deployKey = { remote: 'ssh://git@127.0.0.1:1/nowhere', keyFile, knownHostsFile: join(dataRoot, 'none') };
    const traces = await tracesOf('away', settingsFor({ via: 'deploy-key', deployKey }));
    expect(traces).toContain('expected the keys of 127.0.0.1');
    expect(feishu.shown).toHaveLength(1);
    expect(found(traces)).toEqual([]);
  });

  it('would be seen if they were there', async () => {
    const traces = await tracesOf('careless', settingsFor({ apiUrl: github.url, branch: github.token }));
    expect(found(traces)).toContain(github.token);
  });
});
