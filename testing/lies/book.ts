import type { Qos } from '../../src/domain/guarantees/history.js';

/**
 * What the broker can do wrong with a message: never deliver it, deliver it (and release it) twice, or deliver a later one of its publisher, topic and QoS first.
 * Of QoS 2, where clients move: deliver it once more, as if it were new, on a later connection of its subscriber (`again`); and both for a handshake that began on one
 * connection of its publisher and ended on the next: it is completed and never delivered (`forgotten`), or delivered once more (`remembered`).
 */
export type MessageLie = 'lost' | 'twice' | 'released-twice' | 'overtaken' | 'again' | 'forgotten' | 'remembered';

/** What it can do wrong with a message for a group: give it to no member, or to two. */
export type GroupLie = 'unserved' | 'doubled';

/** A will: it comes after a DISCONNECT, never, twice, or before its delay. */
export type WillLie = 'will-after-goodbye' | 'will-withheld' | 'will-twice' | 'will-early';

/** What a new subscriber is shown: a value of before, one that was deleted, or nothing. */
export type RetainedLie = 'stale-value' | 'deleted-value' | 'hidden-value';

/** One lie that was really told. */
export type Lie =
  | {
      readonly kind: MessageLie;
      readonly topic: string;
      readonly seq: number;
      readonly qos: Qos;
      readonly client: string;
      /** The subscription by which it was to be delivered. */
      readonly filter: string;
      /** Counts the SUBSCRIBEs of this client and filter. */
      readonly nth: number;
    }
  | {
      readonly kind: GroupLie;
      readonly topic: string;
      readonly seq: number;
      readonly qos: Qos;
      /** With `$share/` and the group. */
      readonly filter: string;
    }
  | { readonly kind: RetainedLie; readonly client: string; readonly topic: string }
  | { readonly kind: WillLie; readonly client: string; readonly seq: number }
  /** `connection`: the nth CONNECT of the client, which was told that there is no session; or which should have been ended, and was not. */
  | { readonly kind: 'session-denied' | 'not-ended'; readonly client: string; readonly connection: number };

export type LieKind = Lie['kind'];

/** What the broker writes down of itself. */
export interface Book {
  readonly lies: Lie[];
  /** How often each client has subscribed to each filter. */
  readonly subscribed: Map<string, number>;
}

export const emptyBook = (): Book => ({ lies: [], subscribed: new Map() });

export const subscriptionOf = (client: string, filter: string): string => `${client} ${filter}`;
