import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { startWebhook, type Answer, type Received, type WebhookServer } from './webhook-server.js';

// What the guides of these services say of their webhooks, as far as this program speaks to one.

type Show = (text: string) => void;

const json = (value: object): Answer => ({ status: 200, body: JSON.stringify(value) });

function bodyOf<S extends z.ZodType>(schema: S, { method, headers, body }: Received): z.infer<S> | undefined {
  if (method !== 'POST' || headers['content-type']?.startsWith('application/json') !== true) return undefined;
  return schema.safeParse(JSON.parse(body.toString())).data;
}

const HOUR_MS = 3_600_000;
const DINGTALK_BODY_BYTES = 20_000;

const dingtalkBody = z.strictObject({
  msgtype: z.literal('text'),
  text: z.strictObject({ content: z.string().min(1) }),
  at: z.strictObject({ isAtAll: z.boolean() }),
});

/** A custom robot with a signature check. */
export function startDingtalk(): Promise<WebhookServer<string>> {
  const secret = 'SECplanted0123456789abcdef';
  const token = 'plantedDingtalkToken';
  const take = (received: Received, show: Show): Answer => {
    const query = received.url.searchParams;
    if (query.get('access_token') !== token) return json({ errcode: 300001, errmsg: 'token is not exist' });
    const timestamp = query.get('timestamp') ?? '';
    const sign = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
    if (query.get('sign') !== sign || !(Math.abs(Date.now() - Number(timestamp)) < HOUR_MS))
      return json({ errcode: 310000, errmsg: 'sign not match' });
    const message = received.body.length > DINGTALK_BODY_BYTES ? undefined : bodyOf(dingtalkBody, received);
    if (message === undefined) return json({ errcode: 40035, errmsg: 'invalid parameter' });
    show(message.text.content);
    return json({ errcode: 0, errmsg: 'ok' });
  };
  return startWebhook({ path: `/robot/send?access_token=${token}`, secret, take });
}

const WECOM_TEXT_BYTES = 2048;

const wecomBody = z.strictObject({
  msgtype: z.literal('text'),
  text: z.strictObject({ content: z.string().min(1) }),
});

export function startWecom(): Promise<WebhookServer<string>> {
  const key = 'planted-wecom-key-0d1e2f3a';
  const take = (received: Received, show: Show): Answer => {
    if (received.url.searchParams.get('key') !== key) return json({ errcode: 93000, errmsg: 'invalid webhook url' });
    const content = bodyOf(wecomBody, received)?.text.content;
    if (content === undefined || Buffer.byteLength(content) > WECOM_TEXT_BYTES)
      return json({ errcode: 40058, errmsg: 'text.content exceed max length 2048' });
    show(content);
    return json({ errcode: 0, errmsg: 'ok' });
  };
  return startWebhook({ path: `/cgi-bin/webhook/send?key=${key}`, secret: '', take });
}

const slackBody = z.strictObject({
  text: z.string().min(1),
  mrkdwn: z.boolean(),
  unfurl_links: z.boolean(),
  unfurl_media: z.boolean(),
});

export function startSlack(): Promise<WebhookServer<string>> {
  const path = '/services/T00000000/B00000000/plantedSlackToken';
  const take = (received: Received, show: Show): Answer => {
    if (received.url.pathname !== path) return { status: 404, body: 'no_service' };
    const message = bodyOf(slackBody, received);
    if (message === undefined || message.mrkdwn) return { status: 400, body: 'invalid_payload' };
    // What is between angle brackets is a call or a link: the program sends none.
    const isEscaped = !/[<>]/.test(message.text);
    if (!isEscaped) return { status: 400, body: 'invalid_payload' };
    show(message.text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));
    return { status: 200, body: 'ok' };
  };
  return startWebhook({ path, secret: '', take });
}

/** A service of one's own, which checks by the published library of Standard Webhooks; it shows the body. */
export function startOwnService(): Promise<WebhookServer<string>> {
  const secret = `whsec_${Buffer.from('planted key of twenty-four bytes').toString('base64')}`;
  const take = ({ headers, body }: Received, show: Show): Answer => {
    try {
      new Webhook(secret).verify(body.toString(), headers as Record<string, string>);
    } catch (error) {
      return { status: 401, body: String(error) };
    }
    show(body.toString());
    return { status: 204, body: '' };
  };
  return startWebhook({ path: '/hooks/planted-own-hook', secret, take });
}
