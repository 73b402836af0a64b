import { describe, expect, it } from 'vitest';
import type { GuaranteeResult } from '../../src/domain/guarantees/guarantee.js';
import { guaranteeDifferences, guaranteesAgain, scenarioGuaranteesAgain } from '../../src/domain/rejudge-guarantees.js';
import { rejudge } from '../../src/domain/rejudge.js';
import { result, runData } from '../../testing/reports/values.js';
import { catalogue, rules } from '../../testing/values.js';

const found = (over: Partial<GuaranteeResult> = {}): GuaranteeResult => ({
  ...{ guarantee: 'order', phase: 'validation', sdk: 'go', state: 'violated', checked: 9, undecided: 0, why: '' },
  ...{ violations: 2, shown: [] },
  ...over,
});
const held = found({ state: 'held', violations: 0 });

describe('results of now', () => {
  it('take the place of those of before for each client that left a ledger; what the others were told stands', () => {
    const rust = found({ sdk: 'rust' });
    expect(guaranteesAgain([found(), rust], ['go', 'rust'], (sdk) => (sdk === 'go' ? [held] : undefined))).toEqual([
      held,
      rust,
    ]);
    // The checker of now was shown nothing that it applies to.
    expect(guaranteesAgain([found()], ['go'], () => [])).toEqual([]);
  });

  it('are none where nobody has judged anything, then or now', () => {
    expect(guaranteesAgain(undefined, ['go'], () => undefined)).toBeUndefined();
    expect(guaranteesAgain(undefined, ['go'], () => [held])).toEqual([held]);
    const [kill] = catalogue;
    expect(scenarioGuaranteesAgain(result(kill!), ['go'], () => undefined)).toBeUndefined();
    const inFault = found({ phase: 'fault' });
    const both = scenarioGuaranteesAgain({ ...result(kill!), guarantees: [inFault] }, ['go'], (_, phase) =>
      phase === 'validation' ? [held] : undefined,
    );
    expect(both).toEqual([inFault, held]);
  });
});

describe('differences', () => {
  const texts = (...given: Parameters<typeof guaranteeDifferences>) =>
    guaranteeDifferences(...given).map(({ was, now }) => `${was} -> ${now}`);

  it('are each result that is not as it was, also one that is no more', () => {
    expect(texts([held], [found()])).toEqual(['held -> violated (2)']);
    expect(texts([found()], [found({ violations: 3 })])).toEqual(['violated (2) -> violated (3)']);
    expect(texts([found()], [])).toEqual(['violated (2) -> not judged']);
    expect(texts([], [held])).toEqual(['not judged -> held']);
    expect(texts([found()], [found()])).toEqual([]);
  });

  it('of what was never judged are violations alone, and no loss, which the figures said', () => {
    const lost = found({ guarantee: 'at-least-once' });
    expect(texts(undefined, [found(), found({ guarantee: 'will', state: 'held', violations: 0 }), lost])).toEqual([
      'not judged -> violated (2)',
    ]);
  });
});

it('a run of before is judged again by what its ledgers show now, where that is named', () => {
  const [kill] = catalogue;
  const data = runData({ scenarios: [result(kill!)] });
  const guarantees = (scenario: string | null, phase: string, sdk: string) =>
    scenario === kill!.name && phase === 'fault' && sdk === 'go' ? [found({ phase: 'fault' })] : undefined;
  const again = (named: readonly 'order'[]) =>
    rejudge(data, { ledger: () => undefined, guarantees }, { ...rules, guarantees: named }, null);
  expect(again([]).data.scenarios[0]).toMatchObject({ verdict: { status: 'passed' }, guarantees: [{ violations: 2 }] });
  expect(again([]).differences).toEqual([
    { where: `${kill!.name} go, fault period`, what: 'order', was: 'not judged', now: 'violated (2)' },
  ]);
  expect(again(['order']).data.scenarios[0]?.verdict.status).toBe('failed');
});
