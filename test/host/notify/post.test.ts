import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notification } from '../../../src/domain/notification.js';
import type { WebhookSettings } from '../../../src/domain/notify-settings.js';
import type { Notifier } from '../../../src/host/notify/contract.js';
import { NotifyError } from '../../../src/host/notify/contract.js';
import { dingtalkNotifier } from '../../../src/host/notify/dingtalk.js';
import { feishuNotifier } from '../../../src/host/notify/feishu.js';
import { fitInto } from '../../../src/host/notify/post.js';
import { slackNotifier } from '../../../src/host/notify/slack.js';
import { genericNotifier } from '../../../src/host/notify/webhook.js';
import { wecomNotifier } from '../../../src/host/notify/wecom.js';
import { startDingtalk, startOwnService, startSlack, startWecom } from '../../../testing/bots.js';
import { startFeishu } from '../../../testing/feishu.js';
import { problemsOf } from '../../../testing/json-schema.js';
import { bounded, timeout } from '../../../testing/properties.js';
import type { Trouble, WebhookServer } from '../../../testing/webhook-server.js';

const signed: WebhookSettings = {
  webhook: { env: 'CHAOS_TEST_WEBHOOK', file: null },
  secret: { env: 'CHAOS_TEST_SECRET', file: null },
};
const unsigned: WebhookSettings = { ...signed, secret: null };

const notification: Notification = {
  id: 'run-1/failed',
  kind: 'failed',
  runId: 'run-1',
  cluster: 'local',
  urgent: false,
  ofRound: true,
  text: '❌ RobustMQ 故障测试失败\n失败场景: a_b_c *x* <!channel> <at user_id="all"></at> & @所有人\n报告: https://github.com/r',
  reportUrl: 'https://github.com/r',
};

interface Way {
  readonly make: (timeoutMs?: number) => Notifier;
  readonly start: () => Promise<WebhookServer<unknown>>;
  /** The words as people see them. */
  readonly seen: (shown: unknown) => string;
  readonly taken: Trouble;
  /** Answers → whether another attempt can help, and words of the error. */
  readonly refused: readonly (readonly [Trouble, boolean, RegExp])[];
  readonly isSigned: boolean;
  readonly longestText: number;
}

const ok = (body: string) => ({ status: 200, body });
const asIs = (shown: unknown): string => String(shown);
const textIn = (shown: unknown): string => (JSON.parse(String(shown)) as { text: string }).text;

const WAYS: Readonly<Record<string, Way>> = {
  feishu: {
    make: (timeoutMs) => feishuNotifier({ ...signed, card: false }, timeoutMs),
    start: startFeishu,
    seen: (shown) => (shown as { content: { text: string } }).content.text.replaceAll('＜', '<'),
    taken: ok('{"code":0}'),
    refused: [[ok('{"code":19024,"msg":"Key Words Not Found"}'), false, /keywords/]],
    isSigned: true,
    longestText: 9000,
  },
  dingtalk: {
    make: (timeoutMs) => dingtalkNotifier(signed, timeoutMs),
    start: startDingtalk,
    seen: asIs,
    taken: ok('{"errcode":0,"errmsg":"ok"}'),
    refused: [
      [ok('{"errcode":310000,"errmsg":"keywords not in content"}'), false, /310000.*keywords/],
      [ok('{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}'), true, /130101/],
      [ok('{"errcode":-1,"errmsg":"system busy"}'), true, /-1/],
      [ok('<html>'), true, /status 200, <html>/],
      [ok('{"errcode":"0"}'), true, /errcode/],
      [ok('null'), true, /null/],
      [{ status: 502, body: '{"errcode":0}' }, true, /status 502/],
    ],
    isSigned: true,
    longestText: 9000,
  },
  wecom: {
    make: (timeoutMs) => wecomNotifier(unsigned, timeoutMs),
    start: startWecom,
    seen: asIs,
    taken: ok('{"errcode":0,"errmsg":"ok"}'),
    refused: [
      [ok('{"errcode":93000,"errmsg":"invalid webhook url"}'), false, /no robot has this webhook/],
      [ok('{"errcode":45009,"errmsg":"api freq out of limit"}'), true, /45009/],
    ],
    isSigned: false,
    longestText: 2048,
  },
  slack: {
    make: (timeoutMs) => slackNotifier(unsigned, timeoutMs),
    start: startSlack,
    seen: asIs,
    taken: ok('ok'),
    refused: [
      [{ status: 404, body: 'no_service' }, false, /no app has this webhook/],
      [{ status: 410, body: 'channel_is_archived' }, false, /archived/],
      [{ status: 429, body: 'rate_limited' }, true, /status 429/],
      [{ status: 500, body: 'rollup_error' }, true, /status 500/],
      [ok('<html>'), true, /<html>/],
    ],
    isSigned: false,
    longestText: 30_000,
  },
  webhook: {
    make: (timeoutMs) => genericNotifier(signed, timeoutMs),
    start: startOwnService,
    seen: textIn,
    taken: { status: 202, body: '' },
    refused: [
      [{ status: 410, body: 'gone' }, false, /status 410, gone/],
      [{ status: 503, body: '' }, true, /status 503/],
    ],
    isSigned: true,
    longestText: Infinity,
  },
};

describe.each(Object.entries(WAYS))('a message by %s', (name, way) => {
  let server: WebhookServer<unknown>;
  beforeEach(async () => {
    server = await way.start();
    process.env['CHAOS_TEST_WEBHOOK'] = server.webhook;
    process.env['CHAOS_TEST_SECRET'] = server.secret;
  });
  afterEach(() => server.close());

  const send = (text = notification.text, timeoutMs = 10_000): Promise<void> =>
    way.make(timeoutMs).send({ ...notification, text }, { folder: '' });

  /** The error, in which no secret is. */
  async function failure(work: Promise<void>): Promise<NotifyError> {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(NotifyError);
    expect((error as NotifyError).message).not.toMatch(/planted/i);
    return error as NotifyError;
  }

  it('is shown word for word, calls nobody by name, and has the name of its section in the config', async () => {
    await send();
    expect(server.shown.map(way.seen)).toEqual([notification.text]);
    expect(way.make().name).toBe(name);
  });

  it('that is too long is cut in its longest line', async () => {
    if (way.longestText === Infinity) return;
    await send(`head\n${'长"'.repeat(way.longestText)}\n报告: https://github.com/r`);
    const seen = way.seen(server.shown[0]);
    expect(seen).toMatch(/^head\n(长")+长?…\n报告: https:\/\/github\.com\/r$/);
    const bytes = Buffer.byteLength(seen);
    expect(bytes).toBeLessThanOrEqual(way.longestText);
    expect(bytes).toBeGreaterThan(way.longestText - 8);
  });

  it('is taken by the right answer alone', async () => {
    server.trouble = () => way.taken;
    await expect(send()).resolves.toBeUndefined();
  });

  it.each(way.refused)('is not taken by %j', async (trouble, retryable, words) => {
    server.trouble = () => trouble;
    expect(await failure(send())).toMatchObject({ retryable, message: expect.stringMatching(words) });
  });

  it('without an answer, or with one that repeats the secrets, is sent again and shows none', async () => {
    server.trouble = () => 'silence';
    expect(await failure(send(undefined, 50))).toMatchObject({ retryable: true, message: /no answer: none within/ });
    server.trouble = () => 'break';
    expect((await failure(send())).retryable).toBe(true);
    const body = `at ${server.webhook} ${encodeURIComponent(server.webhook)} ${server.webhook.split(/[/=]/).at(-1)} ${server.secret}`;
    server.trouble = () => ({ status: 400, body });
    expect((await failure(send())).message).toContain('***');
  });

  it('with a wrong secret, to a wrong address or without either is given up', async () => {
    expect(way.make().check?.()).toMatch(/^webhook found in the environment variable CHAOS_TEST_WEBHOOK; /);
    if (way.isSigned) {
      process.env['CHAOS_TEST_SECRET'] =
        `whsec_${Buffer.from('planted but wrong, of enough bytes').toString('base64')}`;
      expect((await failure(send())).retryable).toBe(false);
      delete process.env['CHAOS_TEST_SECRET'];
      expect((await failure(send())).message).toContain('CHAOS_TEST_SECRET');
    }
    process.env['CHAOS_TEST_WEBHOOK'] = 'planted: no address';
    expect(await failure(send())).toMatchObject({
      retryable: false,
      message: expect.stringContaining('http or https'),
    });
    expect(server.shown).toEqual([]);
  });
});

describe('a service of one’s own', () => {
  it('gets what its schema says, with the same id at each attempt', async () => {
    const server = await startOwnService();
    try {
      process.env['CHAOS_TEST_WEBHOOK'] = server.webhook;
      process.env['CHAOS_TEST_SECRET'] = server.secret;
      server.trouble = (nth) => (nth === 1 ? 'lose answer' : undefined);
      await expect(genericNotifier(signed).send(notification, { folder: '' })).rejects.toThrow(/no answer/);
      await genericNotifier(signed).send(notification, { folder: '' });
      const [first, second] = server.shown;
      expect(second).toBe(first);
      const message = JSON.parse(first ?? '') as Record<string, unknown>;
      expect(problemsOf('message.schema.json', message)).toEqual([]);
      expect(message).toMatchObject({ schema: 'robustmq-chaos-message/1', id: 'run-1/failed', run_id: 'run-1' });
      expect(problemsOf('message.schema.json', { ...message, kind: 'other', text: 1 })).toHaveLength(2);
    } finally {
      await server.close();
    }
  });

  it.each(['short', 'whsec_c2hvcnQ=', 'no base64, though it is long enough'])('takes no %j for a secret', (secret) => {
    process.env['CHAOS_TEST_WEBHOOK'] = 'http://127.0.0.1:9/';
    process.env['CHAOS_TEST_SECRET'] = secret;
    expect(() => genericNotifier(signed).check?.()).toThrow(/expected whsec_ and base64 of 24 to 64 bytes/);
  });
});

it(
  'a text that is cut has at most so many bytes, no broken character, and is left alone where it fits',
  () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 0, max: 400 }), (text, max) => {
        const cut = fitInto(text, max);
        const fits = Buffer.byteLength(text) <= max;
        expect(cut === text).toBe(fits);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max);
        expect(cut).not.toContain('\uFFFD');
      }),
      bounded(300),
    );
  },
  timeout,
);
