import type { Behaviour, SeenPublish, Treatment } from './behaviour.js';
import type { MessageTruth } from './truth.js';

/** Every way in which the scripted broker treats a message of a run wrongly, or late, or oddly. */
export const lieNames = [
  'acknowledged-and-dropped',
  'neither-acknowledged-nor-delivered',
  'delivered-unacknowledged',
  'twice',
  'twice-flagged',
  'five-times',
  'swapped',
  'delayed-fixed',
  'delayed-random',
  'acknowledged-late',
  'stray-before',
  'stall',
  'publisher-cut-unprocessed',
  'publisher-cut-unacknowledged',
  'publisher-cut-acknowledged',
  'subscriber-cut-undelivered',
  'subscriber-cut-delivered',
  'session-lost',
  'delayed-long',
] as const;
export type LieName = (typeof lieNames)[number];

/** Share of the messages that get it; the rest happens a few times in a run, far enough apart to reconnect between. */
const shares: Partial<Record<LieName, number>> = {
  'acknowledged-and-dropped': 0.01,
  'neither-acknowledged-nor-delivered': 0.005,
  'delivered-unacknowledged': 0.005,
  twice: 0.01,
  'twice-flagged': 0.01,
  'five-times': 0.005,
  swapped: 0.01,
  'delayed-fixed': 0.02,
  'delayed-random': 0.02,
  'acknowledged-late': 0.01,
  'stray-before': 0.005,
};
/** Only the last message of a run comes so late: later than the rest, and well before anybody may stop waiting. */
const LAST: LieName = 'delayed-long';
const LONG_DELAY_MS = 3000;
const rare = lieNames.filter((name) => shares[name] === undefined && name !== LAST);

const FIXED_DELAY_MS = 120;
const RANDOM_DELAY_MS = 400;
const STALL_MS = 1500;

/** Which message of a run is lied about, and how. */
export type Script = ReadonlyMap<number, { readonly lie: LieName; readonly delayMs: number }>;

/** The same script for the same source of chance. Each rare lie is told `rareTimes` times, spread over the run without touching its end. */
export function scriptFrom(random: () => number, count: number, rareTimes: number): Script {
  const script = new Map<number, { lie: LieName; delayMs: number }>();
  const rareLies = shuffled(
    rare.flatMap((lie) => Array.from({ length: rareTimes }, () => lie)),
    random,
  );
  const stride = (count * 0.9) / Math.max(1, rareLies.length);
  const rareAt = new Map(rareLies.map((lie, i) => [Math.floor(count * 0.05 + i * stride), lie]));
  for (let seq = 0; seq < count; seq += 1) {
    const lie = rareAt.get(seq) ?? commonLie(random());
    const delayMs = Math.floor(random() * RANDOM_DELAY_MS);
    if (lie !== undefined) script.set(seq, { lie, delayMs });
  }
  if (count > 0) script.set(count - 1, { lie: LAST, delayMs: LONG_DELAY_MS });
  return script;
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const keyed = values.map((value) => ({ value, key: random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
}

function commonLie(chance: number): LieName | undefined {
  let below = 0;
  for (const [name, share] of Object.entries(shares)) {
    below += share;
    if (chance < below) return name as LieName;
  }
  return undefined;
}

/**
 * Messages for which a client did not do its part, whatever it says of them: given up although nothing kept it from sending them again, or not waited
 * for although it was coming. What came due while the client still waited, and its lost session had no subscription, is the broker's own doing.
 */
export function neglected(
  script: Script,
  truth: ReadonlyMap<number, MessageTruth>,
  { planned, endUs }: { readonly planned: number; readonly endUs: number },
): number[] {
  const seqs = Array.from({ length: planned }, (_, seq) => seq);
  return seqs.filter((seq) => {
    const [lie, told] = [script.get(seq)?.lie, truth.get(seq)];
    const unanswered = lie === 'neither-acknowledged-nor-delivered' || lie === 'delivered-unacknowledged';
    if (!unanswered && (told?.pubacksUs.length ?? 0) === 0) return true;
    const dropped = told?.droppedUs.some((us) => us <= endUs) ?? false;
    return lie === LAST && !dropped && (told?.deliveries.length ?? 0) === 0;
  });
}

/** The broker that tells these lies. Logins and subscriptions are refused a few times, too, each time in another way. */
export function scripted(script: Script): Behaviour {
  let refusals = 0;
  return {
    // The first SUBSCRIBE of all, and the first one after a session was lost, are refused; the second is granted less than was asked for.
    suback: (nth) => ({ 1: 0x80, 2: 0 })[nth] ?? (nth % 3 === 1 ? 0x80 : 1),
    // Every other return of a publisher is refused first: unavailable, bad password, not authorised.
    connack: ({ role, nth }) => (role === 'publisher' && nth % 3 === 2 ? 3 + (refusals++ % 3) : 0),
    treat: (publish) => {
      const planned = script.get(publish.seq);
      return planned && treatmentOf(planned.lie, planned.delayMs, publish);
    },
  };
}

/** What is lost or unacknowledged stays so, however often it comes; everything else happens to the first arrival alone. */
function treatmentOf(lie: LieName, delayMs: number, { nth, message }: SeenPublish): Treatment | undefined {
  if (lie === 'acknowledged-and-dropped') return { copies: 0 };
  if (lie === 'neither-acknowledged-nor-delivered') return { puback: false, copies: 0 };
  if (lie === 'delivered-unacknowledged') return { puback: false };
  if (nth > 1) return undefined;
  switch (lie) {
    case 'twice':
      return { copies: 2 };
    case 'twice-flagged':
      return { copies: 2, flagged: true };
    case 'five-times':
      return { copies: 5, flagged: true };
    case 'swapped':
      return { swapped: true };
    case 'delayed-fixed':
      return { deliverAfterMs: FIXED_DELAY_MS };
    case 'delayed-random':
    case 'delayed-long':
      return { deliverAfterMs: delayMs };
    case 'acknowledged-late':
      return { pubackAfterMs: delayMs };
    case 'stray-before':
      return { strays: straysLike(message.payload) };
    case 'stall':
      return { stallMs: STALL_MS };
    case 'publisher-cut-unprocessed':
      return { cut: 'publisher-unprocessed' };
    case 'publisher-cut-unacknowledged':
      return { cut: 'publisher-unacknowledged' };
    case 'publisher-cut-acknowledged':
      return { cut: 'publisher-acknowledged' };
    case 'subscriber-cut-undelivered':
      return { cut: 'subscriber-undelivered' };
    case 'subscriber-cut-delivered':
      return { cut: 'subscriber-delivered' };
    case 'session-lost':
      return { cut: 'subscriber-undelivered', losesSession: true };
  }
}

/** Nearly ours, and yet nobody's. */
export function straysLike(payload: Buffer): string[] {
  const own = JSON.parse(payload.toString()) as object;
  const others = [{ run: 'other' }, { phase: 'other' }, { publisher: 'other' }, { seq: 10 ** 9 }, { seq: -1 }];
  return ['', 'no JSON', '[]', ...others.map((other) => JSON.stringify({ ...own, ...other }))];
}
