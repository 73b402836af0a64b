import type { GroupLie, MessageLie, RetainedLie, WillLie } from './book.js';
import type { Message, Published, Will } from './messages.js';

/** How a connection ended, as the broker sees it. */
export type End = 'goodbye' | 'goodbye-with-will' | 'broken' | 'mute' | 'taken-over';

/** What is known of a message that is to be delivered to one subscriber. */
export interface Delivering {
  readonly isAway: boolean;
  /** It was handed over when the subscriber knew that it has its subscription. */
  readonly isSubscribed: boolean;
  /** Nothing of its lane is held back. */
  readonly isFree: boolean;
}

/** What is known of a message that is to be given to one member of a group. */
export interface Serving {
  /** It was handed over when a member knew that it has its subscription. */
  readonly isSubscribed: boolean;
  /** There are two members for it, and the first stays. */
  readonly mayDouble: boolean;
}

/** Values of one topic, the latest last, and how long before the SUBSCRIBE each was acknowledged; negative: perhaps not yet. */
export type Shown = readonly { readonly message: Message; readonly ageMs: number }[];

/** Decides when the broker lies, and tells it only where a client can know it for a lie. */
export interface Liar {
  readonly ofMessage: (message: Published, at: Delivering) => Exclude<MessageLie, 'overtaken'> | 'held' | undefined;
  /** Asked after each delivery to a subscriber that is connected: shall its connection be cut now? That alone is no lie. */
  readonly cutsNow: () => boolean;
  readonly ofGroup: (message: Published, at: Serving) => GroupLie | 'again' | undefined;
  /** What becomes of shared subscriptions; ignored: they are granted, and nothing is ever delivered. */
  readonly sharing: 'offered' | 'refused' | 'ignored';
  /** Does this client never end a connection by itself? */
  readonly stays: (client: string) => boolean;
  /** Is a client that is back told that it has no session? Not while there is a lie that could be known only with this session. */
  readonly deniesSession: (client: string, isSettled: boolean) => boolean;
  /** How long a client that is back waits for its CONNACK. */
  readonly letsBackInAfterMs: number;
  /** Asked after each PUBREC: shall the connection be cut now? That alone is no lie. */
  readonly cutsHalfway: () => boolean;
  /** What is shown instead of the latest value; null: nothing. */
  readonly ofRetained: (values: Shown) => { readonly kind: RetainedLie; readonly message: Message | null } | undefined;
  readonly ofWill: (will: Will, end: End, watchedMs: number) => WillLie | undefined;
  /** Is the connection of before left open? */
  readonly keepsTakenOver: (client: string) => boolean;
}

/** How many in a hundred of each are lied about; 0 is the truth. */
export interface Rates {
  readonly messages: number;
  readonly retained: number;
  readonly wills: number;
  readonly takeovers: number;
  readonly groups: number;
}

/** Clients that move by themselves. */
export interface Moves {
  /** So often each client is told at a return that it has no session, every other time. */
  readonly denials: number;
  /** The publisher is cut off between PUBREC and PUBREL of every so many messages. */
  readonly halfway: number;
  readonly letsBackInAfterMs: number;
}

export interface Plan {
  readonly random: () => number;
  readonly rates: Rates;
  /** After so many deliveries to a subscriber its connection is cut, so often; every other time it is told that it has no session. */
  readonly cuts: { readonly every: number; readonly times: number };
  /** From this number on QoS 0 is delivered as it should be: that it was read is only known by what is acknowledged after it. */
  readonly lastOfQos0: number;
  /** Of a session that its client left by itself. */
  readonly deniesReturn: boolean;
  /** Nothing is hidden later than this after the first value: it must be there long enough to be missed. */
  readonly hidesForMs: number;
  readonly moves?: Moves;
  /** How the id of the member ends that moves, and of no other client. */
  readonly mover?: string;
  readonly sharing?: Liar['sharing'];
}

/** A cluster may take a second to show a value (SPREAD_US): a lie about a younger one is none. */
const SPREAD_MS = 1000;
/** And so may a subscription. */
const WATCHED_MS = 1300;

export function liarOf(plan: Plan): Liar {
  const { random, rates, cuts, lastOfQos0, deniesReturn, hidesForMs, moves, mover, sharing = 'offered' } = plan;
  const isLie = (percent: number): boolean => random() * 100 < percent;
  const turns = new Map<string, number>();
  /** By turns, so that a few lies are some of each kind. */
  const oneOf = <T>(list: readonly T[]): T | undefined => {
    const turn = turns.get(list.join()) ?? 0;
    turns.set(list.join(), turn + 1);
    return list[turn % list.length];
  };
  let [delivered, cut, returned, denials, promised] = [0, 0, 0, 0, 0];
  /** Of clients that move. */
  const returns = new Map<string, number>();
  /** A loss of QoS 2 is known for one only if the session is kept from then on. */
  const isSettled = (): boolean =>
    moves === undefined ? cut >= cuts.times && returned >= cuts.times : denials >= 2 * moves.denials;
  const mayLose = ({ isAway, isSubscribed }: Delivering): boolean =>
    isSubscribed && !(isAway && deniesReturn) && isSettled();
  return {
    ofMessage: ({ qos, seq, isResumed, isRepeated }, at) => {
      if (isResumed && at.isFree && rates.messages > 0)
        return oneOf([...(mayLose(at) ? ['forgotten' as const] : []), ...(isRepeated ? [] : ['remembered' as const])]);
      if (!at.isFree || !isLie(rates.messages)) return undefined;
      if (qos === 0) return at.isAway || seq >= lastOfQos0 ? undefined : 'twice';
      if (qos === 1) return at.isSubscribed ? oneOf(['lost', 'held']) : 'held';
      if (moves !== undefined)
        return oneOf([...(mayLose(at) ? ['lost' as const] : []), 'held', ...(isRepeated ? [] : ['again' as const])]);
      return mayLose(at)
        ? oneOf(['lost', 'twice', 'lost', 'held'])
        : oneOf(['released-twice', 'held', 'twice', 'held']);
    },
    cutsNow: () => {
      delivered += 1;
      if (cut >= cuts.times || delivered < cuts.every * (cut + 1)) return false;
      cut += 1;
      return true;
    },
    ofGroup: ({ qos, isRepeated }, { isSubscribed, mayDouble }) => {
      if (qos === 0 || !isSubscribed || !isLie(rates.groups)) return undefined;
      if (isRepeated) return 'unserved';
      return oneOf(['unserved', ...(mayDouble ? ['doubled' as const] : []), ...(qos === 2 ? ['again' as const] : [])]);
    },
    sharing,
    stays: (client) => mover === undefined || !client.endsWith(mover),
    letsBackInAfterMs: moves?.letsBackInAfterMs ?? 0,
    cutsHalfway: () => {
      promised += 1;
      return moves !== undefined && promised % moves.halfway === 0;
    },
    deniesSession: (client, mayBeKnown) => {
      if (moves !== undefined) {
        const turn = returns.get(client) ?? 0;
        // A denial that has to wait is made up for at the next return.
        const isDenied = turn % 2 === 0 && turn < 2 * moves.denials;
        if (isDenied && !mayBeKnown) return false;
        returns.set(client, turn + 1);
        if (isDenied) denials += 1;
        return isDenied;
      }
      if (!client.endsWith('-sub') || !mayBeKnown) return false;
      returned += 1;
      return returned > cuts.times ? deniesReturn : returned % 2 === 1;
    },
    ofRetained: (values) => {
      const last = values.at(-1);
      if (last === undefined || rates.retained === 0) return undefined;
      const known = values.findLastIndex(({ ageMs }) => ageMs > SPREAD_MS);
      const older = values[known - 1]?.message ?? null;
      if (known < 0) return undefined;
      const isDeleted = values[known]?.message.payload.length === 0;
      // Few come to see it, so each is lied to.
      if (isDeleted) return older === null ? undefined : { kind: 'deleted-value', message: older };
      if (last.message.payload.length === 0 || !isLie(rates.retained)) return undefined;
      if ((values[0]?.ageMs ?? Infinity) < hidesForMs && isLie(50)) return { kind: 'hidden-value', message: null };
      return older === null ? undefined : { kind: 'stale-value', message: older };
    },
    ofWill: ({ message, delayMs }, end, watchedMs) => {
      if (rates.wills === 0 || watchedMs < WATCHED_MS) return undefined;
      // There are few of each, so every other one, beginning with a lie.
      const key = `${end} ${message.qos} ${delayMs}`;
      const turn = turns.get(key) ?? 0;
      turns.set(key, turn + 1);
      if (turn % 2 === 1) return undefined;
      if (end === 'goodbye') return 'will-after-goodbye';
      if (delayMs >= 3000) return 'will-early';
      return oneOf(message.qos > 0 ? ['will-withheld', 'will-twice'] : ['will-twice']);
    },
    keepsTakenOver: () => isLie(rates.takeovers),
  };
}
