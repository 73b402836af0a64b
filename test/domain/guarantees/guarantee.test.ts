import { expect, it } from 'vitest';
import { judgementOf, notOffered, undecidedBecause } from '../../../src/domain/guarantees/guarantee.js';
import { guarantees } from '../../../src/domain/guarantees/index.js';
import { GUARANTEE_NAMES } from '../../../src/domain/guarantees/guarantee.js';
import { calm, history } from '../../../testing/guarantee-history.js';

const violation = { text: 'lost', moments: [] };

it('is held only where something was looked at and nothing was left open', () => {
  expect(judgementOf({ checked: 1, violations: [] }).state).toBe('held');
  expect(judgementOf({ checked: 0, violations: [] })).toMatchObject({
    state: 'undecided',
    why: 'nothing that it applies to was recorded',
  });
  expect(judgementOf({ checked: 3, violations: [], undecided: 1, why: 'one' })).toMatchObject({
    state: 'undecided',
    why: 'one',
  });
});

it('is violated by one violation, whatever else is open', () => {
  expect(judgementOf({ checked: 3, violations: [violation], undecided: 2 })).toMatchObject({
    state: 'violated',
    undecided: 2,
  });
});

it('says why there is no answer', () => {
  expect(undecidedBecause('no ledger')).toMatchObject({ state: 'undecided', why: 'no ledger', checked: 0 });
  expect(notOffered('Maximum QoS 1')).toMatchObject({ state: 'not offered', why: 'Maximum QoS 1' });
});

it('stands in the list once, in the order of the matrix, and is neither held nor violated by a history of nothing', () => {
  const names = guarantees.map(({ name }) => name);
  expect(names).toEqual(GUARANTEE_NAMES.filter((name) => names.includes(name)));
  const nothing = history({ connections: [], subscriptions: [] });
  for (const { name, judge } of guarantees) expect([name, judge(nothing, calm).state]).toEqual([name, 'undecided']);
});
