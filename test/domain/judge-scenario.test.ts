import { describe, expect, it } from 'vitest';
import type { ClientOutcome } from '../../src/domain/client-result.js';
import { judgeScenario } from '../../src/domain/judge-scenario.js';
import { judgeSdk } from '../../src/domain/judge-sdk.js';
import type { FaultRecord } from '../../src/domain/fault-record.js';
import { goodFault, outcome, rules } from '../../testing/values.js';

/** As many as the outcomes of the fixtures have planned. */
const ASKED = 1000;

const judge = (change: {
  fault?: Partial<FaultRecord>;
  outcomes?: readonly ClientOutcome[];
  lost?: number;
  uncounted?: readonly string[];
  durability?: 'warn' | 'fail';
  deadNodes?: readonly string[];
  clusterEnded?: string;
  equipmentDied?: readonly string[];
  brokersUnknown?: string;
}) =>
  judgeScenario({
    fault: { ...goodFault, ...change.fault },
    verdicts: (change.outcomes ?? [outcome()]).map((o) => judgeSdk(o, rules, ASKED)),
    lostInFault: { count: change.lost ?? 0, uncounted: change.uncounted ?? [] },
    deadNodes: change.deadNodes ?? [],
    clusterEnded: change.clusterEnded ?? null,
    equipmentDied: change.equipmentDied ?? [],
    brokersUnknown: change.brokersUnknown ?? null,
    rules: { ...rules, durability: change.durability ?? 'warn' },
  });

const failed = outcome({ sdk: 'rust', result: { lost: 2 } });
const badLine = outcome({ sdk: 'java', result: null, lineProblem: 'nothing' });

describe('one scenario', () => {
  it('passes when the fault went as planned and every SDK passed', () => {
    expect(judge({})).toEqual({ passed: true, status: 'passed', failures: [], attribution: 'none' });
  });

  it('does not pass with a broker that died by itself after the recovery, though its clients did', () => {
    const failures = [{ status: 'failed', blame: 'broker', sdk: null }];
    expect(judge({ deadNodes: ['n2'] })).toMatchObject({ passed: false, status: 'failed', failures });
    const unproved = judge({ deadNodes: ['n2'], fault: { recoverError: 'n2 is gone' } });
    expect(unproved.failures.map((failure) => failure.status)).toEqual(['recover_error']);
  });

  it('says nothing about the broker where the equipment had ended the cluster, whatever its clients met', () => {
    const failures = [{ status: 'harness_error', blame: 'equipment', sdk: null }];
    const ended = { clusterEnded: 'the host was restarted' };
    expect(judge({ ...ended, outcomes: [failed], deadNodes: ['n1'] })).toMatchObject({ passed: false, failures });
    expect(judge(ended)).toMatchObject({ passed: false, status: 'harness_error', attribution: 'equipment' });
  });

  it('says nothing about the broker where nobody can tell which brokers lived, even if every client passed', () => {
    const unknown = { brokersUnknown: '127.0.0.1:8474: address already in use' };
    const failures = [{ status: 'harness_error', blame: 'equipment', sdk: null }];
    expect(judge(unknown)).toEqual({ passed: false, status: 'harness_error', failures, attribution: 'equipment' });
    expect(judge({ ...unknown, outcomes: [failed] })).toMatchObject({ failures });
  });

  it.each<[string, Parameters<typeof judge>[0]]>([
    ['a loss', { outcomes: [failed] }],
    ['a loss during the fault', { lost: 2, durability: 'fail' }],
    ['a dead broker', { deadNodes: ['n2'] }],
    ['a recovery that was not proved', { fault: { recoverError: 'not over' } }],
  ])('does not blame the broker for %s where the equipment had died', (_, change) => {
    const failures = [{ status: 'harness_error', blame: 'equipment', sdk: null }];
    expect(judge(change)).toMatchObject({ passed: false, failures: [{ blame: 'broker' }] });
    const excused = judge({ ...change, equipmentDied: ['the proxy server 7'] });
    expect(excused).toEqual({ passed: false, status: 'harness_error', failures, attribution: 'equipment' });
  });

  it('passes where the equipment had died, if everything was well all the same', () => {
    expect(judge({ equipmentDied: ['the proxy server 7'] }).passed).toBe(true);
    const noFault = judge({ equipmentDied: ['the proxy server 7'], fault: { observed: false } });
    expect(noFault.status).toBe('fault_not_observed');
  });

  it.each<[string, Partial<FaultRecord>, string, string]>([
    ['an inject error', { injectError: 'no' }, 'inject_error', 'equipment'],
    ['a fault that did not bite', { observed: false }, 'fault_not_observed', 'equipment'],
    ['a fault that ended early', { cutShort: true }, 'fault_cut_short', 'equipment'],
    ['a broker that did not come back', { recoverError: 'no' }, 'recover_error', 'broker'],
    ['a delay that did not go away', { recoverError: 'no', recoveryBlame: 'equipment' }, 'recover_error', 'equipment'],
  ])('does not pass with %s, although every SDK passed', (_what, fault, status, blame) => {
    const failures = [{ status, blame, sdk: null }];
    expect(judge({ fault })).toEqual({ passed: false, status, failures, attribution: 'none' });
  });

  it('does not blame a broker for not coming back where ours kept that from being seen, nor for anything after it', () => {
    const fault = { recoverError: 'port 7 of n2 is held by process 9', recoverErrorBlame: 'equipment' } as const;
    const failures = [{ status: 'harness_error', blame: 'equipment', sdk: null }];
    expect(judge({ fault })).toEqual({ passed: false, status: 'harness_error', failures, attribution: 'none' });
    expect(judge({ fault, outcomes: [failed] })).toMatchObject({ status: 'harness_error', failures });
    const seen = judge({ fault: { ...fault, recoverErrorBlame: 'broker' }, outcomes: [failed] });
    expect(seen.failures.map(({ blame }) => blame)).toEqual(['broker', 'broker']);
  });

  it('does not blame the broker for what clients met in a delay of ours that was not taken away', () => {
    const fault = { recoverError: 'still +100 ms', recoveryBlame: 'equipment' } as const;
    expect(judge({ fault: { ...fault, recoverErrorBlame: 'equipment' } })).toMatchObject({ status: 'recover_error' });
    const slow = { outcomes: [failed], fault: { ...fault, recoverErrorBlame: 'equipment' as const } };
    expect(judge(slow).failures).toEqual([{ status: 'harness_error', blame: 'equipment', sdk: null }]);
    const cleanup = { injectError: 'no', cleanup: 'failed: no', recoverErrorBlame: 'equipment' as const };
    expect(judge({ outcomes: [failed], fault: cleanup }).failures).toMatchObject([{ blame: 'equipment' }]);
  });

  it('names an inject error once, not also as a fault that was not observed', () => {
    const { failures } = judge({ fault: { injectError: 'no', observed: false } });
    expect(failures.map((f) => f.status)).toEqual(['inject_error']);
  });

  it('keeps every failure beside the one that names the scenario', () => {
    const verdict = judge({ fault: { cutShort: true }, outcomes: [outcome(), failed, badLine] });
    expect(verdict.status).toBe('fault_cut_short');
    expect(verdict.failures).toEqual([
      { status: 'fault_cut_short', blame: 'equipment', sdk: null },
      { status: 'failed', blame: 'broker', sdk: 'rust' },
      { status: 'script_format_error', blame: 'equipment', sdk: 'java' },
    ]);
  });

  it('is named by the broker failing rather than by a client that broke', () => {
    expect(judge({ outcomes: [badLine, failed] }).status).toBe('failed');
  });

  it('does not pass without any validation', () => {
    expect(judge({ outcomes: [] })).toMatchObject({ passed: false, status: 'harness_error' });
  });

  it.each<[string, readonly ClientOutcome[]]>([
    ['broker', [failed, outcome({ sdk: 'go', result: { p99_ms: null } })]],
    ['some-sdks', [failed, outcome()]],
    ['some-sdks', [failed, badLine]],
    ['equipment', [outcome(), badLine]],
    ['none', [outcome()]],
  ])('attributes to %s', (attribution, outcomes) => {
    expect(judge({ outcomes }).attribution).toBe(attribution);
  });

  it('only warns of messages lost during the fault, unless the config makes them count', () => {
    expect(judge({ lost: 6 }).passed).toBe(true);
    expect(judge({ lost: 6, durability: 'fail' })).toMatchObject({
      passed: false,
      status: 'failed',
      failures: [{ status: 'failed', blame: 'broker', sdk: null }],
    });
    expect(judge({ lost: 0, durability: 'fail' }).passed).toBe(true);
  });

  it('does not pass where losses count and nobody can count those of a client: that is the equipment', () => {
    const failures = [{ status: 'harness_error', blame: 'equipment', sdk: null }];
    expect(judge({ uncounted: ['go'], durability: 'fail' })).toMatchObject({ status: 'harness_error', failures });
    expect(judge({ uncounted: ['go'] }).passed).toBe(true);
  });
});
