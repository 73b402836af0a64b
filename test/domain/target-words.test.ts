import { expect, it } from 'vitest';
import { meantBy } from '../../src/domain/target-words.js';

it.each([
  ['leader', { word: 'leader' }],
  ['another', { word: 'another' }],
  ['same as first kill', { sameAs: 'first kill' }],
  ['n1', { named: 'n1' }],
  ['same as', { named: 'same as' }],
  ['leaders', { named: 'leaders' }],
])('the target %s means %j', (target, meant) => {
  expect(meantBy(target)).toEqual(meant);
});
