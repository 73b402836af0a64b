import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/domain/scenario.js';
import { caveats, failureText, lostDuringFaults, summaryOf } from '../../src/report/summary.js';
import { catalogue, outcome } from '../../testing/values.js';
import { figures, plan, result, runData, snapshot } from '../../testing/reports/values.js';

const [follower, delay, leader] = catalogue as [Scenario, Scenario, Scenario];
const losing = [outcome({ sdk: 'go', result: { lost: 2 } }), outcome({ sdk: 'rust' })];

describe('the first line', () => {
  it('of a run that passed is the verdict and the count', () => {
    expect(summaryOf(runData())).toBe('PASS: 3 of 3 scenarios passed');
  });

  it('of a failed run says which scenario, which SDK and which figure', () => {
    const scenarios = [result(follower), result(delay), result(leader, { validation: losing })];
    expect(summaryOf(runData({ scenarios }))).toBe(
      'FAIL: 2 of 3 scenarios passed — leader-transfer: failed; go failed (lost 2)',
    );
  });

  it('warns of acknowledged messages that the fault lost, even when the run passed', () => {
    const faultPeriod = [figures({ ackedLost: 5, ackedLostSeqs: [1] }), figures({ sdk: 'rust', ackedLost: 1 })];
    const data = runData({ scenarios: [result(follower), result(delay), result(leader, { faultPeriod })] });
    expect(lostDuringFaults(data)).toBe(6);
    expect(summaryOf(data)).toBe('PASS, 6 acknowledged messages lost during the fault: 3 of 3 scenarios passed');
  });

  it('counts what was planned, not what was run', () => {
    const data = runData({ scenarios: [result(follower)] });
    expect(summaryOf(data)).toMatch(/^INVALID: 1 of 3 scenarios passed/);
  });

  it('tells failures of the run itself and of the control run apart', () => {
    const start = { status: 'cluster_start_error', blame: 'broker', sdk: null } as const;
    expect(summaryOf(runData({ scenarios: [], runFailures: [start] }))).toBe(
      'FAIL: 0 of 3 scenarios passed — run: cluster_start_error',
    );
    const control = { status: 'script_not_found', blame: 'equipment', sdk: 'java' } as const;
    expect(summaryOf(runData({ scenarios: [], runFailures: [control] }))).toBe(
      'INVALID: 0 of 3 scenarios passed — control run, java: script_not_found',
    );
  });

  it('speaks of one scenario in the singular', () => {
    const single = { ...plan, kind: 'single', scenarios: [leader] } as const;
    expect(summaryOf(runData({ plan: single }))).toBe('PASS: 1 of 1 scenario passed');
  });
});

it('the words for a failure name a fault that went wrong although every client was well', () => {
  expect(failureText(result(leader, { fault: { observed: false } }))).toBe('leader-transfer: fault_not_observed');
});

describe('a control run that failed', () => {
  it('stands in the first line: the cluster failed before any fault', () => {
    expect(summaryOf(runData({ control: losing }))).toMatch(
      /^PASS, .*before any fault \(control run: go failed\): 3 of 3/,
    );
  });

  it('does not blame the cluster where it was the equipment', () => {
    const control = [outcome({ result: null, lineProblem: 'nothing' })];
    const runFailures = [{ status: 'script_format_error', blame: 'equipment', sdk: 'go' }] as const;
    expect(summaryOf(runData({ control, runFailures }))).not.toMatch(/before any fault/);
  });
});

describe('what has to be read before the verdict is believed', () => {
  it('is nothing for a run without a flaw', () => {
    expect(caveats(runData())).toEqual([]);
  });

  it('is a heal wait that is shorter than in production', () => {
    const timing = { ...plan.timing, healWaitMs: 2500 };
    expect(caveats(runData({ plan: { ...plan, timing } }))).toEqual([
      'Not a real verdict: the heal wait was 2.5 s instead of 60 s.',
    ]);
  });

  it('is a matrix without all its SDKs', () => {
    expect(caveats(runData({ plan: { ...plan, sdksLeftOut: ['python', 'java'] } }))).toEqual([
      'The matrix is incomplete: python, java left out.',
    ]);
  });

  it('is a session that ends with its connection', () => {
    const load = { ...plan.load, subscriberSession: 'clean' } as const;
    expect(caveats(runData({ plan: { ...plan, load } }))).toEqual([expect.stringMatching(/clean sessions/)]);
  });

  it('is a log line that must never appear', () => {
    const snapshots = [snapshot(), snapshot({ label: 'after', neverLines: ['n1: panic: boom', 'n2: panic: boom'] })];
    const data = runData({ scenarios: [result(follower, { snapshots }), result(delay), result(leader)] });
    expect(caveats(data)).toEqual([expect.stringMatching(/^The brokers logged 2 lines/)]);
  });
});
