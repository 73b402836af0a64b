import { dirname, resolve } from 'node:path';
import type { NotifySettings, WebhookSettings } from '../domain/notify-settings.js';
import type { PublishSettings, SecretSource } from '../domain/publish.js';
import type { RetentionSettings } from '../domain/retention.js';
import type { Config } from './load.js';

/** Where a secret is; a relative path counts from the config file. */
const secretSource = (config: Config, env: string, file: string | undefined): SecretSource => ({
  env,
  file: file === undefined ? null : besideConfig(config, file),
});

const besideConfig = (config: Config, path: string): string => resolve(dirname(config.path), path);

/** Where the runs of a config lie, how they are published (`settings` is null where they stay on the host), and how long they stay there. */
export const publishing = (
  config: Config,
): { readonly dataRoot: string; readonly settings: PublishSettings | null; readonly retention: RetentionSettings } => {
  const { ledgers_days: ledgersDays, runs_days: runsDays, min_free_mb: minFreeMb } = config.retention;
  return {
    dataRoot: config.dataRoot,
    settings: publishSettings(config),
    retention: { ledgersDays, runsDays, minFreeMb },
  };
};

function publishSettings(config: Config): PublishSettings | null {
  const { via, repository, branch, folder, ledgers, api_url, web_url, ...rest } = config.publish;
  // The schema has seen to it that there is a repository where there is a way to it.
  if (via === 'none' || repository === undefined) return null;
  const { issues, key_file: keyFile, known_hosts_file: knownHosts } = rest;
  return {
    via,
    repository,
    branch,
    folder,
    ledgers,
    apiUrl: api_url,
    webUrl: web_url,
    token: secretSource(config, rest.token_env, rest.token_file),
    deployKey:
      keyFile === undefined
        ? null
        : {
            remote: rest.remote ?? `git@github.com:${repository}.git`,
            keyFile: besideConfig(config, keyFile),
            knownHostsFile: knownHosts === undefined ? null : besideConfig(config, knownHosts),
          },
    issues: issues.enabled ? { repository: issues.repository ?? repository, label: issues.label } : null,
  };
}

/** A way to tell people by a webhook, without a signature or with one. */
type WebhookSection = Config['notify']['wecom' | 'dingtalk'];

function webhookSettings(config: Config, section: WebhookSection): WebhookSettings | null {
  if (!section.enabled) return null;
  const isSigned = 'signed' in section && section.signed;
  return {
    webhook: secretSource(config, section.webhook_env, section.webhook_file),
    secret: isSigned ? secretSource(config, section.secret_env, section.secret_file) : null,
  };
}

/** Whom the config wants told. */
export function notifySettings(config: Config): NotifySettings {
  const { feishu, dingtalk, wecom, slack, webhook, ping_url: pingUrl } = config.notify;
  const feishuBot = webhookSettings(config, feishu);
  return {
    feishu: feishuBot === null ? null : { ...feishuBot, card: feishu.card },
    dingtalk: webhookSettings(config, dingtalk),
    wecom: webhookSettings(config, wecom),
    slack: webhookSettings(config, slack),
    webhook: webhookSettings(config, webhook),
    pingUrl: pingUrl ?? null,
  };
}
