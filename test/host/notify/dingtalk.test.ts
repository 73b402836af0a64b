import { expect, it } from 'vitest';
import { dingtalkNotifier, signed } from '../../../src/host/notify/dingtalk.js';
import { startDingtalk } from '../../../testing/bots.js';
import { asIs, ok, SIGNED, tellsByWebhook } from '../../../testing/webhook-notifier.js';

tellsByWebhook('dingtalk', {
  make: (timeoutMs) => dingtalkNotifier(SIGNED, timeoutMs),
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
});

it('by DingTalk is signed as DingTalk asks for: timestamp, newline and secret, with the secret as the key', () => {
  // Worked out by openssl: dgst -sha256 -hmac demo -binary, in base64.
  const url = new URL(signed('https://oapi.dingtalk.com/robot/send?access_token=t', 'demo', 1_599_360_473_000));
  expect(Object.fromEntries(url.searchParams)).toEqual({
    ...{ access_token: 't', timestamp: '1599360473000' },
    sign: 'eblRZvilBzXa6Ce18IeBM4pMy1rYNWKicaCg6VMwQe0=',
  });
  expect(signed('https://host/a?b=c', null, 1)).toBe('https://host/a?b=c');
});
