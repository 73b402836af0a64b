import { describe, expect, it } from 'vitest';
import type { GuaranteeName, GuaranteeResult, GuaranteeState } from '../../src/domain/guarantees/guarantee.js';
import type { RunData } from '../../src/domain/report-data.js';
import { guaranteesTable, violatedText } from '../../src/report/guarantees.js';
import { guaranteeResult } from '../../testing/reports/guarantees.js';
import { result, runData } from '../../testing/reports/values.js';
import { catalogue } from '../../testing/values.js';

/** A run in whose scenarios these results were recorded, in the order of the catalogue. */
const run = (scenarios: readonly (readonly GuaranteeResult[])[], control: readonly GuaranteeResult[] = []): RunData =>
  runData({
    scenarios: catalogue.map((scenario, i) => result(scenario, { guarantees: scenarios[i] ?? [] })),
    controlGuarantees: control,
  });

const violated = (violations: number, over: Partial<GuaranteeResult> = {}): GuaranteeResult =>
  guaranteeResult({ state: 'violated', violations, ...over });

describe('the matrix of guarantees', () => {
  const cell = (data: RunData): string | undefined => guaranteesTable(data)?.rows[0]?.[1];

  it('is not there where the run recorded nothing about them', () => {
    expect(guaranteesTable(runData())).toBeNull();
    expect(guaranteesTable(run([[], []]))).toBeNull();
  });

  it.each<[readonly GuaranteeState[], string]>([
    [['not offered', 'held'], '✓ held'],
    [['held', 'undecided', 'held'], '? undecided'],
    [['undecided', 'violated', 'held'], '✗ violated: 0 in network-delay-100ms, fault period'],
    [['not offered', 'not offered'], '– not offered'],
  ])('shows the worst of all scenarios: %j', (states, shown) => {
    expect(cell(run(states.map((state) => [guaranteeResult({ state })])))).toBe(shown);
  });

  it('counts violations of all scenarios and phases, the control run too, and says where most of them are', () => {
    const validation = violated(7, { phase: 'validation' });
    expect(cell(run([[violated(2)], [validation]]))).toBe('✗ violated: 9, most in network-delay-100ms, validation');
    expect(cell(run([[], [violated(2), validation]]))).toBe('✗ violated: 9, most in network-delay-100ms, validation');
    expect(cell(run([[guaranteeResult()]], [violated(1, { phase: 'control' })]))).toBe('✗ violated: 1 in control run');
  });

  it('has the worst guarantee first, else their usual order, and a column for each SDK', () => {
    const of = (guarantee: GuaranteeName, state: GuaranteeState, sdk: string): GuaranteeResult =>
      guaranteeResult({ guarantee, state, sdk, violations: state === 'violated' ? 1 : 0 });
    const table = guaranteesTable(
      run([
        [of('shared', 'not offered', 'go'), of('reach', 'held', 'go'), of('at-least-once', 'held', 'go')],
        [of('will', 'violated', 'my-own'), of('order', 'undecided', 'rust')],
      ]),
    );
    expect(table?.head).toEqual(['guarantee', 'go', 'rust', 'my-own']);
    expect(table?.rows).toEqual([
      ['will', '–', '–', '✗ violated: 1 in network-delay-100ms, fault period'],
      ['order', '–', '? undecided', '–'],
      ['at-least-once', '✓ held', '–', '–'],
      ['reach', '✓ held', '–', '–'],
      ['shared', '– not offered', '–', '–'],
    ]);
  });
});

describe('the violations of a first line', () => {
  it('are none where nothing was violated but at-least-once, whose losses are named as such', () => {
    expect(violatedText(runData())).toBe('');
    expect(violatedText(run([[guaranteeResult(), violated(3, { guarantee: 'at-least-once' })]]))).toBe('');
  });

  it('say what, who and where, once for both phases', () => {
    expect(violatedText(run([[], [], [violated(2), violated(1, { phase: 'validation' })]]))).toBe(
      'order violated (go in leader-transfer)',
    );
    expect(violatedText(run([[violated(1), violated(1, { sdk: 'rust' })]], [violated(1, { phase: 'control' })]))).toBe(
      'order violated (go, rust in broker-kill-single; go in the control run)',
    );
  });

  it('begin with the scenario that has most of them', () => {
    expect(violatedText(run([[violated(1)], [violated(9)]]))).toBe(
      'order violated (go in network-delay-100ms; go in broker-kill-single)',
    );
  });

  it('are five at most, and each guarantee is named before any is named twice', () => {
    const each = (['order', 'session', 'will', 'reach'] as const).map((guarantee) => violated(1, { guarantee }));
    const text = violatedText(run([each, each]));
    expect(text).toBe(
      'order violated (go in broker-kill-single; go in network-delay-100ms), session violated (go in broker-kill-single), ' +
        'will violated (go in broker-kill-single), reach violated (go in broker-kill-single), 3 more',
    );
    expect(violatedText(run([each.slice(0, 3), each.slice(0, 2)]))).not.toContain('more');
  });

  it('do not repeat what a client of the validation failed at by name', () => {
    const [, , leader] = catalogue;
    const judged = result(leader!, {
      guarantees: [violated(1, { phase: 'validation' }), violated(1, { sdk: 'rust' })],
    });
    const order = { check: 'order', expected: 'held', observed: '1 violation', ok: false };
    const sdkVerdicts = judged.sdkVerdicts.map((verdict) => ({ ...verdict, checks: [order] }));
    expect(violatedText(runData({ scenarios: [{ ...judged, sdkVerdicts }] }))).toBe(
      'order violated (rust in leader-transfer)',
    );
    const well = sdkVerdicts.map((verdict) => ({ ...verdict, checks: [{ ...order, ok: true }] }));
    expect(violatedText(runData({ scenarios: [{ ...judged, sdkVerdicts: well }] }))).toBe(
      'order violated (go, rust in leader-transfer)',
    );
  });
});
