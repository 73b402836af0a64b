import type { Connection } from './history.js';

/**
 * Was the session surely the same one on two connections of a client, and on each between them? False also where nobody can tell: a connection that was not
 * recorded, a session present that is not shown, a clean attempt without an answer, more time between two connections than the session lives.
 */
export function isKept(connections: readonly Connection[] | undefined, from: number, to: number): boolean {
  if (from === to) return true;
  const start = connections?.find(({ number }) => number === from);
  if (connections === undefined || start?.openedUs == null) return false;
  let last = start;
  let livesS = start.expiryS ?? Infinity;
  for (const one of connections.filter(({ number }) => number > from && number <= to)) {
    if (one.clean) return false;
    // An attempt without an answer may have reached the broker, and says anew how long the session lives.
    livesS = Math.min(livesS, one.openedUs === null ? (one.expiryS ?? Infinity) : livesS);
    if (one.openedUs === null) continue;
    if (one.sessionPresent !== true || secondsBetween(last, one.openedUs) > livesS) return false;
    last = one;
    livesS = one.expiryS ?? Infinity;
  }
  return last.number === to;
}

/** Was the session surely kept from this connection on, with the client connected at the end? */
export function isKeptToEnd(connections: readonly Connection[] | undefined, from: number, endUs: number): boolean {
  const last = connections?.at(-1);
  if (last?.openedUs == null || (last.closedUs !== null && last.closedUs < endUs)) return false;
  return isKept(connections, from, last.number);
}

/** 0 where the next connection took over from one that was open. */
const secondsBetween = ({ closedUs }: Connection, openedUs: number): number =>
  closedUs === null ? 0 : Math.max(0, openedUs - closedUs) / 1e6;

/** Was the client surely connected from this moment to the end, but for takeovers by itself? */
export function isNeverAway(connections: readonly Connection[] | undefined, us: number, endUs: number): boolean {
  const opened = (connections ?? []).filter(({ openedUs }) => openedUs !== null);
  const gaps = opened.map(({ closedUs }, at) => ({ from: closedUs ?? endUs, to: opened[at + 1]?.openedUs ?? endUs }));
  const isConnected = opened[0]?.openedUs != null && opened[0].openedUs <= us;
  return isConnected && gaps.every(({ from, to }) => to <= us || from >= to);
}
