import { slackNotifier } from '../../../src/host/notify/slack.js';
import { startSlack } from '../../../testing/bots.js';
import { asIs, ok, UNSIGNED, tellsByWebhook } from '../../../testing/webhook-notifier.js';

tellsByWebhook('slack', {
  make: (timeoutMs) => slackNotifier(UNSIGNED, timeoutMs),
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
});
