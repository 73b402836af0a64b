import { byClient } from './connection-ends.js';
import { grouped } from './grouped.js';
import { mayStand, type Connection, type History, type Subscription } from './history.js';

/** One subscription, and how long it stood, as far as its client can know. */
export interface Standing {
  readonly row: Subscription;
  /** The SUBACK; infinite: none came, and the broker may have the subscription all the same. */
  readonly grantedUs: number;
  /** Its session was over at this time, or the same client had subscribed to the same filter again; infinite: neither. */
  readonly endsUs: number;
  /** The connections of its session, from the one of the SUBSCRIBE on. */
  readonly connections: readonly Connection[];
  /** The session was connected at the end of the recording: whatever waited for it has come. */
  readonly isThere: boolean;
}

/** Each subscription that was not refused. */
export function standingsOf({ subscriptions, connections, endUs }: History): Standing[] {
  const clients = byClient(connections);
  const accepted = subscriptions.filter(mayStand);
  const standing = accepted.map((row): Standing => {
    const session = sessionOf(row.connection, clients.get(row.client) ?? [], endUs);
    return { row, grantedUs: row.answeredUs ?? Infinity, ...session };
  });
  const again = grouped(standing, ({ row }) => JSON.stringify([row.client, row.filter]));
  return [...again.values()].flatMap(untilTheNext);
}

/** A subscription takes the place of the one of before. */
function untilTheNext(list: readonly Standing[]): Standing[] {
  const inTurn = list.toSorted((a, b) => (a.grantedUs === b.grantedUs ? 0 : a.grantedUs - b.grantedUs));
  return inTurn.map((one, i) => ({ ...one, endsUs: Math.min(one.endsUs, inTurn[i + 1]?.grantedUs ?? Infinity) }));
}

type Session = Pick<Standing, 'connections' | 'endsUs' | 'isThere'>;

/** A session goes on where a later connection asked for it and the broker said that it had it. Without a recorded connection nothing is known of it. */
function sessionOf(connection: number, mine: readonly Connection[], endUs: number): Session {
  const [first, ...later] = mine.filter(({ number }) => number >= connection);
  if (first?.number !== connection) return { connections: [], endsUs: Infinity, isThere: false };
  const connections = [first];
  let last = first;
  const over = (us: number): Session => ({ connections, endsUs: us, isThere: false });
  for (const next of later) {
    if (last.expiryS === 0) return over(last.closedUs ?? startOf(next));
    if (next.clean) return over(startOf(next));
    if (next.openedUs === null) continue;
    if (next.sessionPresent !== true) return over(next.openedUs);
    connections.push(next);
    last = next;
  }
  if (last.openedUs !== null && (last.closedUs ?? Infinity) >= endUs)
    return { connections, endsUs: Infinity, isThere: true };
  return over(last.expiryS === 0 ? (last.closedUs ?? Infinity) : Infinity);
}

const startOf = ({ askedUs, openedUs }: Connection): number => askedUs ?? openedUs ?? Infinity;

/** How long two ends of a connection may disagree whether it lives: a broker waits for one and a half times the keep-alive. */
export const noticeUs = ({ keepAliveS }: Connection): number =>
  keepAliveS === null || keepAliveS === 0 ? Infinity : keepAliveS * 1.5e6;

/** Was it surely connected at both times, and without a break? Where the other end or the network ended a connection, the broker may have given it up before. */
export function isConnected({ connections }: Pick<Standing, 'connections'>, fromUs: number, toUs: number): boolean {
  return connections.some((one) => {
    if (one.openedUs === null || one.openedUs > fromUs) return false;
    if (one.closedUs === null) return true;
    return toUs < one.closedUs - (one.closedBy?.startsWith('own-') === true ? 0 : noticeUs(one));
  });
}
