import { describe, expect, it } from 'vitest';
import type { ScenarioResult } from '../../src/domain/report-data.js';
import type { ClusterLeft } from '../../src/messages/requests.js';
import { judgeSdk } from '../../src/domain/judge-sdk.js';
import { NOTHING_FOUND, type ScenarioFound } from '../../src/workflows/scenario-context.js';
import { resultOf } from '../../src/workflows/scenario-result.js';
import { figures } from '../../testing/reports/values.js';
import { goodFault, outcome, rules } from '../../testing/values.js';
import { killSingle, planWith } from '../../testing/workflows/plans.js';
import { left } from '../../testing/workflows/stub-host.js';

const good: ScenarioFound = {
  ...NOTHING_FOUND,
  fault: goodFault,
  validation: [outcome()],
  verdicts: [judgeSdk(outcome(), rules, 1000)],
};
const times = { startedAt: '2026-11-22T00:00:00.000Z', finishedAt: '2026-11-22T00:01:00.000Z' };

const result = (
  change: Partial<ScenarioFound> = {},
  end: { readonly left?: ClusterLeft; readonly cancelled?: boolean; readonly durability?: 'warn' | 'fail' } = {},
): ScenarioResult =>
  resultOf({
    plan: planWith({ rules: { ...rules, durability: end.durability ?? 'warn' } }),
    scenario: killSingle,
    ...times,
    found: { ...good, ...change },
    left: end.left ?? left(),
    cancelled: end.cancelled ?? false,
  });

describe('the record of a scenario', () => {
  it('has everything that was found, with its verdict', () => {
    const notes = ['a note'];
    expect(result({ notes, healWaitSeconds: 60 })).toMatchObject({
      ...times,
      scenario: killSingle,
      verdict: { passed: true, status: 'passed' },
      fault: goodFault,
      validation: [outcome()],
      healWaitSeconds: 60,
      notes,
      deadNodes: [],
      clusterEnded: null,
      brokersUnknown: null,
    });
  });

  it('names a broker once that died during the fault and is dead at the end', () => {
    expect(result({ died: ['n3', 'n1'] }, { left: left({ dead: ['n1', 'n2'] }) }).deadNodes).toEqual([
      'n3',
      'n1',
      'n2',
    ]);
  });

  it('names no broker as dead where nobody can tell, and says why', () => {
    const { deadNodes, brokersUnknown, notes, verdict } = result({}, { left: { error: 'EACCES' } });
    expect({ deadNodes, brokersUnknown }).toEqual({ deadNodes: [], brokersUnknown: 'EACCES' });
    expect(notes).toEqual([expect.stringContaining('EACCES')]);
    expect(verdict).toMatchObject({ passed: false, failures: [{ status: 'harness_error', blame: 'equipment' }] });
  });

  it('is read from histories of 0.1.0, which say neither an error nor what died of the equipment', () => {
    const { error, equipmentDied, ...of01 } = left({ dead: ['n2'] }) as Extract<ClusterLeft, { error: null }>;
    expect({ error, equipmentDied }).toEqual({ error: null, equipmentDied: [] });
    expect(result({}, { left: of01 as unknown as ClusterLeft })).toMatchObject({
      deadNodes: ['n2'],
      clusterEnded: null,
      equipmentDied: [],
      brokersUnknown: null,
      notes: [],
    });
  });

  it('counts the acknowledged messages that were lost during the fault, of all clients', () => {
    const faultPeriod = [figures({ ackedLost: 0 }), figures({ sdk: 'python', ackedLost: 2, ackedLostSeqs: [4, 5] })];
    expect(result({ faultPeriod }).verdict.passed).toBe(true);
    expect(result({ faultPeriod }, { durability: 'fail' }).verdict).toMatchObject({ passed: false, status: 'failed' });
  });

  it('counts what a client without a ledger says that it lost, and does not pass where nobody can count', () => {
    const claims = { withoutLedger: [outcome({ sdk: 'own', result: { lost: 4 } })] };
    expect(result(claims).verdict.passed).toBe(true);
    expect(result(claims, { durability: 'fail' }).verdict).toMatchObject({ passed: false, status: 'failed' });
    const silent = { withoutLedger: [outcome({ sdk: 'own', result: null })] };
    expect(result(silent).verdict.passed).toBe(true);
    expect(result(silent, { durability: 'fail' }).verdict).toMatchObject({ passed: false, status: 'harness_error' });
  });

  it('of one that was cancelled blames nobody, whatever was found', () => {
    expect(result({}, { left: left({ dead: ['n1'] }), cancelled: true }).verdict).toEqual({
      passed: false,
      status: 'cancelled',
      failures: [{ status: 'cancelled', blame: null, sdk: null }],
      attribution: 'none',
    });
  });
});
