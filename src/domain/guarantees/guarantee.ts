import type { History } from './history.js';

/** In the order of the matrix of a report. */
export const GUARANTEE_NAMES = [
  'at-least-once',
  'at-most-once',
  'exactly-once',
  'order',
  'session',
  'retained',
  'will',
  'shared',
  'takeover',
  'reach',
] as const;
export type GuaranteeName = (typeof GUARANTEE_NAMES)[number];

/** `not offered`: the broker says that it lacks the feature, or the workload found it out by a delivery that never came. */
export type GuaranteeState = 'held' | 'violated' | 'undecided' | 'not offered';

/** What a checker has to know besides the history: without it, what depends on it is undecided. */
export interface Circumstances {
  /** What was done to the cluster; null: nothing. */
  readonly fault: {
    readonly injectedUs: number;
    /** Null: it was not proved to be over. */
    readonly recoveredUs: number | null;
    /** host:port of the brokers that were hurt; null where nobody can tell. */
    readonly victims: readonly string[] | null;
  } | null;
  readonly broker: BrokerLimits;
}

/** What a broker declares about itself; by its driver. */
export interface BrokerLimits {
  /** Does what was acknowledged survive the death of one broker? Null: it is not declared. */
  readonly survivesDeath: boolean | null;
  /** Messages that a session keeps for a client that is away; null: it is not declared. */
  readonly queuedMessages: number | null;
  /** Messages that may be on their way to one client; null: it is not declared. */
  readonly inFlightMessages: number | null;
}

export const NO_LIMITS: BrokerLimits = { survivesDeath: null, queuedMessages: null, inFlightMessages: null };

/** One thing that happened, of the few that show a violation. */
export interface Moment {
  readonly us: number;
  /** A client, or the broker at an endpoint. */
  readonly who: string;
  /** What a time line shows. */
  readonly what: 'send' | 'ack' | 'receive' | 'connect' | 'close' | 'subscribe' | 'never';
  /** One short phrase: `sends 12`. */
  readonly text: string;
}

export interface Violation {
  /** One sentence that names the message and what is wrong. */
  readonly text: string;
  /** The shortest history that shows it, in time order. */
  readonly moments: readonly Moment[];
}

/** What one checker found in one history. */
export interface Judgement {
  readonly state: GuaranteeState;
  /** How many cases the rule was applied to. */
  readonly checked: number;
  /** How many of them nobody can decide from outside. */
  readonly undecided: number;
  /** Why there is no answer; or what was seen and is not judged. Empty: nothing. */
  readonly why: string;
  readonly violations: readonly Violation[];
}

/** One guarantee of MQTT, and the checker that judges it. */
export interface Guarantee {
  readonly name: GuaranteeName;
  /** The rule in one sentence, as a person reads it. */
  readonly rule: string;
  /** Section of the standard: 3.1.1, or 5 where it says so. */
  readonly section: string;
  /** What a history must have recorded. */
  readonly needs: string;
  /** What cannot be known from outside, and so is never a violation. */
  readonly unknown: string;
  readonly judge: (history: History, circumstances: Circumstances) => Judgement;
}

/** A judgement by what was found: any violation violates; without any, a case that nobody can decide leaves it undecided, and so does having seen no case. */
export function judgementOf(found: {
  readonly checked: number;
  readonly violations: readonly Violation[];
  readonly undecided?: number;
  readonly why?: string;
}): Judgement {
  const { checked, violations, undecided = 0, why = '' } = found;
  if (violations.length > 0) return { state: 'violated', checked, undecided, why, violations };
  const isOpen = checked === 0 || undecided > 0;
  const reason = why === '' && checked === 0 ? 'nothing that it applies to was recorded' : why;
  return { state: isOpen ? 'undecided' : 'held', checked, undecided, why: reason, violations };
}

/** No answer at all, and why. */
export const undecidedBecause = (why: string): Judgement => judgementOf({ checked: 0, violations: [], why });

export const notOffered = (why: string): Judgement => ({
  ...undecidedBecause(why),
  state: 'not offered',
});

/** What one guarantee came to for one SDK in one phase, as a run's record keeps it. */
export interface GuaranteeResult extends Pick<Judgement, 'state' | 'checked' | 'undecided' | 'why'> {
  readonly guarantee: GuaranteeName;
  readonly phase: 'control' | 'fault' | 'validation';
  readonly sdk: string;
  /** How many. */
  readonly violations: number;
  /** The first of them, in full. */
  readonly shown: readonly Violation[];
}

/** A record keeps this many violations of one guarantee, SDK and phase in full. */
export const SHOWN_VIOLATIONS = 3;
