import { createHmac } from 'node:crypto';
import type { Notification, NotificationKind } from '../../domain/notification.js';
import type { FeishuSettings } from '../../domain/notify-settings.js';
import type { Notifier } from './contract.js';
import { fieldsOf, fitInto, isRefused, webhookNotifier, type Refusal } from './post.js';

/** Tells a Feishu group by the webhook of its custom bot. Success is status 200 and code 0; everything else is an error. */
export const feishuNotifier = (settings: FeishuSettings, timeoutMs?: number): Notifier =>
  webhookNotifier(
    'feishu',
    {
      title: 'the Feishu bot',
      compose: (notification, { secret }, nowMs) => {
        const message = settings.card ? card(notification) : text(notification);
        return { body: JSON.stringify({ ...signature(secret, Math.floor(nowMs / 1000)), ...message }) };
      },
      refusalOf,
    },
    settings,
    timeoutMs,
  );

/** Feishu's own rule: the key is timestamp, newline and secret; nothing is signed with it. Feishu takes a timestamp for an hour. */
export function signature(secret: string | null, timestampSeconds: number): { timestamp?: string; sign?: string } {
  if (secret === null) return {};
  const timestamp = String(timestampSeconds);
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') };
}

/** A body has at most 20 KB, and JSON writes some characters with two. */
const MAX_BYTES = 9000;

/** In a text message, unlike in a card's plain text, Feishu takes this for a call to a person or to everybody. */
const AT = /<(?=\s*\/?\s*at\b)/gi;

const text = ({ text: words }: Notification): object => ({
  msg_type: 'text',
  content: { text: fitInto(words, MAX_BYTES).replace(AT, '＜') },
});

const COLOURS: Readonly<Record<NotificationKind, string>> = {
  passed: 'green',
  failed: 'red',
  known: 'yellow',
  breaker: 'carmine',
  'format-errors': 'orange',
  resumed: 'blue',
  overdue: 'carmine',
  'config-invalid': 'orange',
  unplanned: 'orange',
};

/** The same words: the first line as the head, the others below it, and a button where the report has an address. */
function card({ text: words, kind, reportUrl }: Notification): object {
  const [head = '', ...rest] = fitInto(words, MAX_BYTES).split('\n');
  const button = {
    tag: 'action',
    actions: [{ tag: 'button', type: 'primary', text: { tag: 'plain_text', content: '查看报告' }, url: reportUrl }],
  };
  return {
    msg_type: 'interactive',
    card: {
      config: { wide_screen_mode: true },
      header: { template: COLOURS[kind], title: { tag: 'plain_text', content: head } },
      elements: [
        { tag: 'div', text: { tag: 'plain_text', content: rest.join('\n') } },
        ...(reportUrl === null ? [] : [button]),
      ],
    },
  };
}

/** Answers after which another attempt cannot help: the message, the signature, the address or the bot's settings are at fault. */
const HOPELESS: Readonly<Record<number, string>> = {
  9499: 'Feishu takes the message for malformed',
  19001: 'no bot has this webhook',
  19021: "the signature does not fit: look at the bot's secret and at this host's clock",
  19022: "this host's address is not on the bot's list",
  19024: "none of the bot's keywords is in the message",
};
/** Some gateways say it under the code of malformed messages, and with status 400. */
const TOO_MANY = /too many request|frequency limit/i;

function refusalOf(status: number, answer: string): Refusal | null {
  const { code, words } = saidIn(answer);
  if (status === 200 && code === 0) return null;
  const isLater = TOO_MANY.test(words);
  const hint = code === undefined || isLater ? undefined : HOPELESS[code];
  if (hint !== undefined) return { hopeless: true, hint };
  return { hopeless: code === undefined && isRefused(status) && !isLater };
}

/** Feishu's own code and words, of both forms that it has: `code` and `msg`, or the older `StatusCode` and `StatusMessage`. */
function saidIn(answer: string): { readonly code: number | undefined; readonly words: string } {
  const said = fieldsOf(answer);
  const code = said['code'] ?? said['StatusCode'];
  const words = said['msg'] ?? said['StatusMessage'];
  return { code: typeof code === 'number' ? code : undefined, words: typeof words === 'string' ? words : answer };
}
