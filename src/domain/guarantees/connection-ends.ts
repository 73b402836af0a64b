import { grouped } from './grouped.js';
import type { Moment } from './guarantee.js';
import type { Connection } from './history.js';

/** Seconds in the clocks of brokers are whole: what lasts N seconds may end this much early. */
export const EARLY_US = 1_000_000;

const SECOND_US = 1_000_000;

/** A connection that was let in. */
export interface Opened extends Connection {
  readonly openedUs: number;
}

export const isOpened = (connection: Connection): connection is Opened => connection.openedUs !== null;

/** Connections by client, in the order of their numbers. */
export function byClient(connections: readonly Connection[]): Map<string, Connection[]> {
  const clients = grouped(connections, ({ client }) => client);
  for (const list of clients.values()) list.sort((a, b) => a.number - b.number);
  return clients;
}

const patienceUs = ({ keepAliveS }: Connection): number => (keepAliveS ?? 0) * 1.5 * SECOND_US;

/** From when on a broker may take this connection for closed. Who was cut off by the other side may have noticed it late. */
export function endEarliestUs(connection: Opened): number {
  const { closedUs, closedBy, openedUs, keepAliveS } = connection;
  if (closedUs === null) return Infinity;
  if (closedBy?.startsWith('own-') === true) return closedUs;
  return (keepAliveS ?? 0) > 0 ? Math.max(openedUs, closedUs - patienceUs(connection)) : openedUs;
}

/** When a broker has noticed at the latest that this connection is closed; infinite: perhaps never. */
export function endLatestUs(connection: Connection): number {
  const { closedUs, closedBy, keepAliveS } = connection;
  if (closedUs === null) return Infinity;
  if (closedBy === 'own-disconnect' || closedBy === 'own-disconnect-with-will' || closedBy === 'own-cut')
    return closedUs;
  return (keepAliveS ?? 0) > 0 ? closedUs + patienceUs(connection) : Infinity;
}

export const expiryUs = ({ expiryS }: Connection): number => (expiryS ?? Infinity) * SECOND_US;

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
