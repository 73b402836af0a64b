import { matches } from '../truth/sessions.js';
import type { GroupLie } from './book.js';
import { deliver, grantedOf } from './delivery.js';
import { nameOf, type Parcel, type Published } from './messages.js';
import { later, type Broker, type Filter, type Session } from './state.js';

/** How long a message for a member that moves takes: so some are under way when it goes. */
const LATE_MS = 60;

/** 4.8.2 of MQTT 5: the group, and the filter that its members share; undefined: an ordinary filter. */
const sharedBy = (name: string): string | undefined => /^\$share\/[^/]+\/(.+)$/.exec(name)?.[1];

export const isShared = (name: string): boolean => sharedBy(name) !== undefined;

interface Member {
  readonly session: Session;
  readonly filter: Filter;
}

/** The groups of this topic, by the whole filter. */
function groupsOf({ sessions }: Broker, topic: string): Map<string, Member[]> {
  const groups = new Map<string, Member[]>();
  for (const session of sessions.values())
    for (const [name, filter] of session.filters) {
      const wanted = sharedBy(name);
      if (wanted !== undefined && matches(wanted, topic))
        groups.set(name, [...(groups.get(name) ?? []), { session, filter }]);
    }
  return groups;
}

const isReachable = ({ session: { link, isLeaving } }: Member): boolean => link !== undefined && !isLeaving;

/** To one member of each group, truthfully or not. */
export function passToGroups(broker: Broker, message: Published): void {
  if (broker.liar.sharing !== 'offered') return;
  for (const [name, members] of groupsOf(broker, message.topic)) serve(broker, message, name, members);
}

function serve(broker: Broker, message: Published, name: string, members: readonly Member[]): void {
  const { liar, lost } = broker;
  const key = `${name} ${nameOf(message)}`;
  if (message.isCopy && lost.has(key)) return;
  const reachable = members.filter(isReachable);
  // Whoever leaves by itself may have had it without a word.
  const staying = reachable.filter(({ session }) => liar.stays(session.clientId));
  const lie = liar.ofGroup(message, {
    isSubscribed: members.some(({ filter }) => message.afterMs > filter.readMs),
    mayDouble: staying.length > 0 && reachable.length > 1,
  });
  if (lie === 'unserved') {
    lost.add(key);
    return tell(broker, message, name, lie);
  }
  if (lie === 'doubled') return double(broker, message, name, { staying, reachable });
  const chosen = nextOf(broker, name, reachable.length > 0 ? reachable : members);
  if (chosen === undefined) return;
  const again = (): void => repeat(broker, message, name, chosen);
  pass(broker, chosen.session, { ...parcelOf(message, name, chosen), ...(lie === 'again' && { taken: again }) });
}

function tell({ book }: Broker, { topic, seq, qos }: Published, filter: string, kind: GroupLie): void {
  book.lies.push({ kind, topic, seq, qos, filter });
}

/** To a second one when the first has it: else nobody knows who of them was the second. */
function double(
  broker: Broker,
  message: Published,
  name: string,
  { staying, reachable }: Readonly<Record<'staying' | 'reachable', readonly Member[]>>,
): void {
  const first = nextOf(broker, name, staying);
  const others = reachable.filter((member) => member !== first);
  const second = nextOf(broker, name, others);
  if (first === undefined || second === undefined) return;
  const taken = (): void => {
    deliver(second.session, { message: grantedOf(message, second.filter) });
    tell(broker, message, name, 'doubled');
  };
  deliver(first.session, { ...parcelOf(message, name, first), taken });
}

/** To the same one, as if it were new. */
function repeat({ book }: Broker, message: Published, name: string, { session, filter }: Member): void {
  const { topic, seq, qos } = message;
  deliver(session, { message: grantedOf(message, filter), isAgain: true });
  book.lies.push({ kind: 'again', topic, seq, qos, client: session.clientId, filter: name, nth: filter.nth });
}

const parcelOf = (message: Published, group: string, { filter }: Member): Parcel => ({
  message: grantedOf(message, filter),
  group,
});

function pass(broker: Broker, session: Session, parcel: Parcel): void {
  if (broker.liar.stays(session.clientId)) return deliver(session, parcel);
  session.late.push(parcel);
  later(broker, LATE_MS, () => {
    const first = session.late.shift();
    if (first !== undefined) deliver(session, first);
  });
}

/** Round robin. */
function nextOf({ turns }: Broker, name: string, members: readonly Member[]): Member | undefined {
  const turn = turns.get(name) ?? 0;
  turns.set(name, turn + 1);
  return members[turn % members.length];
}

/** What a member has not acknowledged when its connection ends: of QoS 1 every other message goes to another member, and the rest waits for this one. */
export function leaveToOthers(broker: Broker, session: Session): void {
  const isPassedOn = ({ message, group }: Parcel): boolean => {
    if (group === undefined || message.qos !== 1 || message.seq % 2 === 1) return false;
    const others =
      groupsOf(broker, message.topic)
        .get(group)
        ?.filter((member) => member.session !== session) ?? [];
    const other = nextOf(broker, group, others.filter(isReachable));
    if (other !== undefined) deliver(other.session, { message, group });
    return other !== undefined;
  };
  for (const [id, { parcel }] of session.inFlight) if (isPassedOn(parcel)) session.inFlight.delete(id);
  session.waiting.push(...session.late.splice(0).filter((parcel) => !isPassedOn(parcel)));
}
