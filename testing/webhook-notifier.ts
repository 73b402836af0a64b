import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notification } from '../src/domain/notification.js';
import type { WebhookSettings } from '../src/domain/notify-settings.js';
import { NotifyError, type Notifier } from '../src/host/notify/contract.js';
import type { Trouble, WebhookServer } from './webhook-server.js';

export const SIGNED: WebhookSettings = {
  webhook: { env: 'CHAOS_TEST_WEBHOOK', file: null },
  secret: { env: 'CHAOS_TEST_SECRET', file: null },
};
export const UNSIGNED: WebhookSettings = { ...SIGNED, secret: null };

/** Its words have everything that could be markup or call somebody. */
export const NOTIFICATION: Notification = {
  id: 'run-1/failed',
  kind: 'failed',
  runId: 'run-1',
  cluster: 'local',
  urgent: false,
  ofRound: true,
  text: '❌ RobustMQ 故障测试失败\n失败场景: a_b_c *x* <!channel> <at user_id="all"></at> & @所有人\n报告: https://github.com/r',
  reportUrl: 'https://github.com/r',
};

/** A way to tell people by a webhook, and the stand-in for its service. */
export interface Way {
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

/** An answer with status 200. */
export const ok = (body: string): Trouble => ({ status: 200, body });
/** Where people see the text itself. */
export const asIs = (shown: unknown): string => String(shown);

/** The error of a message that was not delivered, in which none of these secrets is, and nothing else that the stand-ins planted. */
export async function failureOf(work: Promise<void>, secrets: readonly string[]): Promise<NotifyError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NotifyError);
  const { message } = error as NotifyError;
  for (const secret of secrets) expect(message).not.toContain(secret);
  expect(message).not.toMatch(/planted/i);
  return error as NotifyError;
}

/** The tests of every such way. `name`: of its section in the config. */
export function tellsByWebhook(name: string, way: Way): void {
  describe(`a message by ${name}`, () => {
    let server: WebhookServer<unknown>;
    beforeEach(async () => {
      server = await way.start();
      process.env['CHAOS_TEST_WEBHOOK'] = server.webhook;
      process.env['CHAOS_TEST_SECRET'] = server.secret;
    });
    afterEach(() => server.close());

    const send = (text = NOTIFICATION.text, timeoutMs = 10_000): Promise<void> =>
      way.make(timeoutMs).send({ ...NOTIFICATION, text }, { folder: '' });

    const failure = (work: Promise<void>): Promise<NotifyError> => failureOf(work, [server.webhook]);

    it('is shown word for word, calls nobody by name, and has the name of its section in the config', async () => {
      await send();
      expect(server.shown.map(way.seen)).toEqual([NOTIFICATION.text]);
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
      process.env['CHAOS_TEST_WEBHOOK'] = server.webhook.replace('://', '://me:planted@');
      expect(await failure(send())).toMatchObject({
        retryable: false,
        message: expect.stringContaining('without credentials'),
      });
      process.env['CHAOS_TEST_WEBHOOK'] = 'planted: no address';
      expect(await failure(send())).toMatchObject({
        retryable: false,
        message: expect.stringContaining('http or https'),
      });
      expect(server.shown).toEqual([]);
    });
  });
}
