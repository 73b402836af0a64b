import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../src/domain/findings.js';
import { controlViolations, scenarioViolations, violationSymptom } from '../../src/domain/guarantee-findings.js';
import type { GuaranteeResult } from '../../src/domain/guarantees/guarantee.js';
import { judgeSdk } from '../../src/domain/judge-sdk.js';
import { entriesFrom } from '../../src/domain/known-from.js';
import { covers, type KnownEntry, type KnownMatch } from '../../src/domain/known.js';
import type { ScenarioResult } from '../../src/domain/report-data.js';
import { figures, plan, result, runData } from '../../testing/reports/values.js';
import { catalogue, outcome, rules } from '../../testing/values.js';

const broken = (over: Partial<GuaranteeResult> = {}): GuaranteeResult => ({
  ...{ guarantee: 'order', phase: 'validation', sdk: 'go', state: 'violated', checked: 9, undecided: 0, why: '' },
  ...{ violations: 4, shown: [{ text: 'message 2 came before 1', moments: [] }] },
  ...over,
});
const scenario = (guarantees: readonly GuaranteeResult[], over: Partial<ScenarioResult> = {}): ScenarioResult => ({
  ...result(catalogue[0]!),
  guarantees,
  ...over,
});
const named = { ...rules, guarantees: ['order'] as const };
const brief = (findings: ReturnType<typeof findingsOf>) =>
  findings.map(({ sdk, where, fails, symptoms }) => [sdk, where, fails, symptoms.map(({ check }) => check)]);

describe('violations as findings', () => {
  it('have the guarantee as check, their number as figure, and the first of them as what was said', () => {
    expect(violationSymptom(broken())).toEqual({
      ...{ check: 'order', where: 'validation', value: 4, text: 'order: 4 violations' },
      said: ['message 2 came before 1'],
    });
  });

  it('are one warning for each client and phase where they are not named, and none where a guarantee held', () => {
    const all = [broken(), broken({ guarantee: 'will' }), broken({ sdk: 'rust', phase: 'fault' })];
    const held = broken({ guarantee: 'takeover', state: 'held', violations: 0, shown: [] });
    expect(brief(scenarioViolations(scenario([...all, held]), rules))).toEqual([
      ['rust', 'fault', false, ['order']],
      ['go', 'validation', false, ['order', 'will']],
    ]);
  });

  it('fail in the fault period where they are named, beside a warning of the others', () => {
    const all = [broken({ phase: 'fault' }), broken({ phase: 'fault', guarantee: 'will' })];
    expect(brief(scenarioViolations(scenario(all), named))).toEqual([
      ['go', 'fault', true, ['order']],
      ['go', 'fault', false, ['will']],
    ]);
  });

  it('are not said twice: by a check of the client, or of a loss that the figures have', () => {
    const failing = outcome({ sdk: 'go' });
    const sdkVerdicts = [judgeSdk(failing, named, 1000, [broken()])];
    expect(scenarioViolations(scenario([broken()], { sdkVerdicts, validation: [failing] }), named)).toEqual([]);
    const lost = broken({ guarantee: 'at-least-once', phase: 'fault' });
    const faultPeriod = [figures({ ackedLost: 4 })];
    expect(scenarioViolations(scenario([lost], { faultPeriod }), rules)).toEqual([]);
    // A ledger of version 2 has no figures, and its client's own word may be another one.
    expect(brief(scenarioViolations(scenario([lost], { faultPeriod: [] }), rules))).toEqual([
      ['go', 'fault', false, ['at-least-once']],
    ]);
  });

  it('are nothing of a client that is not believed, and nothing in a control run in which the equipment failed', () => {
    const ill = outcome({ sdk: 'go', result: null, lineProblem: 'no JSON' });
    const sdkVerdicts = [judgeSdk(ill, rules, 1000)];
    expect(scenarioViolations(scenario([broken()], { sdkVerdicts, validation: [ill] }), rules)).toEqual([]);
    const control = runData({ controlGuarantees: [broken({ phase: 'control' })] });
    expect(brief(controlViolations(control))).toEqual([['go', 'control', false, ['order']]]);
    const equipment = [{ status: 'harness_error', blame: 'equipment', sdk: null }] as const;
    expect(controlViolations({ ...control, runFailures: equipment })).toEqual([]);
  });

  it('are among the findings of a run: as the failing check of its client, and once where a fault period failed by them', () => {
    const validation = [outcome({ sdk: 'go' })];
    const sdkVerdicts = validation.map((o) => judgeSdk(o, named, 1000, [broken()]));
    const failures = [
      { status: 'failed', blame: 'broker', sdk: 'go' },
      { status: 'failed', blame: 'broker', sdk: null },
    ] as const;
    const failed = scenario([broken(), broken({ phase: 'fault', violations: 7 })], {
      ...{ validation, sdkVerdicts },
      verdict: { passed: false, status: 'failed', failures, attribution: 'broker' },
    });
    const found = findingsOf(runData({ plan: { ...plan, rules: named }, scenarios: [failed] }));
    expect(brief(found)).toEqual([
      ['go', 'validation', true, ['order']],
      ['go', 'fault', true, ['order']],
    ]);
    expect(found.map(({ symptoms }) => symptoms[0]?.value)).toEqual([4, 7]);
  });
});

describe('a known violation', () => {
  const [finding] = scenarioViolations(scenario([broken({ phase: 'fault' })]), rules);
  const isCovered = (match: KnownMatch): boolean => {
    const entry: KnownEntry = { id: 'a', why: 'b', scenarios: ['*'], sdks: ['*'], match, goneAfter: 5 };
    return covers(entry, finding!, finding!.symptoms[0]!);
  };

  it('is matched by its guarantee, and by a bound of its violations, which says nothing of losses', () => {
    expect(isCovered({ check: 'order', where: 'fault' })).toBe(true);
    expect(isCovered({ check: 'will' })).toBe(false);
    expect(isCovered({ check: 'order', violations: 4 })).toBe(true);
    expect(isCovered({ check: 'order', violations: 3 })).toBe(false);
    expect(isCovered({ violations: 4 })).toBe(true);
    expect(isCovered({ lost: 4 })).toBe(false);
  });

  it('is not known by a word that its text has: it is a figure', () => {
    expect(isCovered({ error: 'message' })).toBe(false);
    expect(isCovered({ error: 'message', check: 'order' })).toBe(true);
  });

  it('is written down by known add with its worst figure as the bound', () => {
    expect(entriesFrom([finding!], { id: 'R', why: 'w' }).map(({ match }) => match)).toEqual([
      { status: 'failed', check: 'order', where: 'fault', violations: '<= 4' },
    ]);
  });
});
