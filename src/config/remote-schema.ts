import { z } from 'zod';
import { filePath } from './file-path.js';

const repository = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._-]+$/, 'expected owner/name');

/** A secret is never in the config: only where it is. Somebody who puts the secret itself here is told so, without showing it. */
const secretEnv = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable, never the secret itself')
  .refine(
    (value) => !/^(gh[opsur]_|github_pat_)/.test(value),
    'expected the name of a variable, got what looks like a token',
  );

const baseUrl = z
  .url({ protocol: /^https?$/, message: 'expected an http or https address' })
  .refine((value) => !URL.canParse(value) || new URL(value).username === '', 'expected an address without credentials')
  .transform((value) => value.replace(/\/+$/, ''));

/** Where reports go. */
export const publish = z
  .strictObject({
    via: z.enum(['none', 'octokit', 'deploy-key']).default('none'),
    repository: repository.optional(),
    branch: z
      .string()
      .regex(/^[A-Za-z0-9_][A-Za-z0-9._/-]*$/, 'expected a branch, e.g. main')
      .default('main'),
    /** Holds one folder per run, and the history. */
    folder: z
      .string()
      .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/, 'expected a folder, e.g. docs/reports')
      .default('reports'),
    ledgers: z.boolean().default(false),
    api_url: baseUrl.default('https://api.github.com'),
    web_url: baseUrl.default('https://github.com'),
    token_env: secretEnv.default('GITHUB_TOKEN'),
    token_file: filePath.optional(),
    key_file: filePath.optional(),
    known_hosts_file: filePath.optional(),
    /** What git pushes to by SSH; absent: the repository on github.com. */
    remote: z
      .string()
      .regex(
        /^(ssh:\/\/([A-Za-z0-9._-]+@)?[A-Za-z0-9.-]+(:\d+)?\/|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:)[^\s]+$/,
        'expected git@host:owner/name.git or ssh://git@host:port/path',
      )
      .optional(),
    issues: z
      .strictObject({
        enabled: z.boolean().default(false),
        repository: repository.optional(),
        label: z.string().min(1).max(50).default('chaos-test'),
      })
      .prefault({}),
  })
  .superRefine(({ via, repository: target, key_file: keyFile, issues }, context) => {
    const need = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
    if (via !== 'none' && target === undefined) need('repository', `expected owner/name, since via is ${via}`);
    if (via === 'deploy-key' && keyFile === undefined) need('key_file', 'expected a file, since via is deploy-key');
    if (via !== 'octokit' && issues.enabled) need('issues', 'expected via: octokit: only a token may open issues');
  });

/** A way to tell people by a webhook, whose address is a secret itself. */
const webhook = (variable: string) => ({
  enabled: z.boolean().default(false),
  webhook_env: secretEnv.default(variable),
  webhook_file: filePath.optional(),
});

/** The same with a signature; messages go unsigned only if `signed` is false. */
const signedWebhook = (variable: string, secretVariable: string) => ({
  ...webhook(variable),
  signed: z.boolean().default(true),
  secret_env: secretEnv.default(secretVariable),
  secret_file: filePath.optional(),
});

/** Who is told. */
export const notify = z.strictObject({
  /** Requested after each verdict of a full round, by the convention of healthchecks.io. */
  ping_url: baseUrl.optional(),
  /** A round with nothing but known failures is told only if something is new or gone, or always. */
  known: z.enum(['on_change', 'always']).default('on_change'),
  feishu: z
    .strictObject({ ...signedWebhook('FEISHU_WEBHOOK', 'FEISHU_SECRET'), card: z.boolean().default(false) })
    .prefault({}),
  dingtalk: z.strictObject(signedWebhook('DINGTALK_WEBHOOK', 'DINGTALK_SECRET')).prefault({}),
  wecom: z.strictObject(webhook('WECOM_WEBHOOK')).prefault({}),
  slack: z.strictObject(webhook('SLACK_WEBHOOK')).prefault({}),
  webhook: z.strictObject(signedWebhook('CHAOS_WEBHOOK', 'CHAOS_WEBHOOK_SECRET')).prefault({}),
});
