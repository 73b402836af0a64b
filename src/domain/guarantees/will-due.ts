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
  /** It is published in this time. `dueUs`: the latest without a fault and without the grace. */
  | { readonly kind: 'must'; readonly earliestUs: number; readonly dueUs: number; readonly latestUs: number }
  /** It is never published. */
  | { readonly kind: 'must-not'; readonly why: string }
  /** Both are right, or nobody can tell which is. */
  | { readonly kind: 'either'; readonly why: string }
  /** It is not published before the end of the drain. */
  | { readonly kind: 'open' };

/** `later`: the other connections of this client with higher numbers. */
export function dueOf(dead: Testator, later: readonly Connection[], circumstances: Circumstances): Due {
  const { closedBy, closedUs } = dead;
  if (closedUs === null) return { kind: 'open' };
  if (closedBy === 'own-disconnect') return { kind: 'must-not', why: 'after its DISCONNECT' };
  if (closedBy === 'unknown' || closedBy === null)
    return { kind: 'either', why: 'nobody knows how a connection ended' };
  const delayUs = Math.min(dead.will.delayS * 1_000_000, expiryUs(dead));
  return resumedDue(dead, delayUs, later) ?? mustDue(dead, delayUs, later, circumstances);
}

/** A session that is resumed within the delay keeps its will back: 3.1.3.2.2 of MQTT 5. Without a delay there is nothing to keep back. */
function resumedDue(dead: Testator, delayUs: number, later: readonly Connection[]): Due | null {
  const [next] = later;
  if (next === undefined || delayUs === 0) return null;
  const certainUs = endLatestUs(dead) + delayUs + GRACE_US;
  if ((next.askedUs ?? next.openedUs ?? -Infinity) > certainUs) return null;
  if (!isOpened(next)) return { kind: 'either', why: 'a CONNECT without an answer may have resumed a session' };
  if (next.clean) return null;
  if (next.sessionPresent !== true)
    return { kind: 'either', why: 'a session was not resumed, though its client was back in time' };
  return next.openedUs < endEarliestUs(dead) + delayUs - EARLY_US
    ? { kind: 'must-not', why: 'although its session was resumed within the delay' }
    : { kind: 'either', why: 'a session was resumed when its will was due' };
}

function mustDue(dead: Testator, delayUs: number, later: readonly Connection[], circumstances: Circumstances): Due {
  const { closedUs } = dead;
  const dueUs = endLatestUs(dead) + delayUs;
  const soonestUs = endEarliestUs(dead) + delayUs;
  const endsUs = later[0]?.askedUs ?? later[0]?.openedUs ?? Infinity;
  return {
    kind: 'must',
    // A clean start of the same client ends the session, and with it the delay.
    earliestUs: delayUs === 0 || endsUs < soonestUs ? -Infinity : soonestUs - EARLY_US,
    dueUs,
    latestUs: latestUs(circumstances, { fromUs: closedUs ?? 0, dueUs, graceUs: GRACE_US }),
  };
}
