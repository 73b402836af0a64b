import { createHmac } from 'node:crypto';
import { messageOf } from '../../domain/webhook-message.js';
import type { WebhookSettings } from '../../domain/notify-settings.js';
import type { Notifier } from './contract.js';
import { isRefused, webhookNotifier } from './post.js';

/**
 * Tells a service of one's own, by the rules of Standard Webhooks 1.0 (standardwebhooks.com): the message's id is the same at each attempt, so that
 * the service can tell duplicates apart. Success is any status of 2xx.
 */
export const genericNotifier = (settings: WebhookSettings, timeoutMs?: number): Notifier =>
  webhookNotifier(
    'webhook',
    {
      title: "the service of one's own",
      compose: (notification, { secret }, nowMs) => {
        const body = JSON.stringify(messageOf(notification));
        return { body, headers: signatureHeaders(secret, { id: notification.id, body, nowMs }) };
      },
      refusalOf: (status) => (status >= 200 && status < 300 ? null : { hopeless: isRefused(status) }),
      secretProblem: (secret) => (keyOf(secret) === null ? `expected ${SECRET_FORM}` : null),
    },
    settings,
    timeoutMs,
  );

const SECRET_FORM = 'whsec_ and base64 of 24 to 64 bytes, e.g. "whsec_$(openssl rand -base64 32)"';

interface Signed {
  readonly id: string;
  readonly body: string;
  readonly nowMs: number;
}

function signatureHeaders(secret: string | null, { id, body, nowMs }: Signed): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  const key = secret === null ? null : keyOf(secret);
  if (key === null) return headers;
  const sign = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${sign}` };
}

/** The key that a secret stands for; null: it is none. */
function keyOf(secret: string): Buffer | null {
  const base64 = secret.replace(/^whsec_/, '');
  const key = Buffer.from(base64, 'base64');
  const isWhole = key.toString('base64').replace(/=+$/, '') === base64.replace(/=+$/, '');
  return isWhole && key.length >= 24 && key.length <= 64 ? key : null;
}
