import { expect, it } from 'vitest';
import { notify, publish } from '../../src/config/remote-schema.js';

const problems = (found: {
  readonly error?: { readonly issues: readonly { readonly path: readonly PropertyKey[] }[] };
}) => found.error?.issues.map(({ path }) => path.join('.')) ?? [];

it('reports stay on the host, and nobody outside is told, unless the config says so', () => {
  expect(publish.parse({})).toMatchObject({ via: 'none', branch: 'main', issues: { enabled: false } });
  expect(notify.parse({})).toMatchObject({ feishu: { enabled: false, signed: true } });
  expect(notify.parse({})).not.toHaveProperty('ping_url');
});

it.each([
  [{ via: 'octokit' }, ['repository']],
  [{ via: 'deploy-key', repository: 'robustmq/reports' }, ['key_file']],
  [{ via: 'deploy-key', repository: 'robustmq/reports', key_file: 'key', issues: { enabled: true } }, ['issues']],
  [{ token_env: 'ghp_0123456789abcdef' }, ['token_env']],
])('%j lacks something, and says what', (given, paths) => {
  expect(problems(publish.safeParse(given))).toEqual(paths);
});

it('an address that is requested carries no credentials', () => {
  expect(notify.safeParse({ ping_url: 'https://hc.example/abc' }).success).toBe(true);
  expect(problems(notify.safeParse({ ping_url: 'https://me:secret@hc.example/abc' }))).toEqual(['ping_url']);
});
