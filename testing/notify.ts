import type { NotifySettings } from '../src/domain/notify-settings.js';

/** Nobody outside is told. */
export const NOBODY: NotifySettings = {
  ...{ feishu: null, dingtalk: null, wecom: null, slack: null, webhook: null },
  pingUrl: null,
};
