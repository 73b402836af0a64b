import { expect, test } from 'vitest';
import { historyScenarios, scenarioRows } from '../../src/domain/history-scenarios.js';
import { figures, plan, result } from '../../testing/reports/values.js';
import { catalogue, outcome } from '../../testing/values.js';

const [kill] = catalogue;
const unread = outcome({ sdk: 'rust', result: null, lineProblem: 'no JSON' });
const data = { plan, scenarios: [result(kill!, { validation: [outcome({ sdk: 'go' }), unread] })] };

test('a client without a result has no figures, and says why', () => {
  expect(scenarioRows(data)[0]?.sdks).toMatchObject([
    { sdk: 'go', passed: true, sent: 1000, lost: 0, p99_ms: 12.5, errors: [] },
    { sdk: 'rust', passed: false, sent: null, lost: null, p99_ms: null, errors: ['no JSON'] },
  ]);
});

test('the history keeps what was measured in the fault period beside what was validated', () => {
  const scenarios = [result(kill!, { faultPeriod: [figures({ ackedLost: 2 })] })];
  expect(historyScenarios(scenarioRows({ scenarios }), { plan, scenarios })).toMatchObject([
    {
      ...{ name: kill!.name, recovered_after_ms: 32_500, recovery_ms: 2500, leader_ms: 4250 },
      sdks: [
        { sdk: 'go', p99_ms: 12.5, outage_ms: 4321, lost_in_fault: 2 },
        { sdk: 'rust', outage_ms: null, lost_in_fault: 0 },
      ],
    },
  ]);
});

test('a row whose details are not there has no times, and no setting', () => {
  const [row] = historyScenarios(scenarioRows(data), { plan, scenarios: [] });
  expect(row).toMatchObject({ name: kill!.name, recovered_after_ms: null, recovery_ms: null, leader_ms: null });
  expect(row).not.toHaveProperty('setting');
});
