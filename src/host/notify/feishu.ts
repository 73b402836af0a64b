import { createHmac } from 'node:crypto';
import type { FeishuSettings } from '../../domain/feishu.js';
import type { Notification, NotificationKind } from '../../domain/notification.js';
import { fetchOutside, type Response } from '../os/http.js';
import { RemoteError } from '../remote/remote-error.js';
import { readSecret, redact } from '../remote/secrets.js';
import { NotifyError, type Notifier } from './contract.js';

const TIMEOUT_MS = 15_000;

/** Tells a Feishu group by the webhook of its custom bot. Success is status 200 and code 0; everything else is an error. */
export const feishuNotifier = (settings: FeishuSettings, timeoutMs = TIMEOUT_MS): Notifier => ({
  name: 'feishu',
  check: () => void readSecrets(settings),
  send: async (notification) => {
    const { webhook, secret } = secretsToSend(settings);
    const secrets = [webhook, webhook.split('/').at(-1) ?? '', secret ?? ''];
    const message = settings.card ? card(notification) : text(notification);
    const body = JSON.stringify({ ...signature(secret, Math.floor(Date.now() / 1000)), ...message });
    let response: Response;
    let answer: string;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      response = await fetchOutside(webhook, { method: 'POST', headers, body, signal, redirect: 'error' });
      answer = await response.text();
    } catch (error) {
      // Nobody knows whether the message arrived: it is sent again, and may come twice.
      throw new NotifyError(redact(`no answer: ${reasonOf(error, timeoutMs)}`, secrets), true);
    }
    check(response.status, answer, secrets);
  },
});

interface Secrets {
  readonly webhook: string;
  readonly secret: string | null;
}

function readSecrets(settings: FeishuSettings): Secrets {
  const webhook = readSecret(settings.webhook, "address of the Feishu bot's webhook");
  if (!/^https?:\/\//.test(webhook) || !URL.canParse(webhook))
    throw new RemoteError('SECRET_MISSING', 'expected an http or https address as webhook of the Feishu bot');
  const secret = settings.secret === null ? null : readSecret(settings.secret, "secret of the Feishu bot's signature");
  return { webhook, secret };
}

function secretsToSend(settings: FeishuSettings): Secrets {
  try {
    return readSecrets(settings);
  } catch (error) {
    throw error instanceof RemoteError ? new NotifyError(error.message, error.retryable) : error;
  }
}

/** Feishu's own rule: the key is timestamp, newline and secret; nothing is signed with it. Feishu takes a timestamp for an hour. */
export function signature(secret: string | null, timestampSeconds: number): { timestamp?: string; sign?: string } {
  if (secret === null) return {};
  const timestamp = String(timestampSeconds);
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') };
}

/** In a text message, unlike in a card's plain text, Feishu takes this for a call to a person or to everybody. */
const AT = /<(?=\s*\/?\s*at\b)/gi;

const text = ({ text: words }: Notification): object => ({
  msg_type: 'text',
  content: { text: words.replace(AT, '＜') },
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
  const [head = '', ...rest] = words.split('\n');
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

/** What the answer says decides, not its status alone. What nobody knows may be better at the next attempt. */
function check(status: number, answer: string, secrets: readonly string[]): void {
  const { code, words } = saidIn(answer);
  if (status === 200 && code === 0) return;
  const isLater = TOO_MANY.test(words);
  const hint = code === undefined || isLater ? undefined : HOPELESS[code];
  const said = redact(answer.slice(0, 300), secrets);
  const isRefusal = code === undefined && status >= 400 && status < 500 && ![408, 429].includes(status);
  const hopeless = hint !== undefined || (isRefusal && !isLater);
  throw new NotifyError(`status ${status}, ${said}${hint === undefined ? '' : ` (${hint})`}`, !hopeless);
}

/** Feishu's own code and words, of both forms that it has: `code` and `msg`, or the older `StatusCode` and `StatusMessage`. */
function saidIn(answer: string): { readonly code: number | undefined; readonly words: string } {
  try {
    const said = (JSON.parse(answer) ?? {}) as Readonly<Record<string, unknown>>;
    const code = said['code'] ?? said['StatusCode'];
    const words = said['msg'] ?? said['StatusMessage'];
    return { code: typeof code === 'number' ? code : undefined, words: typeof words === 'string' ? words : answer };
  } catch {
    return { code: undefined, words: answer };
  }
}

/** A connection that broke has its reason one or two causes deep; its address is not told. */
function reasonOf(error: unknown, timeoutMs: number): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.name === 'TimeoutError') return `none within ${timeoutMs / 1000} s`;
    if (at.cause === undefined) return (at as NodeJS.ErrnoException).code ?? at.message;
  }
  return String(error);
}
