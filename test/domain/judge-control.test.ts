import { describe, expect, it } from 'vitest';
import type { ClientOutcome } from '../../src/domain/client-result.js';
import { controlFailuresOf, failedBefore } from '../../src/domain/judge-control.js';
import { judgeSdk } from '../../src/domain/judge-sdk.js';
import type { Failure, VerdictRules } from '../../src/domain/verdict.js';
import { outcome, rules } from '../../testing/values.js';

const controlRun = (control: readonly ClientOutcome[], runFailures: readonly Failure[] = []) => ({
  control,
  controlVerdicts: control.map((o) => judgeSdk(o, rules, 1000)),
  runFailures,
});
const well = outcome({ sdk: 'python' });
const losing = outcome({ sdk: 'go', result: { lost: 40 } });
const slow = outcome({ sdk: 'rust', result: { p99_ms: 900 } });
const silent = outcome({ sdk: 'java', end: { kind: 'timeout', limitMs: 1 } });
const ill = controlRun([well, losing, slow, silent]);

const counted = (change: Partial<VerdictRules>): string[] =>
  controlFailuresOf(ill, { ...rules, ...change }).map(({ sdk, status, blame }) => `${sdk} ${status} ${blame}`);

describe('a broker that fails before anything was done to it', () => {
  it('is seen by every client that lost, was slow, or had no end', () => {
    expect(failedBefore(ill).map(({ sdk }) => sdk)).toEqual(['go', 'rust', 'java']);
    expect(failedBefore(controlRun([well]))).toEqual([]);
  });

  it('is only shown, unless the config makes it count', () => {
    expect(counted({})).toEqual([]);
    const { control: _, ...of01 } = rules;
    expect(controlFailuresOf(ill, of01)).toEqual([]);
    expect(counted({ control: 'fail' })).toEqual(['go failed broker', 'rust failed broker', 'java timeout broker']);
  });

  it('counts with what it lost, where the config says that acknowledged messages may not be lost', () => {
    expect(counted({ durability: 'fail' })).toEqual(['go failed broker']);
  });

  it('is nothing that can be known where the test equipment failed', () => {
    const died: Failure = { status: 'harness_error', blame: 'equipment', sdk: null };
    const excused = controlRun([losing], [died]);
    expect(failedBefore(excused)).toEqual([]);
    expect(controlFailuresOf(excused, { ...rules, control: 'fail', durability: 'fail' })).toEqual([]);
  });
});
