import type { MqttVersion } from '../../src/domain/mqtt.js';
import type { Plan, Rates } from './liar.js';

/** What has to happen until a run is over; undefined: its client knows by itself. */
export interface Over {
  readonly publishes?: number;
  readonly connects?: number;
}

/** One run of one workload, and how it is lied to. */
export interface LyingRun {
  readonly workload: 'qos-mix' | 'sessions' | 'retained' | 'wills' | 'failover' | 'shared';
  readonly version: MqttVersion;
  readonly environment: Readonly<Record<string, string>>;
  readonly plan: Omit<Plan, 'random'>;
  readonly over?: Over;
}

const NONE: Rates = { messages: 0, retained: 0, wills: 0, takeovers: 0, groups: 0 };
const QUIET: Omit<Plan, 'random' | 'rates'> = {
  cuts: { every: 0, times: 0 },
  lastOfQos0: 0,
  deniesReturn: false,
  hidesForMs: 0,
};

/** The order of messages in flight together is not judged: one at a time. */
const ONE_AT_A_TIME = { IN_FLIGHT: '1' };

/** QoS 0, 1 and 2 side by side; the subscriber is cut off a few times in the first half. */
export const qosMix = (version: MqttVersion, count: number, cuts: number): LyingRun => ({
  workload: 'qos-mix',
  version,
  environment: { ...ONE_AT_A_TIME, MESSAGE_COUNT: String(count), MESSAGE_RATE: '100' },
  over: { publishes: count },
  plan: {
    ...QUIET,
    rates: { ...NONE, messages: 25 },
    lastOfQos0: Math.floor(count / 3) - 10,
    cuts: { every: Math.floor(count / 2 / Math.max(1, cuts)), times: cuts },
  },
});

const SESSIONS_COUNT = 280;

/** A subscriber that leaves for most of the run, and is then told that it has no session, or has lost what came meanwhile. */
export const sessions = (version: MqttVersion, deniesReturn: boolean): LyingRun => ({
  workload: 'sessions',
  version,
  environment: {
    ...{
      ...ONE_AT_A_TIME,
      MESSAGE_COUNT: String(SESSIONS_COUNT),
      MESSAGE_RATE: '80',
      QOS: '1,2',
      TOPICS: '2',
      NEW_TOPIC_EVERY_MS: '1500',
    },
    ...{ OFFLINE_AT_MS: '700', RESUME_AT_MS: '2000' },
  },
  over: { publishes: SESSIONS_COUNT },
  plan: { ...QUIET, rates: { ...NONE, messages: 15 }, deniesReturn },
});

/** A hidden value is only missed by who stays long enough, and before it is deleted. */
const STAY_MS = 8000;

export const retained = (version: MqttVersion, seconds: number): LyingRun => ({
  workload: 'retained',
  version,
  environment: {
    ...{ MESSAGE_COUNT: String(seconds * 20), MESSAGE_RATE: '20', TOPICS: '2', READER_INTERVAL_MS: '100' },
  },
  plan: { ...QUIET, rates: { ...NONE, retained: 60 }, hidesForMs: Math.max(0, seconds * 1000 - STAY_MS) },
});

export interface Deaths {
  /** `kind:qos:delay_s`, as DEATHS has them. */
  readonly kinds: readonly string[];
  /** How often each of them, and how many takeovers before. */
  readonly times: number;
  readonly takeovers: number;
  /** Percent of them in which the first connection is not ended, which is seen after 5 s. */
  readonly notEnded: number;
}

/**
 * Takeovers from the start on. From 1.7 s on, when somebody has waited for wills long enough, every other way to die. A client that is mute has died with its
 * last packet, which may be its CONNECT, 2 s before.
 */
export function wills({ kinds, times, takeovers, notEnded }: Deaths): LyingRun {
  const first = Array.from({ length: takeovers }, (_, n) => `${100 + 40 * n}:0:takeover:1:0`);
  const others = Array.from({ length: times * kinds.length }, (_, n) => {
    const [kind, qos, delay] = (kinds[n % kinds.length] ?? '').split(':');
    return `${(kind === 'mute' ? 4000 : 1700) + 40 * n}:0:${kind}:${qos}:${delay}`;
  });
  return {
    workload: 'wills',
    version: '5',
    environment: { DEATHS: [...first, ...others].join(), KEEP_ALIVE_S: '5' },
    over: {
      connects: 1 + first.length * 2 + others.length + others.filter((death) => death.includes('takeover')).length,
    },
    plan: { ...QUIET, rates: { ...NONE, wills: 60, takeovers: notEnded } },
  };
}

/**
 * Publisher and subscriber move, with DISCONNECT and without; besides, the subscriber is cut off now and then, and the publisher halfway of some handshakes. Each is told
 * a few times at the beginning that it has no session.
 */
export const failover = (version: MqttVersion, count: number): LyingRun => ({
  workload: 'failover',
  version,
  environment: {
    ...{ ...ONE_AT_A_TIME, MESSAGE_COUNT: String(count), MESSAGE_RATE: '80' },
    ...{ QOS: '1,2', TOPICS: '2', MOVE_EVERY_MS: '250', MOVES: 'leave,cut' },
  },
  over: { publishes: count },
  plan: {
    ...QUIET,
    rates: { ...NONE, messages: 30 },
    // By number, since on a busy host there are few moves by time.
    cuts: { every: 30, times: Math.floor(count / 45) },
    moves: { denials: 2, halfway: 12, letsBackInAfterMs: 50 },
  },
});

/** Three members, of whom the last moves: messages go to two of them, or to none. */
export const shared = (version: MqttVersion, count: number): LyingRun => ({
  workload: 'shared',
  version,
  environment: {
    ...{ ...ONE_AT_A_TIME, MESSAGE_COUNT: String(count), MESSAGE_RATE: '80' },
    ...{ QOS: '1,2', TOPICS: '2', MEMBERS: '3', MOVE_EVERY_MS: '400', MOVES: 'cut,leave' },
  },
  over: { publishes: count },
  plan: { ...QUIET, rates: { ...NONE, groups: 25 }, mover: '-sub-3' },
});

/** A broker that has no shared subscriptions and says so; or, in 3.1.1, takes the filter for one like any other. */
export const notShared = (version: MqttVersion): LyingRun => {
  const { plan, environment, ...run } = shared(version, 40);
  // Each member in turn asks for 3 s.
  const members = { MEMBERS: version === '5' ? '1' : '3' };
  return {
    ...run,
    environment: { ...environment, ...members },
    plan: { ...plan, rates: NONE, sharing: version === '5' ? 'refused' : 'ignored' },
  };
};

/** The same, and the broker tells the truth. */
export const truthfully = (run: LyingRun): LyingRun => ({
  ...run,
  plan: {
    ...run.plan,
    rates: NONE,
    deniesReturn: false,
    ...(run.plan.moves && { moves: { ...run.plan.moves, denials: 0 } }),
  },
});
