import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FeishuSettings } from '../../../src/domain/notify-settings.js';
import type { Notification, NotificationKind } from '../../../src/domain/notification.js';
import { NotifyError } from '../../../src/host/notify/contract.js';
import { feishuNotifier, signature } from '../../../src/host/notify/feishu.js';
import { deliver } from '../../../src/host/notify/index.js';
import { startFeishu, type FeishuServer } from '../../../testing/feishu.js';
import { bounded, nearlyText, timeout } from '../../../testing/properties.js';
import { temporaryFolder } from '../../../testing/processes.js';
import type { Trouble } from '../../../testing/webhook-server.js';
import { failureOf, ok, SIGNED, tellsByWebhook } from '../../../testing/webhook-notifier.js';

tellsByWebhook('feishu', {
  make: (timeoutMs) => feishuNotifier({ ...SIGNED, card: false }, timeoutMs),
  start: startFeishu,
  seen: (shown) => (shown as { content: { text: string } }).content.text.replaceAll('＜', '<'),
  taken: ok('{"code":0}'),
  refused: [[ok('{"code":19024,"msg":"Key Words Not Found"}'), false, /keywords/]],
  isSigned: true,
  longestText: 9000,
});

const settings: FeishuSettings = {
  webhook: { env: 'CHAOS_TEST_WEBHOOK', file: null },
  secret: { env: 'CHAOS_TEST_SECRET', file: null },
  card: false,
};

const notification = (change: Partial<Notification> = {}): Notification => ({
  id: 'run-1/failed',
  kind: 'failed',
  runId: 'run-1',
  cluster: 'local',
  urgent: false,
  ofRound: true,
  text: '❌ RobustMQ 故障测试失败\nRun ID: run-1 时间: 2026-11-22T20:10:04+08:00\n失败场景: leader-transfer\n报告: https://github.com/r',
  reportUrl: 'https://github.com/robustmq/reports/blob/main/reports/run-1/report.md',
  ...change,
});

let feishu: FeishuServer;
let runDir: string;

beforeEach(async () => {
  feishu = await startFeishu();
  runDir = temporaryFolder();
  process.env['CHAOS_TEST_WEBHOOK'] = feishu.webhook;
  process.env['CHAOS_TEST_SECRET'] = feishu.secret;
});
afterEach(async () => {
  await feishu.close();
});

/** Delivers once by Feishu alone, as an attempt of the activity does. */
const attempt = (change: Partial<FeishuSettings> = {}, message = notification(), timeoutMs = 10_000): Promise<void> =>
  deliver([feishuNotifier({ ...settings, ...change }, timeoutMs)], message, { folder: runDir });

const failure = (work: Promise<void>): Promise<NotifyError> => failureOf(work, [feishu.secret, feishu.webhook]);

describe('a message to the group', () => {
  it('is shown word for word as a signed text', async () => {
    await attempt();
    expect(feishu.shown).toEqual([
      expect.objectContaining({ msg_type: 'text', content: { text: notification().text } }),
    ]);
  });

  it('is a card with the same words, the colour of the verdict and a button to the report where the config says so', async () => {
    await attempt({ card: true });
    const [head, ...rest] = notification().text.split('\n');
    expect(feishu.shown).toMatchObject([
      {
        msg_type: 'interactive',
        card: {
          header: { template: 'red', title: { content: head } },
          elements: [{ text: { content: rest.join('\n') } }, { actions: [{ url: notification().reportUrl }] }],
        },
      },
    ]);
  });

  it('is a card that Feishu takes for every kind, also without an address of the report', async () => {
    const kinds: NotificationKind[] = ['passed', 'failed', 'breaker', 'format-errors', 'resumed'];
    for (const kind of kinds) await attempt({ card: true }, notification({ kind, reportUrl: null }));
    expect(feishu.shown).toHaveLength(kinds.length);
    expect(JSON.stringify(feishu.shown)).not.toContain('"action"');
  });

  it('calls nobody by name, whatever others have said', async () => {
    const said = '<at user_id="all">所有人</at> < AT id=all></ at > <attempt> 3 < 4';
    await attempt({}, notification({ text: `x\n${said}` }));
    await attempt({ card: true }, notification({ text: `x\n${said}`, kind: 'breaker', id: 'b' }));
    const shown = '＜at user_id="all">所有人＜/at> ＜ AT id=all>＜/ at > <attempt> 3 < 4';
    expect(feishu.shown[0]).toMatchObject({ content: { text: `x\n${shown}` } });
    // A card's plain text knows no calls.
    expect(feishu.shown[1]).toMatchObject({ card: { elements: [{ text: { tag: 'plain_text', content: said } }, {}] } });
  });

  it('is cut where it would be too long for Feishu, and keeps its head and the address of the report', async () => {
    const text = `❌ head\n失败场景: ${'长"'.repeat(9000)}\n报告: https://github.com/r`;
    await attempt({ card: true }, notification({ text }));
    const said = JSON.stringify(feishu.shown[0]);
    expect([said.includes('❌ head'), said.includes('…\\n报告: https://github.com/r"')]).toEqual([true, true]);
  });

  it('is shown once, however often the run tries to send it, and once for each kind', async () => {
    await attempt();
    await attempt();
    await attempt({}, notification({ kind: 'breaker', id: 'run-1/breaker' }));
    expect(feishu.shown).toHaveLength(2);
  });

  it('is signed as Feishu asks for: timestamp, newline and secret as the key, and nothing signed', () => {
    const sign = createHmac('sha256', '1599360473\ndemo').digest('base64');
    expect(signature('demo', 1_599_360_473)).toEqual({ timestamp: '1599360473', sign });
    // Worked out by openssl: dgst -sha256 -mac HMAC -macopt hexkey:<key in hex> -binary, of nothing, in base64.
    expect(sign).toBe('l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=');
    expect(signature(null, 1_599_360_473)).toEqual({});
  });
});

describe('a message that is shown', () => {
  it.each([
    '{"code":0,"msg":"success","data":{}}',
    '{"StatusCode":0,"StatusMessage":"success"}',
    '{"Extra":null,"StatusCode":0,"StatusMessage":"success"}',
    '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}',
  ])('is told by each form of success: %s', async (body) => {
    feishu.trouble = () => ({ status: 200, body });
    await expect(attempt()).resolves.toBeUndefined();
  });
});

describe('a message that is not shown', () => {
  const cases: readonly (readonly [string, Trouble, boolean, RegExp])[] = [
    ['since there were too many', { status: 200, body: '{"code":11232,"msg":"frequency limited"}' }, true, /11232/],
    ['since there were too many for the gateway', { status: 429, body: '{"code":99991400}' }, true, /status 429/],
    ['since an older gateway limits it', { status: 400, body: '{"code":11232}' }, true, /status 400/],
    ['though the answer has a good code, with a bad status', { status: 500, body: '{"code":0}' }, true, /status 500/],
    ['since Feishu is out of order', { status: 503, body: 'busy' }, true, /status 503, busy/],
    ['since the answer has no code', { status: 200, body: '<html>' }, true, /status 200, <html>/],
    ['since the connection broke', 'break', true, /no answer: /],
    [
      'since its keyword is missing',
      { status: 200, body: '{"code":19024,"msg":"Key Words Not Found"}' },
      false,
      /keywords/,
    ],
    [
      'since this host is not on the list',
      { status: 200, body: '{"code":19022,"msg":"Ip Not Allowed"}' },
      false,
      /list/,
    ],
    ['since it is malformed', { status: 200, body: '{"code":9499,"msg":"Bad Request"}' }, false, /malformed/],
    [
      'since there were too many, under the code of malformed messages',
      { status: 200, body: '{"code":9499,"msg":"too many request"}' },
      true,
      /too many/,
    ],
    [
      'since there were too many, with that code and a bad status',
      { status: 400, body: '{"code":9499,"msg":"Too Many Requests"}' },
      true,
      /status 400/,
    ],
    ['for a reason that nobody knows', { status: 400, body: '{"code":77,"msg":"?"}' }, true, /77/],
    ['since an older form has a bad code', { status: 200, body: '{"StatusCode":19001}' }, false, /webhook/],
    ['since the address moved', { status: 302, body: '', headers: { location: '/elsewhere' } }, true, /no answer/],
    ['since nobody is there', { status: 404, body: 'not found' }, false, /status 404/],
  ];
  it.each(cases)(
    '%s is an error that says so, and whether another attempt can help',
    async (_why, trouble, retryable, words) => {
      feishu.trouble = () => trouble;
      const error = await failure(attempt());
      expect(error.retryable).toBe(retryable);
      expect(error.message).toMatch(words);
      expect(feishu.shown).toEqual([]);
      feishu.trouble = undefined;
      await attempt();
      expect(feishu.shown).toHaveLength(1);
    },
  );

  it('since no answer comes in time is sent again', async () => {
    feishu.trouble = (nth) => (nth === 1 ? 'silence' : undefined);
    const error = await failure(attempt({}, notification(), 300));
    expect(error).toMatchObject({ retryable: true, message: expect.stringMatching(/none within 0.3 s/) });
    await attempt();
    expect(feishu.shown).toHaveLength(1);
  });

  it('since the answer was lost is shown twice: nobody can tell, and the docs say so', async () => {
    feishu.trouble = (nth) => (nth === 1 ? 'lose answer' : undefined);
    expect((await failure(attempt())).retryable).toBe(true);
    await attempt();
    await attempt();
    expect(feishu.shown).toHaveLength(2);
  });

  it('since the secret is a wrong one says what to look at, without the secret', async () => {
    process.env['CHAOS_TEST_SECRET'] = 'plantedWrongSecret';
    const error = await failure(attempt());
    expect(error).toMatchObject({
      retryable: false,
      message: expect.stringMatching(/19021.*secret and at this host's clock/),
    });
  });

  it('since this host’s clock is wrong by over an hour is refused by the signature', async () => {
    const late = signature(feishu.secret, Math.floor(Date.now() / 1000) - 3700);
    const response = await fetch(feishu.webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...late, msg_type: 'text', content: { text: 'late' } }),
    });
    expect(await response.json()).toMatchObject({ code: 19021 });
  });

  it('since its address moved is not carried after it: nobody knows who is there', async () => {
    feishu.trouble = (nth) =>
      nth === 1 ? { status: 307, body: '', headers: { location: feishu.webhook } } : undefined;
    expect((await failure(attempt())).message).toMatch(/no answer/);
    expect([feishu.calls(), feishu.shown]).toEqual([1, []]);
  });

  it('since an answer repeats the secrets does not show them', async () => {
    feishu.trouble = () => ({
      status: 400,
      body: `bad ${feishu.secret} at ${feishu.webhook} and ${encodeURIComponent(feishu.webhook)}`,
    });
    expect((await failure(attempt())).message).toMatch(/bad \*\*\* at \*\*\*/);
  });

  it('since a secret is not there names the variable, and nothing is sent', async () => {
    delete process.env['CHAOS_TEST_SECRET'];
    expect(await failure(attempt())).toMatchObject({
      retryable: false,
      message: expect.stringContaining('CHAOS_TEST_SECRET'),
    });
    process.env['CHAOS_TEST_WEBHOOK'] = 'planted: no address';
    expect(await failure(attempt())).toMatchObject({
      retryable: false,
      message: expect.stringContaining('http or https'),
    });
    delete process.env['CHAOS_TEST_WEBHOOK'];
    expect(await failure(attempt())).toMatchObject({
      retryable: false,
      message: expect.stringContaining('CHAOS_TEST_WEBHOOK'),
    });
    expect(feishu.calls()).toBe(0);
  });
});

it(
  'whatever Feishu answers, a message is shown by code 0 with status 200 alone, and all else says so in a few words',
  async () => {
    const statuses = fc.constantFrom(200, 200, 201, 204, 301, 400, 403, 404, 408, 429, 500, 503);
    const right = fc.constantFrom({ code: 0, msg: 'success', data: {} }, { StatusCode: 0, StatusMessage: 'success' });
    const bodies = right.chain((body) => nearlyText(body));
    const notifier = feishuNotifier(settings);
    await fc.assert(
      fc.asyncProperty(statuses, bodies, async (status, body) => {
        feishu.trouble = () => ({ status, body });
        const error = await notifier.send(notification(), { folder: runDir }).then(() => null, sentOf);
        const said = jsonOf(body);
        const isShown = status === 200 && (said?.['code'] ?? said?.['StatusCode']) === 0;
        expect(error === null).toBe(isShown);
        if (error === null) return;
        expect(error).toBeInstanceOf(NotifyError);
        expect(error.message).toMatch(/^(status \d+, |no answer: )/);
        expect(error.message.length).toBeLessThan(600);
      }),
      bounded(150),
    );
  },
  timeout,
);

const sentOf = (error: unknown): NotifyError => error as NotifyError;

function jsonOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>> | null;
  } catch {
    return null;
  }
}
