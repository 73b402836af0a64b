import { createHmac } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

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

/** An answer instead of Feishu's own, none at all, or a message that is shown while its answer is lost. */
export type FeishuTrouble =
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  | 'silence'
  | 'break'
  | 'lose answer';

export interface FeishuServer {
  /** Holds what makes it a secret. */
  readonly webhook: string;
  readonly secret: string;
  /** What the group sees. */
  readonly shown: FeishuMessage[];
  /** How often the bot was called. */
  readonly calls: () => number;
  trouble: ((nth: number) => FeishuTrouble | undefined) | undefined;
  readonly close: () => Promise<void>;
}

const BODY_LIMIT_BYTES = 20 * 1024;
const HOUR_S = 3600;

/** Stands for a custom bot with a signature check: takes what Feishu would take, and answers as it does. */
export async function startFeishu(): Promise<FeishuServer> {
  const path = '/open-apis/bot/v2/hook/planted-webhook-0d1e2f3a';
  const secret = 'plantedBotSecret7';
  const held = new Set<ServerResponse>();
  let calls = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls += 1;
      const trouble = state.trouble?.(calls);
      if (trouble === 'silence') return void held.add(response);
      if (trouble === 'break') return void request.socket.destroy();
      if (typeof trouble === 'object') {
        response.writeHead(trouble.status, { 'content-type': 'application/json', ...trouble.headers });
        return void response.end(trouble.body);
      }
      const json = request.headers['content-type']?.startsWith('application/json') ?? false;
      const known = request.method === 'POST' && request.url === path && json;
      const answer = known
        ? take(Buffer.concat(chunks))
        : { code: 19001, msg: 'param invalid: incoming webhook access token invalid' };
      if (trouble === 'lose answer') return void request.socket.destroy();
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ data: {}, ...answer }));
    });
  });

  function take(body: Buffer): { code: number; msg: string } {
    const parsed = body.length > BODY_LIMIT_BYTES ? undefined : message.safeParse(JSON.parse(body.toString()));
    if (parsed?.success !== true) return { code: 9499, msg: 'Bad Request' };
    const { timestamp = '', sign } = parsed.data;
    const expected = createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64');
    const age = Math.abs(Date.now() / 1000 - Number(timestamp));
    if (sign !== expected || !(age < HOUR_S))
      return { code: 19021, msg: 'sign match fail or timestamp is not within one hour from current time' };
    state.shown.push(parsed.data);
    return { code: 0, msg: 'success' };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const state: FeishuServer = {
    webhook: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    secret,
    shown: [],
    calls: () => calls,
    trouble: undefined,
    close: async () => {
      for (const response of held) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;
}
