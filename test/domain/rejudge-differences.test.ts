import { expect, it } from 'vitest';
import {
  difference,
  outcomeDifferences,
  scenarioDifferences,
  violationDifferences,
} from '../../src/domain/rejudge-differences.js';
import type { GuaranteeResult } from '../../src/domain/guarantees/guarantee.js';
import { figures, result } from '../../testing/reports/values.js';
import { catalogue, outcome } from '../../testing/values.js';

const broken: GuaranteeResult = {
  ...{ guarantee: 'order', phase: 'fault', sdk: 'go', state: 'violated', checked: 9, undecided: 0, why: '' },
  ...{ violations: 2, shown: [] },
};
const [kill] = catalogue;

it('there is none where both say the same', () => {
  expect(difference('run', 'headline', 'PASS', 'PASS')).toEqual([]);
  expect(difference('run', 'pass rate', 100, 75)).toEqual([{ where: 'run', what: 'pass rate', was: '100', now: '75' }]);
});

it('the figures of clients differ, but for those that the stored run does not have', () => {
  const was = [outcome({ result: { lost: 0 } }), outcome({ sdk: 'old', result: null })];
  const now = [outcome({ result: { lost: 3 } }), outcome({ sdk: 'old', result: { lost: 3 } })];
  expect(outcomeDifferences('kill', was, now)).toEqual([{ where: 'kill go', what: 'lost', was: '0', now: '3' }]);
});

it('a scenario differs in its status, its clients, its losses and its guarantees, each at its place', () => {
  const was = result(kill!, { faultPeriod: [figures()] });
  const lost = result(kill!, {
    faultPeriod: [figures({ ackedLost: 3 })],
    validation: [outcome({ result: { lost: 1 } })],
  });
  const now = { ...lost, guarantees: [broken] };
  expect(scenarioDifferences(was, now).map(({ where, what }) => `${where}: ${what}`)).toEqual([
    'broker-kill-single: status',
    'broker-kill-single go: status',
    'broker-kill-single go: lost',
    'broker-kill-single go, fault period: acknowledged, then lost',
    'broker-kill-single go, fault period: order',
  ]);
  expect(violationDifferences('control run', [{ ...broken, phase: 'control' }], [])[0]?.where).toBe('control run go');
});
