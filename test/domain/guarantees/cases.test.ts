import { describe, expect, it } from 'vitest';
import { judgementOfCases } from '../../../src/domain/guarantees/cases.js';

const broken = { text: 'broken', moments: [] };

describe('cases', () => {
  it('are violated by one violation, undecided by one reason, and held by none of both', () => {
    expect(judgementOfCases([null, 'why', broken])).toMatchObject({ state: 'violated', checked: 3, undecided: 1 });
    expect(judgementOfCases([null, 'why', broken]).violations).toEqual([broken]);
    expect(judgementOfCases([null, 'why'])).toMatchObject({ state: 'undecided', checked: 2, undecided: 1 });
    expect(judgementOfCases([null, null])).toMatchObject({ state: 'held', checked: 2, undecided: 0, why: '' });
    expect(judgementOfCases([])).toMatchObject({ state: 'undecided', checked: 0 });
  });

  it('name each reason once, with how many cases it is for', () => {
    expect(judgementOfCases(['late', null, 'gone', 'late']).why).toBe('2 × late; 1 × gone');
  });
});
