import type { Notification } from '../../domain/notification.js';
import { fetchOutside } from '../os/http.js';
import { redact } from '../remote/secrets.js';
import { NotifyError, type Notifier } from './contract.js';
import { isRefused, reasonOf } from './post.js';

const TIMEOUT_MS = 10_000;

/** The convention of healthchecks.io: nothing for success, `/fail`, `/start`. */
type Signal = '' | '/fail' | '/start';

/**
 * Requests an address after each verdict of a full round, and when such a round starts. A service outside of this host waits for these requests: it tells
 * people when none comes, so also when nothing here is alive that could.
 */
export const pingNotifier = (pingUrl: string, timeoutMs = TIMEOUT_MS): Notifier => ({
  name: 'ping',
  takesQuiet: true,
  send: async (notification) => {
    if (notification.ofRound) await request(pingUrl, signalOf(notification), notification.runId ?? '', timeoutMs);
  },
  started: (runId) => request(pingUrl, '/start', runId, timeoutMs),
});

const signalOf = ({ kind }: Notification): Signal => (kind === 'passed' || kind === 'known' ? '' : '/fail');

/** The signal belongs behind the path, and an address may have a query. */
function addressOf(pingUrl: string, signal: Signal): string {
  const url = new URL(pingUrl);
  url.pathname = url.pathname.replace(/\/+$/, '') + signal;
  return url.href;
}

async function request(pingUrl: string, signal: Signal, body: string, timeoutMs: number): Promise<void> {
  // Who knows the path can say that all is well: it is shown to nobody.
  const { origin, pathname, search } = new URL(pingUrl);
  const hidden = [pathname.length > 1 ? pathname : '', search];
  try {
    const limit = AbortSignal.timeout(timeoutMs);
    const address = addressOf(pingUrl, signal);
    const response = await fetchOutside(address, { method: 'POST', body, signal: limit, redirect: 'follow' });
    await response.body?.cancel();
    if (response.ok) return;
    const { status } = response;
    throw new NotifyError(`${origin}: expected status 200, got ${status}. Check notify.ping_url`, !isRefused(status));
  } catch (error) {
    if (error instanceof NotifyError) throw error;
    throw new NotifyError(redact(`${origin}: no answer: ${reasonOf(error, timeoutMs)}`, hidden), true);
  }
}
