import { describe, expect, it } from 'vitest';
import { genericNotifier } from '../../../src/host/notify/webhook.js';
import { startOwnService } from '../../../testing/bots.js';
import { problemsOf } from '../../../testing/json-schema.js';
import { NOTIFICATION, SIGNED, tellsByWebhook } from '../../../testing/webhook-notifier.js';

tellsByWebhook('webhook', {
  make: (timeoutMs) => genericNotifier(SIGNED, timeoutMs),
  start: startOwnService,
  seen: (shown) => (JSON.parse(String(shown)) as { text: string }).text,
  taken: { status: 202, body: '' },
  refused: [
    [{ status: 410, body: 'gone' }, false, /status 410, gone/],
    [{ status: 503, body: '' }, true, /status 503/],
  ],
  isSigned: true,
  longestText: Infinity,
});

describe('a service of one’s own', () => {
  it('gets what its schema says, with the same id at each attempt', async () => {
    const server = await startOwnService();
    try {
      process.env['CHAOS_TEST_WEBHOOK'] = server.webhook;
      process.env['CHAOS_TEST_SECRET'] = server.secret;
      server.trouble = (nth) => (nth === 1 ? 'lose answer' : undefined);
      await expect(genericNotifier(SIGNED).send(NOTIFICATION, { folder: '' })).rejects.toThrow(/no answer/);
      await genericNotifier(SIGNED).send(NOTIFICATION, { folder: '' });
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
    expect(() => genericNotifier(SIGNED).check?.()).toThrow(/expected whsec_ and base64 of 24 to 64 bytes/);
  });
});
