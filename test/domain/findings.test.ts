import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../src/domain/findings.js';
import type { RunData } from '../../src/domain/report-data.js';
import { figures, plan, result, runData, snapshot } from '../../testing/reports/values.js';
import { catalogue, outcome, rules } from '../../testing/values.js';

const [kill] = catalogue;
const of = (change: Parameters<typeof result>[1], more: Partial<RunData> = {}) =>
  findingsOf(runData({ scenarios: [result(kill!, change)], ...more })).map(
    ({ sdk, where, status, fails, blame, symptoms }) => ({
      at: [sdk, where, status, fails ? 'fails' : 'warns', blame],
      symptoms: symptoms.map(({ check, value }) => [check, value]),
    }),
  );
const bad = (sdk: string, change: Parameters<typeof outcome>[0] = {}) =>
  outcome({ sdk, end: { kind: 'exited', code: 1 }, ...change });
const durable = { plan: { ...plan, rules: { ...rules, durability: 'fail' as const } } };

describe('what a run found', () => {
  it('is nothing where everything passed and nothing was lost', () => {
    expect(findingsOf(runData())).toEqual([]);
  });

  it('is each check that a client failed, with its figure; that it ended with status 1 says no more', () => {
    expect(of({ validation: [bad('go', { result: { lost: 3, received: 997, p99_ms: 812 } })] })).toEqual([
      {
        at: ['go', 'validation', 'failed', 'fails', 'broker'],
        symptoms: [
          ['lost', 3],
          ['p99_ms', 812],
        ],
      },
    ]);
  });

  it('is the exit status alone where no check says why, and any other end of the process', () => {
    expect(of({ validation: [bad('go')] })[0]?.symptoms).toEqual([['exit_code', null]]);
    const late = outcome({ sdk: 'go', end: { kind: 'timeout', limitMs: 1 }, result: null });
    expect(of({ validation: [late] })).toEqual([
      { at: ['go', 'validation', 'timeout', 'fails', 'broker'], symptoms: [['exit_code', null]] },
    ]);
    const two = outcome({ sdk: 'go', end: { kind: 'exited', code: 9 }, result: { lost: 1 } });
    expect(of({ validation: [two] })[0]?.symptoms).toEqual([
      ['exit_code', null],
      ['lost', 1],
    ]);
  });

  it('has messages that were never acknowledged as a check of their own, and no p99 of nothing', () => {
    const silent = bad('go', { result: { received: 0, unconfirmed: 1000, p99_ms: null, errors: ['PUBACK 0x80'] } });
    const [finding] = findingsOf(runData({ scenarios: [result(kill!, { validation: [silent] })] }));
    expect(finding?.symptoms).toMatchObject([{ check: 'unconfirmed', value: 1000, said: ['PUBACK 0x80'] }]);
  });

  it('has what a client did not do: send everything, and see everything acknowledged, whether or not it says so', () => {
    const early = bad('go', { result: { sent: 5, planned: 1000, received: 4, lost: 1, unconfirmed: 0 } });
    expect(of({ validation: [early] })[0]?.symptoms).toEqual([
      ['lost', 1],
      ['sent', 5],
    ]);
    const { unconfirmed: _, ...terse } = { ...early.result!, sent: 1000, received: 500, lost: 3 };
    expect(of({ validation: [{ ...early, result: terse }] })[0]?.symptoms).toEqual([
      ['lost', 3],
      ['unconfirmed', 497],
    ]);
  });

  it('has a failure of a client that has no verdict, of which nothing is known', () => {
    const bare = result(kill!);
    const failures = [{ status: 'failed', blame: 'broker', sdk: 'go' }] as const;
    const verdict = { ...bare.verdict, passed: false, failures };
    const data = runData({ scenarios: [{ ...bare, sdkVerdicts: [], verdict }] });
    expect(findingsOf(data)).toMatchObject([{ sdk: 'go', fails: true, blame: 'broker', symptoms: [] }]);
  });

  it('has what each client lost in the fault period: a warning, or a failure where losses count', () => {
    const lost = {
      faultPeriod: [figures({ ackedLost: 4 })],
      withoutLedger: [outcome({ sdk: 'rust', result: { lost: 2 } })],
    };
    expect(of(lost)).toEqual([
      { at: ['go', 'fault', 'failed', 'warns', 'broker'], symptoms: [['lost', 4]] },
      { at: ['rust', 'fault', 'failed', 'warns', 'broker'], symptoms: [['lost', 2]] },
    ]);
    const counted = result(kill!, lost);
    const verdict = {
      ...counted.verdict,
      passed: false,
      failures: [{ status: 'failed', blame: 'broker', sdk: null }] as const,
    };
    const found = findingsOf(runData({ scenarios: [{ ...counted, verdict }], ...durable }));
    expect(found.map(({ sdk, fails }) => [sdk, fails])).toEqual([
      ['go', true],
      ['rust', true],
    ]);
  });

  it('has brokers that died, and a recovery that was the broker’s to prove', () => {
    const died = result(kill!);
    const verdict = {
      ...died.verdict,
      passed: false,
      failures: [{ status: 'failed', blame: 'broker', sdk: null }] as const,
    };
    const found = findingsOf(runData({ scenarios: [{ ...died, verdict, deadNodes: ['n2'] }] }));
    expect(found[0]?.symptoms).toMatchObject([{ check: 'dead_broker', said: ['n2'] }]);
    // A broker that is dead because the recovery is not proved is no failure of its own.
    const stuck = { ...result(kill!, { fault: { recoverError: 'x' } }), deadNodes: ['n2'] };
    expect(findingsOf(runData({ scenarios: [stuck] }))).toMatchObject([{ status: 'recover_error' }]);
    expect(of({ fault: { recoverError: 'n2 knows 1 of 3' } })).toEqual([
      { at: [null, 'scenario', 'recover_error', 'fails', 'broker'], symptoms: [['recovery', null]] },
    ]);
  });

  it('has lines that must never appear, alike ones once, and those at the end of the run', () => {
    const neverLines = ['n1: 12:00:01 panic: 17', 'n1: 12:00:02 panic: 18', 'n2: corrupt'];
    const found = of(
      { snapshots: [snapshot({ neverLines })] },
      { endSnapshot: snapshot({ neverLines: ['n3: panic: late'] }) },
    );
    expect(found.map(({ at, symptoms }) => [at[1], at[3], symptoms])).toEqual([
      ['scenario', 'warns', [['never_line', 2]]],
      ['scenario', 'warns', [['never_line', 1]]],
      ['run', 'warns', [['never_line', 1]]],
    ]);
  });

  it('has the control run: a warning, or a failure where it counts', () => {
    const control = [bad('go', { result: { lost: 1 } })];
    expect(of({}, { control })[0]?.at).toEqual(['go', 'control', 'failed', 'warns', 'broker']);
    const strict = { ...plan, rules: { ...rules, control: 'fail' as const } };
    expect(of({}, { control, plan: strict })[0]?.at).toEqual(['go', 'control', 'failed', 'fails', 'broker']);
  });

  it('says nothing of the broker where the equipment failed', () => {
    const unread = outcome({ sdk: 'go', result: null, lineProblem: 'no JSON' });
    expect(of({ validation: [unread] })).toEqual([
      { at: ['go', 'validation', 'script_format_error', 'fails', 'equipment'], symptoms: [] },
    ]);
    const stopped = {
      ...result(kill!, { faultPeriod: [figures({ ackedLost: 9 })] }),
      clusterEnded: 'the lease ran out',
    };
    const failures = [{ status: 'harness_error', blame: 'equipment', sdk: null }] as const;
    const verdict = { passed: false, status: 'harness_error', failures, attribution: 'equipment' } as const;
    expect(findingsOf(runData({ scenarios: [{ ...stopped, verdict }] })).map(({ symptoms }) => symptoms)).toEqual([[]]);
  });

  it('has a cluster that did not start, with what was said of it', () => {
    const runFailures = [{ status: 'cluster_start_error', blame: 'broker', sdk: null }] as const;
    const notes = ['warning: a port', 'CLUSTER_START_FAILED: n1 ended'];
    const [finding] = findingsOf(runData({ runFailures, scenarios: [], notes }));
    expect(finding).toMatchObject({
      where: 'run',
      symptoms: [{ check: 'cluster_start', said: ['CLUSTER_START_FAILED: n1 ended'] }],
    });
  });
});
