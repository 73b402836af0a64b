import { cutLink, matches, send } from '../truth/sessions.js';
import type { MessageLie } from './book.js';
import type { Message, Published } from './messages.js';
import { lasts, later, nowMs, type Broker, type Filter, type Guest, type Session } from './state.js';

/** Nobody comes to overtake it: it is only late. */
const HELD_MS = 300;

/** A message to everybody who subscribed to it, truthfully or not. */
export function route(broker: Broker, message: Published): void {
  lasts(broker);
  for (const session of broker.sessions.values())
    for (const [name, filter] of session.filters)
      if (matches(name, message.topic)) {
        const qos = Math.min(filter.qos, message.qos) as Message['qos'];
        passOn(broker, session, { ...message, qos, retain: false }, name, filter);
      }
}

function passOn(broker: Broker, session: Session, message: Published, name: string, filter: Filter): void {
  const { topic, seq, qos } = message;
  const tell = (kind: MessageLie): void =>
    void broker.book.lies.push({ kind, topic, seq, qos, client: session.clientId, filter: name, nth: filter.nth });
  const lane = `${message.publisher} ${topic} ${qos}`;
  const overtaken = session.held.get(lane);
  const isAway = session.link === undefined;
  const lie = broker.liar.ofMessage(message, {
    isAway,
    isSubscribed: message.afterMs > filter.readMs,
    isFree: !overtaken,
  });
  if (lie === 'held') return hold(broker, session, lane, message);
  if (lie === 'lost') return tell('lost');
  deliver(session, message);
  if (lie === 'twice' || lie === 'released-twice') {
    deliver(session, message);
    tell(lie);
  }
  if (overtaken !== undefined) {
    overtaken();
    tell('overtaken');
  }
  if (session.link !== undefined && !session.isLeaving && broker.liar.cutsNow()) leave(session);
}

function hold(broker: Broker, session: Session, lane: string, message: Message): void {
  const release = (): void => {
    if (session.held.get(lane) !== release) return;
    session.held.delete(lane);
    deliver(session, message);
  };
  session.held.set(lane, release);
  later(broker, HELD_MS, release);
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

export function deliver(session: Session, message: Message): void {
  const { link } = session;
  if (link === undefined || session.isLeaving) return void session.waiting.push(message);
  const { topic, payload, qos, retain } = message;
  const id = qos === 0 ? undefined : nextId(session);
  if (id !== undefined) session.inFlight.set(id, { message, sentMs: nowMs(), released: false });
  send(link, { cmd: 'publish', topic, payload, qos, retain, dup: false, ...(id !== undefined && { messageId: id }) });
}

function nextId(session: Session): number {
  do session.lastId = (session.lastId % 65_535) + 1;
  while (session.inFlight.has(session.lastId));
  return session.lastId;
}

/** PUBACK or PUBREC: what was sent before it has been read, too. */
export function isRead({ inFlight, filters }: Session, messageId: number): void {
  const sentMs = inFlight.get(messageId)?.sentMs ?? -Infinity;
  for (const filter of filters.values())
    if (filter.readMs === Infinity && sentMs >= filter.sinceMs) filter.readMs = nowMs();
}

/** 4.4: what was not acknowledged comes again under its id; then what has waited. */
export function resume(session: Session, link: Guest): void {
  session.link = link;
  session.isLeaving = false;
  for (const [messageId, { message, released }] of session.inFlight) {
    const { topic, payload, qos, retain } = message;
    if (released) send(link, { cmd: 'pubrel', messageId });
    else send(link, { cmd: 'publish', topic, payload, qos, retain, dup: true, messageId });
  }
  for (const message of session.waiting.splice(0)) deliver(session, message);
}
