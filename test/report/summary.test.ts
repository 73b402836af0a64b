import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/domain/scenario.js';
import { caveats, failureText, ownWordsOf, summaryOf } from '../../src/report/summary.js';
import { catalogue, outcome } from '../../testing/values.js';
import { guaranteeResult } from '../../testing/reports/guarantees.js';
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

  it('says when the lost messages were acknowledged, even when the run passed', () => {
    const lostByPeriod = [
      { period: 'during', count: 3 },
      { period: 'after', count: 40 },
    ] as const;
    const go = figures({ ackedLost: 43, lostByPeriod });
    const after = figures({ sdk: 'rust', ackedLost: 2, lostByPeriod: [{ period: 'after', count: 2 }] });
    const of = (faultPeriod: readonly ReturnType<typeof figures>[]): string =>
      summaryOf(runData({ scenarios: [result(follower), result(delay), result(leader, { faultPeriod })] }));
    expect(of([go, after])).toBe(
      'PASS, 45 acknowledged messages lost (3 during the fault, 42 after the fault): 3 of 3 scenarios passed',
    );
    expect(of([after])).toBe('PASS, 2 acknowledged messages lost after the fault: 3 of 3 scenarios passed');
  });

  it('takes all periods of a timeline in which its faults were on, and those between, for one', () => {
    const lostByPeriod = [
      { period: 'during cut', count: 3 },
      { period: 'during cut + kill', count: 4 },
      { period: 'between', count: 5 },
    ] as const;
    const faultPeriod = [figures({ ackedLost: 12, lostByPeriod })];
    const data = runData({ scenarios: [result(follower), result(delay), result(leader, { faultPeriod })] });
    expect(summaryOf(data)).toMatch(/^PASS, 12 acknowledged messages lost during the fault:/);
  });

  it('warns of the losses of a run of 0.1.0, which does not say when', () => {
    const faultPeriod = [figures({ ackedLost: 5, ackedLostSeqs: [1] }), figures({ sdk: 'rust', ackedLost: 1 })];
    const data = runData({ scenarios: [result(follower), result(delay), result(leader, { faultPeriod })] });
    expect(summaryOf(data)).toBe('PASS, 6 acknowledged messages lost in the fault period: 3 of 3 scenarios passed');
  });

  it('warns of violated guarantees, in the words of a commit too, and with nobody else’s', () => {
    const shown = [{ text: '@somebody closes #1', moments: [] }];
    const guarantees = [guaranteeResult({ state: 'violated', violations: 1, shown, why: '#2' })];
    const data = runData({ scenarios: [result(follower), result(delay), result(leader, { guarantees })] });
    const line = 'PASS, order violated (go in leader-transfer): 3 of 3 scenarios passed';
    expect([summaryOf(data), ownWordsOf(data)]).toEqual([line, line]);
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
  it('stands in the first line: the broker failed before anything was done to it', () => {
    expect(summaryOf(runData({ control: losing }))).toBe(
      'PASS, but the broker failed before anything was done to it (control run: go failed, lost 2): 3 of 3 scenarios passed',
    );
  });

  it('fails the run where the config says so, and the first line says why', () => {
    const judged = { ...plan, rules: { ...plan.rules, control: 'fail' } } as const;
    expect(summaryOf(runData({ plan: judged, control: losing }))).toBe(
      'FAIL, the broker failed before anything was done to it (control run: go failed, lost 2): 3 of 3 scenarios passed — control run, go: failed',
    );
  });

  it('does not blame the cluster where it was the equipment', () => {
    const control = [outcome({ result: null, lineProblem: 'nothing' })];
    const runFailures = [{ status: 'script_format_error', blame: 'equipment', sdk: 'go' }] as const;
    expect(summaryOf(runData({ control, runFailures }))).not.toMatch(/before anything/);
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

  it('is a broker that could not be updated', () => {
    const brokerUpdate = {
      ok: false,
      text: 'cluster.update failed (exit status 3)',
      sha256Before: null,
      sha256After: null,
    };
    expect(caveats(runData({ brokerUpdate }))).toEqual([brokerUpdate.text]);
    expect(caveats(runData({ brokerUpdate: { ...brokerUpdate, ok: true } }))).toEqual([]);
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
