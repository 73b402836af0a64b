import type { SecretSource } from './publish.js';

/** A Feishu group's custom bot: where its secrets are, and how it speaks. */
export interface FeishuSettings {
  readonly webhook: SecretSource;
  /** Of the bot's signature check; null for a bot without one. */
  readonly secret: SecretSource | null;
  /** An interactive card with the same words instead of a text message. */
  readonly card: boolean;
}

/** What telling people needs to know from the config. */
export interface NotifySettings {
  readonly feishu: FeishuSettings | null;
  /** Requested after each verdict of a full round; null: nobody outside waits for it. */
  readonly pingUrl: string | null;
}
