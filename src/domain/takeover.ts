import type { Ledger, LedgerEvent } from './ledger.js';

/** Reason code of a DISCONNECT by which a broker says that another client has connected with the same id (MQTT 5). */
const SESSION_TAKEN_OVER = 0x8e;

/** A stranger that comes back comes back often; a broker's own mishap seldom hits one connection so often. */
const CUTS_NEEDED = 3;
/** Connections that end this near to each other ended for the same reason. */
const TOGETHER_US = 100_000;
/** A broker that served somebody else this soon after a cut was well. */
const WELL_WITHIN_US = 1_000_000;

type Role = LedgerEvent['role'];

/** One connection of one client, from its CONNACK on. Microseconds of CLOCK_MONOTONIC. */
export interface ClientConnection {
  readonly sdk: string;
  readonly role: Role;
  readonly endpoint: string;
  readonly fromUs: number;
  /** Null if it lived to the end. */
  readonly toUs: number | null;
  /** Reason code of the broker's DISCONNECT, if it sent one. */
  readonly code: number | null;
  /** Whether the next connection found its session; null where there was none. */
  readonly foundSession: boolean | null;
  /** When the broker acknowledged (publisher) or delivered (subscriber) something on it; ascending. */
  readonly servedUs: readonly number[];
}

/**
 * What one client's ledger says of its connections. A role has one after the other, so the first end is that of the first connection, and so on. By
 * their times they cannot be told apart: one that is cut at once may have its end written down before its beginning.
 */
export function connectionsIn(sdk: string, { events, messages }: Ledger): ClientConnection[] {
  return (['publisher', 'subscriber'] as const).flatMap((role) => {
    const own = (what: LedgerEvent['event']): LedgerEvent[] =>
      events.filter(({ event, role: whose }) => event === what && whose === role);
    const [begun, ended] = [own('connected'), own('disconnected')];
    const times = messages.flatMap((m) => (role === 'publisher' ? m.ack_us : m.recv_us) ?? []).sort((a, b) => a - b);
    let at = 0;
    return begun.map(({ endpoint, at_us: fromUs }, i): ClientConnection => {
      const [end, next] = [ended[i], begun[i + 1]];
      const toUs = end?.at_us ?? null;
      // One after the other, as the connections are: a broker in trouble may have cut a thousand of them.
      while ((times[at] ?? Infinity) < fromUs) at += 1;
      const first = at;
      while ((times[at] ?? Infinity) <= (toUs ?? Number.MAX_VALUE)) at += 1;
      const servedUs = times.slice(first, at);
      const after = { code: end?.reason_code ?? null, foundSession: next?.session_present ?? null };
      return { sdk, role, endpoint, fromUs, toUs, ...after, servedUs };
    });
  });
}

/** Whether somebody else's connection to the same broker ended together with this one: then the broker or its network is the reason. */
const endedTogether = (cut: ClientConnection, others: readonly ClientConnection[]): boolean =>
  others.some(({ toUs }) => toUs !== null && Math.abs(toUs - (cut.toUs ?? 0)) <= TOGETHER_US);

/** Whether the same broker served somebody else across the cut, on a connection that was there before. */
function wasWell(cut: ClientConnection, others: readonly ClientConnection[]): boolean {
  const at = cut.toUs ?? 0;
  return others.some(({ fromUs, servedUs }) => fromUs < at && servedUs.some((t) => t > at && t <= at + WELL_WITHIN_US));
}

/** What is known of the phase whose ledgers these are. */
export interface PhaseFacts {
  /** A broker that is broken on purpose ends connections, and may lose sessions. */
  readonly faultInForce: boolean;
  /** Whether the subscriber asked for a session that outlives its connections. */
  readonly keptSession: boolean;
}

function cutAlone(sdk: string, all: readonly ClientConnection[]): number {
  const cuts = all.filter(
    (c) => c.sdk === sdk && c.role === 'subscriber' && c.toUs !== null && c.foundSession === false,
  );
  const otherThan = (cut: ClientConnection): ClientConnection[] =>
    all.filter((c) => c.endpoint === cut.endpoint && (c.sdk !== sdk || c.role !== cut.role));
  const alone = cuts.filter((cut) => !endedTogether(cut, otherThan(cut)));
  return alone.some((cut) => wasWell(cut, otherThan(cut))) ? alone.length : 0;
}

/**
 * Why it must be that another client used the client id of `sdk`, in words; null where the ledgers of its phase do not show that. A broker that fails
 * shows neither: it does not say 0x8e to a client that is still there, and it does not cut one client alone, again and again, and lose its session each time,
 * while it serves the others.
 */
export function takeoverOf(sdk: string, all: readonly ClientConnection[], facts: PhaseFacts): string | null {
  const told = all.filter((c) => c.sdk === sdk && c.code === SESSION_TAKEN_OVER);
  if (told.length > 0) {
    const roles = [...new Set(told.map(({ role }) => role))].join(' and ');
    return `another client used the client id of the ${roles}: the broker said so (DISCONNECT 0x8e, session taken over), ${told.length === 1 ? 'once' : `${told.length} times`}`;
  }
  const cuts = facts.faultInForce || !facts.keptSession ? 0 : cutAlone(sdk, all);
  if (cuts < CUTS_NEEDED) return null;
  return `another client used the client id of the subscriber: with nothing broken, its connection alone ended ${cuts} times, and each time its session was gone, while the broker served others`;
}
