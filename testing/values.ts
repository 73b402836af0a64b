import type { ClientEnd, ClientOutcome, ClientResult } from '../src/domain/client-result.js';
import { NO_FAULT, type FaultRecord } from '../src/domain/fault-record.js';
import type { Scenario } from '../src/domain/scenario.js';
import type { VerdictRules } from '../src/domain/verdict.js';

export const rules: VerdictRules = {
  p99LimitMs: 500,
  latenessLimitMs: 50,
  achievedRateMin: 0.99,
  nonCorePassRatePercent: 75,
  durability: 'warn',
  control: 'warn',
};

export const goodResult: ClientResult = {
  sent: 1000,
  received: 1000,
  lost: 0,
  p99_ms: 12.5,
  errors: [],
  unconfirmed: 0,
  lateness_p99_ms: 1,
  achieved_rate_ratio: 1,
};

/** A client that did everything right, with what is given instead. */
export function outcome(
  change: { sdk?: string; end?: ClientEnd; result?: Partial<ClientResult> | null; lineProblem?: string | null } = {},
): ClientOutcome {
  const { sdk = 'go', end = { kind: 'exited', code: 0 }, result = {}, lineProblem = null } = change;
  return {
    sdk,
    end,
    result: result === null ? null : { ...goodResult, ...result },
    lineProblem,
    durationSeconds: 21,
    attempt: 1,
  };
}

/** A fault that was injected, seen, and recovered as it should be. */
/** A fault of a broker that went as planned. */
export const goodFault: FaultRecord = { ...NO_FAULT, observed: true, recoveryBlame: 'broker' };

export const scenario = (name: string, change: Partial<Scenario> = {}): Scenario => ({
  name,
  fault: 'broker-kill',
  target: 'robustmq-server',
  params: {},
  core: true,
  priority: 'P0',
  ...change,
});

/** The seed's catalogue. */
export const catalogue: readonly Scenario[] = [
  scenario('broker-kill-single', { params: { victim: 'follower' } }),
  scenario('network-delay-100ms', {
    fault: 'network-delay',
    target: 'eth0',
    params: { delay_ms: 100, jitter_ms: 10 },
    core: false,
    priority: 'P1',
  }),
  scenario('leader-transfer', { params: { victim: 'leader' } }),
];

/** A small generator of one's own, so that a seed gives the same numbers everywhere (mulberry32). */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
