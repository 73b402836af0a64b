import type { SecretSource } from './publish.js';

/** A bot or service that takes messages by a webhook: where its secrets are. */
export interface WebhookSettings {
  /** The whole address, which is itself a secret. */
  readonly webhook: SecretSource;
  /** What messages are signed with; null: they are not signed. */
  readonly secret: SecretSource | null;
}

export interface FeishuSettings extends WebhookSettings {
  /** An interactive card with the same words instead of a text message. */
  readonly card: boolean;
}

/** What telling people needs to know from the config. Null: that way is off. */
export interface NotifySettings {
  readonly feishu: FeishuSettings | null;
  readonly dingtalk: WebhookSettings | null;
  readonly wecom: WebhookSettings | null;
  readonly slack: WebhookSettings | null;
  /** A service of one's own, which gets the message as JSON. */
  readonly webhook: WebhookSettings | null;
  /** Requested after each verdict of a full round; null: nobody outside waits for it. */
  readonly pingUrl: string | null;
}
