import { describe, expect, it } from 'vitest';
import { isOnlyFormatErrors, judgeRun } from '../../src/domain/judge-run.js';
import type { Failure } from '../../src/domain/verdict.js';
import { rules } from '../../testing/values.js';

const brokerFailure: Failure = { status: 'failed', blame: 'broker', sdk: 'go' };
const equipmentFailure: Failure = { status: 'script_format_error', blame: 'equipment', sdk: 'go' };

/** `c` core, `n` non-core; upper case passed, lower case did not, `-` after it: planned and without a result. */
function run(
  plan: string,
  change: {
    failures?: readonly Failure[];
    own?: readonly Failure[];
    kind?: 'full' | 'single';
    cancelled?: boolean;
  } = {},
) {
  const cells = plan.split(' ').filter((cell) => cell !== '');
  const planned = cells.map((cell, i) => ({ name: `s${i}`, core: /^c/i.test(cell) }));
  const scenarios = cells.flatMap((cell, i) => {
    if (cell.endsWith('-')) return [];
    const passed = cell === cell.toUpperCase();
    return [
      {
        ...(planned[i] as (typeof planned)[number]),
        passed,
        failures: passed ? [] : (change.failures ?? [brokerFailure]),
      },
    ];
  });
  const { kind = 'full', cancelled = false } = change;
  return judgeRun({ kind, planned, scenarios, runFailures: change.own ?? [], cancelled, rules });
}

describe('a run', () => {
  it.each<[string, boolean, number]>([
    ['C N C', true, 100],
    ['C C', true, 100],
    ['N', true, 100],
    ['C N N N n', true, 80],
    ['C N N n', false, 75],
    ['C n C', false, 66],
    ['c N C', false, 66],
    ['c N N N N N N N', false, 87],
    ['C N C-', false, 66],
    ['C N N N n-', true, 80],
    ['C-', false, 0],
    ['', false, 0],
  ])('of %s passes: %s, rate %i %%', (plan, runPassed, passRatePercent) => {
    expect(run(plan)).toMatchObject({ runPassed, passRatePercent });
  });

  it('rounds the pass rate down, and never below what it really is', () => {
    for (let total = 1; total <= 60; total += 1) {
      for (let good = 0; good <= total; good += 1) {
        const plan = [...Array<string>(good).fill('N'), ...Array<string>(total - good).fill('n')].join(' ');
        const exact = Number((BigInt(good) * 100n) / BigInt(total));
        expect(run(plan).passRatePercent, `${good} of ${total}`).toBe(exact);
      }
    }
  });

  it.each<[string, ReturnType<typeof run>, string]>([
    ['PASS when it passed', run('C N'), 'PASS'],
    ['PASS when a failure stays within the share of non-core scenarios', run('C N N N n'), 'PASS'],
    ['FAIL when a failure is the broker’s', run('c'), 'FAIL'],
    ['INVALID when every failure is the equipment’s', run('c', { failures: [equipmentFailure] }), 'INVALID'],
    ['FAIL when both kinds are there', run('c', { failures: [equipmentFailure, brokerFailure] }), 'FAIL'],
    [
      'FAIL when the broker failed in a scenario and the equipment in the control run',
      run('c', { own: [equipmentFailure] }),
      'FAIL',
    ],
    [
      'FAIL when the cluster did not start',
      run('C-', { own: [{ status: 'cluster_start_error', blame: 'broker', sdk: null }] }),
      'FAIL',
    ],
    ['INVALID when the equipment failed in the control run', run('C-', { own: [equipmentFailure] }), 'INVALID'],
    [
      'INVALID when the equipment failed in the control run and yet all passed',
      run('C', { own: [equipmentFailure] }),
      'INVALID',
    ],
    ['INVALID when scenarios have no result and nobody failed', run('C C-'), 'INVALID'],
    ['CANCELLED whatever else happened', run('c C', { cancelled: true }), 'CANCELLED'],
  ])('is %s', (_what, verdict, headline) => {
    expect(verdict.headline).toBe(headline);
    expect(verdict.runPassed).toBe(headline === 'PASS');
  });

  it('of a single scenario is that scenario, core or not', () => {
    expect(run('N', { kind: 'single' })).toEqual({ runPassed: true, headline: 'PASS', passRatePercent: 100 });
    expect(run('n', { kind: 'single' })).toEqual({ runPassed: false, headline: 'FAIL', passRatePercent: 0 });
  });
});

it('a run says nothing of the broker where only result lines could not be read, and neither a scenario nor the control run counts', () => {
  const scenarios = [{ verdict: { failures: [equipmentFailure] } }];
  expect(isOnlyFormatErrors({ runFailures: [], scenarios })).toBe(true);
  expect(isOnlyFormatErrors({ runFailures: [], controlFailures: [brokerFailure], scenarios })).toBe(false);
  expect(isOnlyFormatErrors({ runFailures: [], scenarios: [] })).toBe(false);
  const finding = {
    scenario: 'a',
    sdk: 'go',
    where: 'validation',
    fails: true,
    ofEquipment: true,
    text: '',
    ids: [],
    partly: [],
  } as const;
  const known = (...more: readonly string[]) => ({
    findings: [
      { ...finding, status: 'script_format_error' as const },
      { ...finding, status: 'failed' as const, ofEquipment: false, ids: more },
    ],
    sightings: [],
    gone: [],
  });
  expect(isOnlyFormatErrors({ runFailures: [], scenarios: [], known: known('RMQ-2') })).toBe(true);
  expect(isOnlyFormatErrors({ runFailures: [], scenarios: [], known: known() })).toBe(false);
});
