import type { WebhookSettings } from '../../domain/notify-settings.js';
import type { Notifier } from './contract.js';
import { fitInto, isRefused, webhookNotifier, type Refusal } from './post.js';

/** Slack cuts a text at 40,000 characters. */
const MAX_BYTES = 30_000;

/** Tells a Slack channel by an incoming webhook, which knows no signatures. Success is status 200 and `ok`. */
export const slackNotifier = (settings: WebhookSettings, timeoutMs?: number): Notifier =>
  webhookNotifier(
    'slack',
    {
      title: 'the Slack app',
      // The words as they are: no stars or underscores of a name become markup, no link is unfolded.
      compose: ({ text }) => ({
        body: JSON.stringify({
          ...{ text: escaped(fitInto(text, MAX_BYTES)), mrkdwn: false },
          ...{ unfurl_links: false, unfurl_media: false },
        }),
      }),
      refusalOf,
    },
    settings,
    timeoutMs,
  );

/** Slack's three control characters: `<!channel>` would call everybody, `<@U1>` one. */
const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** Slack says why in a word. */
const HINTS: Readonly<Record<string, string>> = {
  invalid_payload: 'Slack takes the message for malformed',
  no_service: 'no app has this webhook',
  no_active_hooks: 'the webhook is switched off',
  invalid_token: 'no app has this webhook',
  channel_not_found: 'the channel is gone',
  channel_is_archived: 'the channel is archived',
  action_prohibited: "the workspace's administrator forbids it",
};

function refusalOf(status: number, answer: string): Refusal | null {
  if (status === 200 && answer === 'ok') return null;
  const hint = HINTS[answer.trim()];
  return { hopeless: isRefused(status), ...(hint === undefined ? {} : { hint }) };
}
