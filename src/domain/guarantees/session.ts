import { judgementOfCases, type Case } from './cases.js';
import { byClient, closes, EARLY_US, expiryUs, isOpened, opens, type Opened } from './connection-ends.js';
import type { Circumstances, Guarantee } from './guarantee.js';
import type { Connection } from './history.js';
import { DIED } from './hurt.js';

/** A case is a connection that has to find a session: the one before it asked for one that outlives it, and it cannot have expired. */
export const session: Guarantee = {
  name: 'session',
  rule: 'A client that comes back before its session expires, and does not ask for a clean one, is told that its session is present.',
  section: '3.2.2.2, 3.1.2.4; MQTT 5: 3.1.2.11.2',
  needs: 'every connection with clean start, expiry and session present',
  unknown:
    'A session that a fault may have destroyed, unless one broker was hurt and the driver declares that its death is survived. Whether a session is gone once it has expired; what it held. A shorter expiry that the broker named in its CONNACK, which no ledger has.',
  judge({ connections }, circumstances) {
    const clients = [...byClient(connections).values()];
    return judgementOfCases(clients.flatMap((attempts) => casesOf(attempts, circumstances)));
  },
};

export const ANOTHER = 'another CONNECT, unanswered or under way at the same time, may have ended the session';

/** The connections of one client, in the order of their numbers. */
function casesOf(attempts: readonly Connection[], circumstances: Circumstances): Case[] {
  const cases: Case[] = [];
  let last: Opened | null = null;
  let endsUs = areTogether(attempts) ? -Infinity : Infinity;
  for (const attempt of attempts) {
    endsUs = Math.min(endsUs, mayEndUs(attempt));
    if (!isOpened(attempt)) continue;
    if (last !== null && isOwed(attempt, last)) {
      const doubt = attempt.openedUs >= endsUs - EARLY_US ? ANOTHER : mayBeLost(attempt, circumstances) ? DIED : null;
      cases.push(attempt.sessionPresent === true ? null : (doubt ?? absent(attempt, last)));
    }
    last = attempt;
  }
  return cases;
}

/** Was one CONNECT under way when an answer came to another? Either may have been the later one at the broker. */
function areTogether(attempts: readonly Connection[]): boolean {
  let openedUs = -Infinity;
  return attempts.some((attempt) => {
    if ((attempt.askedUs ?? Infinity) < openedUs) return true;
    openedUs = Math.max(openedUs, attempt.openedUs ?? -Infinity);
    return false;
  });
}

/** From when on an attempt without an answer may have ended the session: a broker may take a CONNECT long after its client gave it up. */
function mayEndUs(attempt: Connection): number {
  if (isOpened(attempt)) return Infinity;
  return attempt.clean ? -Infinity : (attempt.askedUs ?? 0) + expiryUs(attempt);
}

/** It expires no earlier than if the connection before had been closed as soon as it was asked for: when a broker took it, and noticed its end, nobody can tell. */
const isOwed = (back: Opened, last: Opened): boolean =>
  back.sessionPresent !== null &&
  !back.clean &&
  isKept(last) &&
  back.openedUs < (last.askedUs ?? last.openedUs) + expiryUs(last) - EARLY_US;

/** A clean session of 3.1.1 ends with its connection. A clean start of 5 begins one that outlives it if it says for how long. */
const isKept = ({ clean, expiryS }: Connection): boolean => (clean ? (expiryS ?? 0) > 0 : expiryS !== 0);

/** What a driver declares is about the death of one broker. Any other may have held the session, and a loss may show long after the fault. */
const mayBeLost = ({ openedUs }: Opened, { fault, broker }: Circumstances): boolean =>
  fault !== null && fault.injectedUs <= openedUs && !(broker.survivesDeath === true && fault.victims?.length === 1);

const absent = (back: Opened, last: Opened): Case => ({
  text: `${back.client}'s session had not expired, and it was told that there is none`,
  moments: [
    opens(last),
    // One that was taken over may end later, and moments are in time order.
    ...(last.closedUs !== null && last.closedUs <= back.openedUs ? [closes(last)] : []),
    opens(back, 'session not present'),
  ],
});
