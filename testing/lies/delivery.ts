import { cutLink, send } from '../truth/sessions.js';
import type { MessageLie } from './book.js';
import { nameOf, type Message, type Parcel, type Published } from './messages.js';
import { later, nowMs, type Broker, type Filter, type Guest, type Session } from './state.js';

/** Nobody comes to overtake it: it is only late. */
const HELD_MS = 2000;

/** A message as a subscription gets it. */
export const grantedOf = (message: Published, { qos }: Pick<Filter, 'qos'>): Published => ({
  ...message,
  qos: Math.min(qos, message.qos) as Message['qos'],
  retain: false,
});

/** A message to one subscriber. */
export function passOn(
  broker: Broker,
  session: Session,
  published: Published,
  { name, filter }: { readonly name: string; readonly filter: Filter },
): void {
  const message = grantedOf(published, filter);
  const { topic, seq, qos } = message;
  const tell = (kind: MessageLie): void =>
    void broker.book.lies.push({ kind, topic, seq, qos, client: session.clientId, filter: name, nth: filter.nth });
  const key = `${session.clientId} ${name} ${nameOf(message)}`;
  const lane = `${message.publisher} ${topic} ${qos}`;
  const overtaken = session.held.get(lane);
  if (message.isCopy) {
    if (overtaken?.seq === seq) overtaken.release();
    // Once lost it must stay so.
    return broker.lost.has(key) ? undefined : deliver(session, { message });
  }
  const lie = broker.liar.ofMessage(message, {
    isAway: session.link === undefined,
    isSubscribed: message.afterMs > filter.readMs,
    isFree: overtaken === undefined,
  });
  if (lie !== undefined && qos === 2) unsettle(broker, message);
  if (lie === 'held') return hold(broker, session, lane, message);
  if (lie === 'lost' || lie === 'forgotten') {
    broker.lost.add(key);
    return tell(lie);
  }
  deliver(session, lie === 'again' || lie === 'remembered' ? twoTimes(session, message, () => tell(lie)) : { message });
  if (lie === 'twice' || lie === 'released-twice') {
    deliver(session, { message, isAgain: true });
    tell(lie);
  }
  if (overtaken !== undefined) {
    overtaken.release();
    tell('overtaken');
  }
  if (session.link !== undefined && !session.isLeaving && broker.liar.cutsNow()) leave(session);
}

function unsettle({ sessions }: Broker, { publisher }: Message): void {
  const session = sessions.get(publisher);
  if (session !== undefined) session.isUnsettled = true;
}

/** The second copy comes after the subscriber has said that it has the first, and on another connection. */
const twoTimes = (session: Session, message: Message, tell: () => void): Parcel => ({
  message,
  taken: () =>
    session.again.push(() => {
      deliver(session, { message, isAgain: true });
      tell();
    }),
});

function hold(broker: Broker, session: Session, lane: string, message: Message): void {
  const held = {
    seq: message.seq,
    release: (): void => {
      if (session.held.get(lane) !== held) return;
      session.held.delete(lane);
      deliver(session, { message });
    },
  };
  session.held.set(lane, held);
  later(broker, HELD_MS, held.release);
}

/** Cut in order, with nothing in flight: whatever was written is read, and nothing is owed to anybody. */
function leave(session: Session): void {
  session.isLeaving = true;
  leaveWhenIdle(session);
}

export function leaveWhenIdle(session: Session): void {
  if (!session.isLeaving || session.inFlight.size > 0 || session.link === undefined) return;
  cutLink(session.link);
  session.link = undefined;
}

export function deliver(session: Session, parcel: Parcel): void {
  const { link } = session;
  if (link === undefined || session.isLeaving) return void session.waiting.push(parcel);
  const { topic, payload, qos, retain } = parcel.message;
  const id = qos === 0 ? undefined : nextId(session);
  if (id !== undefined) session.inFlight.set(id, { parcel, sentMs: nowMs(), released: false });
  send(link, { cmd: 'publish', topic, payload, qos, retain, dup: false, ...(id !== undefined && { messageId: id }) });
}

function nextId(session: Session): number {
  do session.lastId = (session.lastId % 65_535) + 1;
  while (session.inFlight.has(session.lastId));
  return session.lastId;
}

/** PUBACK or PUBREC: what was sent before it has been read, too. */
export function isRead({ inFlight, filters }: Session, messageId: number): void {
  const flight = inFlight.get(messageId);
  const sentMs = flight?.sentMs ?? -Infinity;
  for (const filter of filters.values())
    if (filter.readMs === Infinity && sentMs >= filter.sinceMs) filter.readMs = nowMs();
  if (flight?.released === false) flight.parcel.taken?.();
}

/** 4.4: what was not acknowledged comes again under its id; then what has waited. */
export function resume(session: Session, link: Guest): void {
  session.link = link;
  session.isLeaving = false;
  for (const [messageId, { parcel, released }] of session.inFlight) {
    const { topic, payload, qos, retain } = parcel.message;
    if (released) send(link, { cmd: 'pubrel', messageId });
    else send(link, { cmd: 'publish', topic, payload, qos, retain, dup: parcel.isAgain !== true, messageId });
  }
  for (const parcel of session.waiting.splice(0)) deliver(session, parcel);
  for (const deliverAgain of session.again.splice(0)) deliverAgain();
}
