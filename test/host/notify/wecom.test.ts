import { wecomNotifier } from '../../../src/host/notify/wecom.js';
import { startWecom } from '../../../testing/bots.js';
import { asIs, ok, UNSIGNED, tellsByWebhook } from '../../../testing/webhook-notifier.js';

tellsByWebhook('wecom', {
  make: (timeoutMs) => wecomNotifier(UNSIGNED, timeoutMs),
  start: startWecom,
  seen: asIs,
  taken: ok('{"errcode":0,"errmsg":"ok"}'),
  refused: [
    [ok('{"errcode":93000,"errmsg":"invalid webhook url"}'), false, /no robot has this webhook/],
    [ok('{"errcode":45009,"errmsg":"api freq out of limit"}'), true, /45009/],
  ],
  isSigned: false,
  longestText: 2048,
});
