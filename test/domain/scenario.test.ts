import { expect, it } from 'vitest';
import { clientsOf } from '../../src/domain/scenario.js';
import { scenario } from '../../testing/values.js';

const plan = {
  workload: 'basic-pubsub',
  sdks: ['python', 'go'],
  scenarios: [scenario('plain'), scenario('special', { workload: 'wills', sdks: ['rust', 'go'] })],
};

it('a phase has every client of the plan with its workload, but where its scenario says otherwise', () => {
  for (const name of [null, 'plain', 'unknown'])
    expect(clientsOf(plan, name)).toEqual({ workload: 'basic-pubsub', sdks: ['python', 'go'] });
  expect(clientsOf(plan, 'special')).toEqual({ workload: 'wills', sdks: ['go'] });
});
