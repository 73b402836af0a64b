import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { startWebhook, type Received, type WebhookServer } from './webhook-server.js';

const plain = z.strictObject({ tag: z.literal('plain_text'), content: z.string().min(1) });
const button = z.strictObject({
  tag: z.literal('button'),
  type: z.enum(['default', 'primary', 'danger']),
  text: plain,
  url: z.url(),
});
const templates = [
  'blue',
  'wathet',
  'turquoise',
  'green',
  'yellow',
  'orange',
  'red',
  'carmine',
  'violet',
  'purple',
  'indigo',
  'grey',
];

const signed = {
  timestamp: z
    .string()
    .regex(/^\d{10}$/)
    .optional(),
  sign: z.base64().length(44).optional(),
};

/** What Feishu's guide to custom bots says of a body, as far as this program speaks to one. */
const message = z.discriminatedUnion('msg_type', [
  z.strictObject({ ...signed, msg_type: z.literal('text'), content: z.strictObject({ text: z.string().min(1) }) }),
  z.strictObject({
    ...signed,
    msg_type: z.literal('interactive'),
    card: z.strictObject({
      config: z.strictObject({ wide_screen_mode: z.boolean() }),
      header: z.strictObject({ template: z.enum(templates), title: plain }),
      elements: z
        .array(
          z.discriminatedUnion('tag', [
            z.strictObject({ tag: z.literal('div'), text: plain }),
            z.strictObject({ tag: z.literal('action'), actions: z.array(button).min(1) }),
          ]),
        )
        .min(1),
    }),
  }),
]);

export type FeishuMessage = z.infer<typeof message>;

export type FeishuServer = WebhookServer<FeishuMessage>;

const BODY_LIMIT_BYTES = 20 * 1024;
const HOUR_S = 3600;
const PATH = '/open-apis/bot/v2/hook/planted-webhook-0d1e2f3a';
const SECRET = 'plantedBotSecret7';

/** Stands for a custom bot with a signature check: takes what Feishu would take, and answers as it does. */
export const startFeishu = (): Promise<FeishuServer> =>
  startWebhook<FeishuMessage>({
    path: PATH,
    secret: SECRET,
    take: (received, show) => ({ status: 200, body: JSON.stringify({ data: {}, ...answerTo(received, show) }) }),
  });

function answerTo({ url, method, headers, body }: Received, show: (message: FeishuMessage) => void) {
  const isJson = headers['content-type']?.startsWith('application/json') ?? false;
  if (method !== 'POST' || url.pathname !== PATH || !isJson)
    return { code: 19001, msg: 'param invalid: incoming webhook access token invalid' };
  const parsed = body.length > BODY_LIMIT_BYTES ? undefined : message.safeParse(JSON.parse(body.toString()));
  if (parsed?.success !== true) return { code: 9499, msg: 'Bad Request' };
  const { timestamp = '', sign } = parsed.data;
  const expected = createHmac('sha256', `${timestamp}\n${SECRET}`).update('').digest('base64');
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (sign !== expected || !(age < HOUR_S))
    return { code: 19021, msg: 'sign match fail or timestamp is not within one hour from current time' };
  show(parsed.data);
  return { code: 0, msg: 'success' };
}
