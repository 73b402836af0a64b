import type { Circumstances } from './guarantee.js';
import type { Connection, Will } from './history.js';
import { latestUs } from './hurt.js';
import { EARLY_US, endEarliestUs, endLatestUs, expiryUs, isOpened, type Opened } from './connection-ends.js';

/** How long a broker may take to notice what is due, and to deliver it. */
export const GRACE_US = 5_000_000;

/** A connection with a will that was let in. */
export interface Testator extends Opened {
  readonly will: Will;
}

/** What must come of a will. */
export type Due =
  /** It is published, and not before `earliestUs`. `dueUs`: the latest without a fault and without the grace; `latestUs`: with both. */
  | { readonly kind: 'must'; readonly earliestUs: number; readonly dueUs: number; readonly latestUs: number }
  /** It is never published. */
  | { readonly kind: 'must-not'; readonly why: string }
  /** Both are right, or nobody can tell which is. */
  | { readonly kind: 'either'; readonly why: string }
  /** Its connection was open at the end of the drain, as far as its client knows. */
  | { readonly kind: 'open' };

/** `next`: the CONNECT of the same client that follows, be it answered or not. */
export function dueOf(dead: Testator, next: Connection | undefined, circumstances: Circumstances): Due {
  const { closedBy, closedUs } = dead;
  if (closedUs === null) return { kind: 'open' };
  if (closedBy === 'own-disconnect') return { kind: 'must-not', why: 'after its DISCONNECT' };
  if (closedBy === 'unknown' || closedBy === null)
    return { kind: 'either', why: 'nobody knows how a connection ended' };
  const delayUs = Math.min(dead.will.delayS * 1_000_000, expiryUs(dead));
  const dueUs = endLatestUs(dead) + delayUs;
  const isBack = next !== undefined && (next.askedUs ?? next.openedUs ?? -Infinity) <= dueUs + GRACE_US;
  // Without a delay nothing is kept back: a takeover, too, publishes the will at once (3.1.2-8; MQTT 5: 3.1.4).
  if (delayUs > 0 && isBack) return backDue(next, endEarliestUs(dead) + delayUs);
  return {
    kind: 'must',
    earliestUs: delayUs === 0 ? -Infinity : endEarliestUs(dead) + delayUs - EARLY_US,
    dueUs,
    latestUs: latestUs(circumstances, { fromUs: closedUs, dueUs, graceUs: GRACE_US }),
  };
}

/** A session that is resumed within the delay keeps its will back: 3.1.3.2.2 of MQTT 5. Of one that ends by a clean start, 3.1.2.5 and 3.1.4 say different things. */
function backDue(next: Connection, soonestUs: number): Due {
  if (next.clean) return { kind: 'either', why: 'a clean start came when a will was waiting' };
  const isResumed = isOpened(next) && next.sessionPresent === true && next.openedUs < soonestUs - EARLY_US;
  return isResumed
    ? { kind: 'must-not', why: 'although its session was resumed within the delay' }
    : { kind: 'either', why: 'nobody knows whether a session was resumed in time to keep its will back' };
}
