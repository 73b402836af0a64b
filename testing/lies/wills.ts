import type { IConnectPacket } from 'mqtt-packet';
import { messageOf, type Will } from './messages.js';
import type { End } from './liar.js';
import { lasts, later, nowMs, type Broker, type Guest, type Session } from './state.js';
import { matches } from '../truth/sessions.js';
import { route } from './route.js';

/** GRACE_US of the checker, and some more: a will that does not come until then never comes. */
const GRACE_MS = 6000;
/** Nobody can say what of it a subscriber must have. */
const AS_IT_IS = { afterMs: -Infinity, isRepeated: false, isCopy: false, isResumed: false };
/** Late enough that its client has gone by then. */
const AFTER_GOODBYE_MS = 300;

export function willOf({ will }: IConnectPacket, expiryMs: number): Will | undefined {
  if (will === undefined) return undefined;
  const message = messageOf({ ...will, topic: will.topic, qos: will.qos ?? 0, retain: will.retain ?? false });
  // 3.1.3.2.2: a will is delayed no longer than its session lives.
  return { message, delayMs: Math.min((will.properties?.willDelayInterval ?? 0) * 1000, expiryMs) };
}

/** What becomes of a connection's will when it ends. */
export function lastWords(broker: Broker, guest: Guest, end: End): void {
  const { will, clientId: client } = guest;
  guest.will = undefined;
  if (will === undefined) return;
  // A mute client has died when it was last heard of. Of one that others ended it may be said that it had died as long before.
  const patienceMs = end === 'mute' || end === 'taken-over' ? 1.5 * guest.keepAliveMs : 0;
  const agoMs = end === 'mute' ? nowMs() - guest.heardMs : patienceMs;
  const lie = broker.liar.ofWill(will, end, watchedMs(broker.sessions, will) - agoMs);
  const publish = (): void => route(broker, { ...will.message, ...AS_IT_IS });
  if (lie === 'will-withheld') lasts(broker, will.delayMs + patienceMs + GRACE_MS);
  if (lie !== undefined) broker.book.lies.push({ kind: lie, client, seq: will.message.seq });
  if (lie === 'will-after-goodbye') return void later(broker, AFTER_GOODBYE_MS, publish);
  if (end === 'goodbye' || lie === 'will-withheld') return;
  if (lie === 'will-twice') later(broker, will.delayMs + 10, publish);
  const delayMs = lie === 'will-early' ? 0 : will.delayMs;
  if (delayMs === 0) publish();
  else broker.wills.set(client, later(broker, delayMs, publish));
}

/** How long somebody has been waiting for it. */
function watchedMs(sessions: ReadonlyMap<string, Session>, { message }: Will): number {
  const since = [...sessions.values()].flatMap(({ filters, link }) =>
    [...filters].flatMap(([name, { sinceMs }]) => (link && matches(name, message.topic) ? [sinceMs] : [])),
  );
  return nowMs() - Math.min(...since);
}
