import type { RetainedLie, WillLie } from './book.js';
import type { Message, Will } from './messages.js';

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

/** Values of one topic, the latest last, and how long before the SUBSCRIBE each was acknowledged; negative: perhaps not yet. */
export type Shown = readonly { readonly message: Message; readonly ageMs: number }[];

/** Decides when the broker lies, and tells it only where a client can know it for a lie. */
export interface Liar {
  readonly ofMessage: (message: Message, at: Delivering) => 'lost' | 'twice' | 'released-twice' | 'held' | undefined;
  /** Asked after each delivery to a subscriber that is connected: shall its connection be cut now? That alone is no lie. */
  readonly cutsNow: () => boolean;
  /** Is a client that is back told that it has no session? */
  readonly deniesSession: (client: string) => boolean;
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
}

/** A cluster may take a second to show a value (SPREAD_US): a lie about a younger one is none. */
const SPREAD_MS = 1000;
/** And so may a subscription. */
const WATCHED_MS = 1300;

export function liarOf({ random, rates, cuts, lastOfQos0, deniesReturn, hidesForMs }: Plan): Liar {
  const isLie = (percent: number): boolean => random() * 100 < percent;
  const turns = new Map<string, number>();
  /** By turns, so that a few lies are some of each kind. */
  const oneOf = <T>(list: readonly T[]): T | undefined => {
    const turn = turns.get(list.join()) ?? 0;
    turns.set(list.join(), turn + 1);
    return list[turn % list.length];
  };
  let [delivered, cut, returned] = [0, 0, 0];
  /** A loss of QoS 2 is known for one only if the session is kept from then on. */
  const isSettled = (): boolean => cut >= cuts.times && returned >= cuts.times;
  const mayLose = ({ isAway, isSubscribed }: Delivering): boolean =>
    isSubscribed && !(isAway && deniesReturn) && isSettled();
  return {
    ofMessage: ({ qos, seq }, at) => {
      if (!at.isFree || !isLie(rates.messages)) return undefined;
      if (qos === 0) return at.isAway || seq >= lastOfQos0 ? undefined : 'twice';
      if (qos === 1) return at.isSubscribed ? oneOf(['lost', 'held']) : 'held';
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
    deniesSession: (client) => {
      if (!client.endsWith('-sub')) return false;
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
