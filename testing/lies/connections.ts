import type { Socket } from 'node:net';
import type { IConnackPacket, IConnectPacket } from 'mqtt-packet';
import { monotonicUs } from '../../src/host/os/clock.js';
import { cutLink, send } from '../truth/sessions.js';
import { resume } from './delivery.js';
import { leaveToOthers } from './groups.js';
import type { End } from './liar.js';
import { lasts, nowMs, type Broker, type Guest, type Session } from './state.js';
import { lastWords, willOf } from './wills.js';

const SESSION_TAKEN_OVER = 0x8e;

/** Once for each connection, by whatever ends it first. */
export function ended(broker: Broker, guest: Guest, end: End): void {
  if (!broker.guests.delete(guest)) return;
  const session = broker.sessions.get(guest.clientId);
  if (session?.link === guest) {
    session.link = undefined;
    if (session.expiryMs === 0) broker.sessions.delete(guest.clientId);
    leaveToOthers(broker, session);
  }
  lastWords(broker, guest, end);
}

/** Which CONNECT of its client it is, let in or not. */
export function asked({ connects, seen }: Broker, { clientId }: IConnectPacket): number {
  const nth = (connects.get(clientId) ?? 0) + 1;
  connects.set(clientId, nth);
  seen.connects += 1;
  return nth;
}

/** A CONNECT, which is always let in. */
export function connected(broker: Broker, socket: Socket, packet: IConnectPacket, nth: number): Guest {
  const { clientId } = packet;
  const version = packet.protocolVersion === 5 ? 5 : 4;
  const clean = packet.clean ?? false;
  const asked = version === 5 ? (packet.properties?.sessionExpiryInterval ?? 0) : clean ? 0 : Infinity;
  lasts(broker);
  const guest: Guest = {
    ...{ socket, clientId, version, nth, openedUs: monotonicUs(), cut: false, goodbye: false },
    ...{ heardMs: nowMs(), letInMs: nowMs() },
    ...{ keepAliveMs: (packet.keepalive ?? 0) * 1000, will: willOf(packet, asked * 1000) },
  };
  const before = broker.sessions.get(clientId);
  if (before?.link !== undefined) takeOver(broker, before.link);
  const kept = clean ? undefined : before;
  const isDenied = kept !== undefined && broker.liar.deniesSession(clientId, isSettled(kept));
  if (isDenied) deny(broker, kept, nth);
  const sessionPresent = kept !== undefined && !isDenied;
  send(guest, { cmd: 'connack', sessionPresent, ...(version === 5 ? offersOf(broker) : { returnCode: 0 }) });
  broker.guests.add(guest);
  // A session that is there again in time keeps its will back.
  if (kept !== undefined) clearTimeout(broker.wills.get(clientId));
  const session = kept ?? newSession(clientId, asked * 1000);
  broker.sessions.set(clientId, session);
  resume(session, guest);
  return guest;
}

/** MQTT 5 has a word for a broker that has no shared subscriptions, and none for one that has. */
const offersOf = ({ liar }: Broker): Pick<IConnackPacket, 'reasonCode' | 'properties'> => ({
  reasonCode: 0,
  ...(liar.sharing === 'refused' && { properties: { sharedSubscriptionAvailable: false } }),
});

/** Is there no lie that could be known for one only with this session? What waits comes on one connection, with its second copy. */
const isSettled = ({ isUnsettled, inFlight }: Session): boolean =>
  !isUnsettled && ![...inFlight.values()].some(({ parcel }) => parcel.isAgain);

/** What it holds is delivered all the same. */
function deny({ book, sessions }: Broker, session: Session, connection: number): void {
  const { clientId: client, incoming, again } = session;
  book.lies.push({ kind: 'session-denied', client, connection });
  again.length = 0;
  for (const one of incoming.values()) one.isDropped = true;
  // Whether what its client published last is acknowledged may never be known to it.
  for (const { held } of sessions.values())
    for (const [lane, { release }] of held) if (lane.startsWith(`${client} `)) release();
}

function takeOver(broker: Broker, first: Guest): void {
  if (broker.liar.keepsTakenOver(first.clientId))
    return void broker.book.lies.push({ kind: 'not-ended', client: first.clientId, connection: first.nth });
  if (first.version === 5) send(first, { cmd: 'disconnect', reasonCode: SESSION_TAKEN_OVER });
  cutLink(first);
  ended(broker, first, 'taken-over');
}

const newSession = (clientId: string, expiryMs: number): Session => ({
  ...{ clientId, expiryMs, filters: new Map(), link: undefined, isLeaving: false, waiting: [] },
  ...{ late: [], again: [] },
  ...{ inFlight: new Map(), incoming: new Map(), lastId: 0, held: new Map(), isUnsettled: false },
});
