import type { WebhookSettings } from '../../domain/notify-settings.js';
import type { Notifier } from './contract.js';
import { refusalByErrcode } from './errcode.js';
import { fitInto, webhookNotifier } from './post.js';

/** Of the text's content, in UTF-8. */
const MAX_BYTES = 2048;

/** Tells a WeCom group by the webhook of its robot. Such a robot knows no signatures. Success is status 200 and `errcode` 0. */
export const wecomNotifier = (settings: WebhookSettings, timeoutMs?: number): Notifier =>
  webhookNotifier(
    'wecom',
    {
      title: 'the WeCom robot',
      // A text calls nobody by name: only the field `mentioned_list` does.
      compose: ({ text }) => ({
        body: JSON.stringify({ msgtype: 'text', text: { content: fitInto(text, MAX_BYTES) } }),
      }),
      refusalOf: (status, answer) => refusalByErrcode(status, answer, HOPELESS),
    },
    settings,
    timeoutMs,
  );

const HOPELESS: Readonly<Record<number, string>> = {
  40058: 'WeCom takes the message for malformed',
  93000: 'no robot has this webhook',
};
