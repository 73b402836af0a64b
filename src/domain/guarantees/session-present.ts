import type { Case } from './cases.js';
import type { Circumstances, Moment } from './guarantee.js';
import type { Connection } from './history.js';
import { DIED, latestUs, mayHaveDied } from './hurt.js';
import { EARLY_US, endEarliestUs, endLatestUs, expiryUs, isOpened, livesOf, type Opened } from './session-lives.js';

/** A broker may look for expired sessions now and then. */
export const LATE_US = 5_000_000;

/** Is `session present` of each connection of one client the truth? Shortly before and after an expiry either answer is. */
export function presenceCases(attempts: readonly Connection[], circumstances: Circumstances): Case[] {
  return attempts.flatMap((connection, at) => {
    if (!isOpened(connection) || connection.sessionPresent === null) return [];
    const earlier = attempts.slice(0, at);
    return [
      connection.sessionPresent
        ? present(connection, earlier, circumstances)
        : absent(connection, earlier, circumstances),
    ];
  });
}

function present(connection: Opened, earlier: readonly Connection[], circumstances: Circumstances): Case {
  const told = opens(connection, 'session present');
  if (connection.clean)
    return {
      text: `${connection.client} asked for a clean start, and was told that its session is present`,
      moments: [told],
    };
  const held = earlier.slice(Math.max(0, earlier.findLastIndex(isOpened)));
  const last = held.at(-1);
  if (last === undefined) return 'a session is older than what was recorded';
  const goneUs = Math.max(...held.map((one) => lastUs(one, circumstances)));
  if (connection.askedUs === null || connection.askedUs <= goneUs) return null;
  return {
    text: `${connection.client}'s session had expired, and it was told that it is present`,
    moments: [closes(last), told],
  };
}

/** When the session that this connection had is gone for sure. */
function lastUs(connection: Connection, circumstances: Circumstances): number {
  const noticedUs = endLatestUs(connection);
  return latestUs(circumstances, { fromUs: noticedUs, dueUs: noticedUs + expiryUs(connection), graceUs: LATE_US });
}

function absent(connection: Opened, earlier: readonly Connection[], circumstances: Circumstances): Case {
  const at = earlier.findLastIndex(isOpened);
  const last = earlier[at];
  if (connection.clean || last === undefined || !isOpened(last)) return null;
  const unanswered = earlier.slice(at + 1);
  if (expiryUs(last) === 0) return null;
  if (unanswered.some((one) => one.clean || expiryUs(one) === 0))
    return 'a CONNECT without an answer may have ended a session';
  const keptUs = Math.min(expiryUs(last), ...unanswered.map(expiryUs));
  if (connection.openedUs >= endEarliestUs(last) + keptUs - EARLY_US) return null;
  const life = livesOf(earlier).at(-1) ?? [];
  const endpoints = life.map(({ endpoint }) => endpoint);
  if (mayHaveDied(circumstances, endpoints, life[0]?.openedUs ?? 0, connection.openedUs)) return DIED;
  return {
    text: `${connection.client}'s session had not expired, and it was told that there is none`,
    moments: [opens(last), ...(last.closedUs === null ? [] : [closes(last)]), opens(connection, 'session not present')],
  };
}

export const opens = ({ client, number, openedUs, endpoint }: Opened, told?: string): Moment => ({
  us: openedUs,
  who: client,
  what: 'connect',
  text: `connection ${number} to ${endpoint}${told === undefined ? '' : `: ${told}`}`,
});

export const closes = ({ client, number, closedUs, closedBy, openedUs }: Connection): Moment => ({
  us: closedUs ?? openedUs ?? 0,
  who: client,
  what: 'close',
  text: `connection ${number} ends: ${closedBy ?? 'unknown'}`,
});
