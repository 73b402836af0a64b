import { expect, it } from 'vitest';
import { GUARANTEE_NAMES } from '../../src/domain/guarantees/guarantee.js';
import { CHECKS, PLACES_OF, STATUSES_OF } from '../../src/domain/symptom.js';

it('every check can be seen somewhere, and comes out somehow; a guarantee in every phase of clients', () => {
  expect(new Set(CHECKS).size).toBe(CHECKS.length);
  expect(Object.keys(PLACES_OF).toSorted()).toEqual(CHECKS.toSorted());
  expect(Object.keys(STATUSES_OF).toSorted()).toEqual(CHECKS.toSorted());
  for (const name of GUARANTEE_NAMES) {
    expect(PLACES_OF[name]).toEqual(['control', 'fault', 'validation']);
    expect(STATUSES_OF[name]).toEqual(['failed']);
  }
});
