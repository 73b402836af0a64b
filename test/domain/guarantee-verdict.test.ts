import { describe, expect, it } from 'vitest';
import { guaranteeChecks, isCounted, isSaidByLost, type Violated } from '../../src/domain/guarantee-verdict.js';
import { judgeScenario } from '../../src/domain/judge-scenario.js';
import { judgeSdk } from '../../src/domain/judge-sdk.js';
import { goodFault, outcome, rules } from '../../testing/values.js';

const violated = (over: Partial<Violated> = {}): Violated => ({
  ...{ guarantee: 'order', phase: 'validation', sdk: 'go', violations: 3 },
  ...over,
});
const named = { ...rules, guarantees: ['order', 'at-least-once'] as const };

describe('a violation', () => {
  it('counts where its guarantee is named, in every phase; by default that is at-least-once alone', () => {
    for (const phase of ['control', 'fault', 'validation'] as const) {
      expect(isCounted(violated({ phase }), named)).toBe(true);
      expect(isCounted(violated({ phase }), rules)).toBe(false);
    }
    expect(isCounted(violated({ guarantee: 'at-least-once' }), rules)).toBe(true);
  });

  it('is left to verdict.durability where a message was lost in a fault period', () => {
    const lost = violated({ guarantee: 'at-least-once', phase: 'fault' });
    expect(isCounted(lost, named)).toBe(false);
    expect(isCounted(lost, { ...rules, durability: 'fail' })).toBe(true);
  });

  it('is a failing check with its number; not a second one where the client says itself what it lost', () => {
    const both = [violated(), violated({ guarantee: 'at-least-once', violations: 1 }), violated({ guarantee: 'will' })];
    expect(guaranteeChecks(both, named, 0)).toEqual([
      { check: 'order', expected: 'no violation', observed: '3 violations', ok: false },
      { check: 'at-least-once', expected: 'no violation', observed: '1 violation', ok: false },
    ]);
    expect(guaranteeChecks(both, named, 2).map(({ check }) => check)).toEqual(['order']);
    expect(isSaidByLost(violated(), 2)).toBe(false);
  });
});

describe('a client of a validation', () => {
  const statusOf = (change: Parameters<typeof outcome>[0], by = named) =>
    judgeSdk(outcome(change), by, 1000, [violated()]).status;

  it('fails by a named guarantee that was violated, and by no other and nobody else’s', () => {
    expect(statusOf({})).toBe('failed');
    expect(judgeSdk(outcome(), rules, 1000, [violated()]).status).toBe('passed');
    expect(statusOf({ sdk: 'rust' })).toBe('passed');
  });

  it('is not excused by a late generator, and not blamed for what only our own equipment did', () => {
    const late = { lateness_p99_ms: 900, p99_ms: 800 };
    expect(judgeSdk(outcome({ result: late }), rules, 1000, [violated()]).status).toBe('harness_overloaded');
    expect(statusOf({ result: late })).toBe('failed');
    expect(statusOf({ result: null, lineProblem: 'no JSON' })).toBe('script_format_error');
  });
});

describe('a scenario', () => {
  const statusOf = (violatedInFault: readonly Violated[], by: typeof rules) =>
    judgeScenario({
      ...{ fault: goodFault, verdicts: [judgeSdk(outcome(), by, 1000)], lostInFault: { count: 0, uncounted: [] } },
      ...{ deadNodes: [], clusterEnded: null, brokersUnknown: null, equipmentDied: [], violatedInFault, rules: by },
    }).status;

  it('fails by what was violated in its fault period only where that is named', () => {
    const inFault = [violated({ phase: 'fault' })];
    expect(statusOf(inFault, rules)).toBe('passed');
    expect(statusOf(inFault, named)).toBe('failed');
    expect(statusOf([], named)).toBe('passed');
  });
});
