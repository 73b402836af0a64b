import type { Notification } from '../../domain/notification.js';
import type { WebhookSettings } from '../../domain/notify-settings.js';
import { fetchOutside, type Response } from '../os/http.js';
import { RemoteError } from '../remote/remote-error.js';
import { placeOf, readSecret, redact } from '../remote/secrets.js';
import { NotifyError, type Notifier } from './contract.js';

const TIMEOUT_MS = 15_000;
/** Enough of an answer to know it by. */
const ANSWER_CHARS = 300;

/** What a message is sent with. */
export interface Credentials {
  readonly webhook: string;
  readonly secret: string | null;
}

export interface WebhookRequest {
  /** Absent: the webhook as it is. */
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Why a message was not taken. */
export interface Refusal {
  /** Another attempt cannot help. */
  readonly hopeless: boolean;
  /** What to look at. */
  readonly hint?: string;
}

/** A service that takes messages by HTTP POST: what it is sent, and what its answers mean. */
export interface WebhookService {
  /** As people call it, e.g. `the Feishu bot`. */
  readonly title: string;
  readonly compose: (notification: Notification, credentials: Credentials, nowMs: number) => WebhookRequest;
  /** What an answer says; null: the message is taken. */
  readonly refusalOf: (status: number, answer: string) => Refusal | null;
  /** What a secret has to look like, if it does not; null: it does. Absent: any text will do. */
  readonly secretProblem?: (secret: string) => string | null;
}

/** Tells people by a webhook. What the answer says decides; what nobody knows may be better at the next attempt. */
export const webhookNotifier = (
  name: string,
  service: WebhookService,
  settings: WebhookSettings,
  timeoutMs = TIMEOUT_MS,
): Notifier => ({
  name,
  check: () => {
    credentialsOf(service, settings);
    const { webhook, secret } = settings;
    const signed = secret === null ? 'messages are not signed' : `secret of the signature found in ${placeOf(secret)}`;
    return `webhook found in ${placeOf(webhook)}; ${signed}`;
  },
  send: async (notification) => {
    const credentials = credentialsToSend(service, settings);
    const secrets = secretsIn(credentials);
    const { url = credentials.webhook, headers, body } = service.compose(notification, credentials, Date.now());
    const { status, answer } = await post(url, { headers: headers ?? {}, body, secrets, timeoutMs });
    const refusal = service.refusalOf(status, answer);
    if (refusal === null) return;
    const said = redact(answer, secrets).slice(0, ANSWER_CHARS);
    const hint = refusal.hint === undefined ? '' : ` (${refusal.hint})`;
    throw new NotifyError(`status ${status}, ${said}${hint}`, !refusal.hopeless);
  },
});

interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly secrets: readonly string[];
  readonly timeoutMs: number;
}

async function post(
  url: string,
  { headers, body, secrets, timeoutMs }: Post,
): Promise<{ status: number; answer: string }> {
  try {
    const response: Response = await fetchOutside(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body,
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    return { status: response.status, answer: await response.text() };
  } catch (error) {
    // Nobody knows whether the message arrived: it is sent again, and may come twice.
    throw new NotifyError(redact(`no answer: ${reasonOf(error, timeoutMs)}`, secrets), true);
  }
}

function credentialsOf({ title, secretProblem }: WebhookService, settings: WebhookSettings): Credentials {
  const webhook = readSecret(settings.webhook, `address of the webhook of ${title}`);
  if (!/^https?:\/\//.test(webhook) || !URL.canParse(webhook))
    throw new RemoteError('SECRET_MISSING', `expected an http or https address as webhook of ${title}`);
  if (new URL(webhook).username !== '')
    throw new RemoteError('SECRET_MISSING', `expected an address without credentials as webhook of ${title}`);
  if (settings.secret === null) return { webhook, secret: null };
  const secret = readSecret(settings.secret, `secret of the signature of ${title}`);
  const problem = secretProblem?.(secret) ?? null;
  if (problem === null) return { webhook, secret };
  throw new RemoteError('SECRET_MISSING', `secret of the signature of ${title}: ${problem}`);
}

function credentialsToSend(service: WebhookService, settings: WebhookSettings): Credentials {
  try {
    return credentialsOf(service, settings);
  } catch (error) {
    throw error instanceof RemoteError ? new NotifyError(error.message, error.retryable) : error;
  }
}

/** A part of an address that is shorter than this is a word of its service, and no secret. */
const SECRET_CHARS = 8;

/** The address, the parts of its path and the values of its query: whoever has them can write to the group. */
function secretsIn({ webhook, secret }: Credentials): string[] {
  const { pathname, search, searchParams } = new URL(webhook);
  const whole = [webhook, `${pathname}${search}`, pathname].filter((part) => part !== '/' && part !== '');
  const parts = [...pathname.split('/'), ...searchParams.values()].filter((part) => part.length >= SECRET_CHARS);
  return [...whole, ...parts, secret ?? ''];
}

/** A connection that broke has its reason one or two causes deep; its address is not told. */
export function reasonOf(error: unknown, timeoutMs: number): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.name === 'TimeoutError') return `none within ${timeoutMs / 1000} s`;
    if (at.cause === undefined) return (at as NodeJS.ErrnoException).code ?? at.message;
  }
  return String(error);
}

/** By its status alone a request is refused for good: it will be no better at the next attempt. */
export const isRefused = (status: number): boolean =>
  status >= 400 && status < 500 && ![408, 425, 429].includes(status);

/** The fields of an answer in JSON; none where it is something else. */
export function fieldsOf(answer: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(answer) ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

const bytesOf = (text: string): number => Buffer.byteLength(text);

/** Cuts the longest lines until the text has at most `maxBytes` of UTF-8: the head and the address of the report are short, and stay. */
export function fitInto(text: string, maxBytes: number): string {
  const lines = text.split('\n');
  for (let excess = bytesOf(text) - maxBytes; excess > 0; excess = bytesOf(lines.join('\n')) - maxBytes) {
    const longest = lines.reduce((at, line, i) => (bytesOf(line) > bytesOf(lines[at] ?? '') ? i : at), 0);
    const line = lines[longest] ?? '';
    // More lines than bytes: there is nothing left to cut in them.
    if (line === '…' || line === '') return cutTo(text, maxBytes);
    lines[longest] = `${cutTo(line, Math.max(0, bytesOf(line) - excess - bytesOf('…')))}…`;
  }
  return lines.join('\n');
}

/** The first characters that fit into `maxBytes`; none is cut in two. */
function cutTo(line: string, maxBytes: number): string {
  let used = 0;
  let kept = '';
  for (const char of line) {
    used += bytesOf(char);
    if (used > maxBytes) break;
    kept += char;
  }
  return kept;
}
