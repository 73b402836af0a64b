import { createHmac } from 'node:crypto';
import type { WebhookSettings } from '../../domain/notify-settings.js';
import type { Notifier } from './contract.js';
import { refusalByErrcode } from './errcode.js';
import { fitInto, webhookNotifier } from './post.js';

/** A body has at most 20,000 bytes, and JSON writes some characters with two. */
const MAX_BYTES = 9000;

/** Tells a DingTalk group by the webhook of its custom robot. Success is status 200 and `errcode` 0. */
export const dingtalkNotifier = (settings: WebhookSettings, timeoutMs?: number): Notifier =>
  webhookNotifier(
    'dingtalk',
    {
      title: 'the DingTalk robot',
      compose: ({ text }, { webhook, secret }, nowMs) => ({
        url: signed(webhook, secret, nowMs),
        // A text calls nobody by name: only the field `at` does.
        body: JSON.stringify({ msgtype: 'text', text: { content: fitInto(text, MAX_BYTES) }, at: { isAtAll: false } }),
      }),
      refusalOf: (status, answer) => refusalByErrcode(status, answer, HOPELESS),
    },
    settings,
    timeoutMs,
  );

/** DingTalk's own rule: timestamp (ms), newline and secret are signed with the secret. DingTalk takes a timestamp for an hour. */
export function signed(webhook: string, secret: string | null, timestampMs: number): string {
  if (secret === null) return webhook;
  const url = new URL(webhook);
  url.searchParams.set('timestamp', String(timestampMs));
  url.searchParams.set('sign', createHmac('sha256', secret).update(`${timestampMs}\n${secret}`).digest('base64'));
  return url.href;
}

const HOPELESS: Readonly<Record<number, string>> = {
  40035: 'DingTalk takes the message for malformed',
  300001: 'no robot has this webhook',
  310000:
    "the robot's security setting refuses it: look at its secret, keywords and list of addresses, and at this host's clock",
  400013: 'the group is dissolved',
  400101: 'no robot has this webhook',
  400102: 'the robot is switched off',
  400106: 'the robot is gone',
};
