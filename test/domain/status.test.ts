import { describe, expect, it } from 'vitest';
import { blameOf, exitCodeOf, type Blame, type Headline, type ScenarioStatus } from '../../src/domain/status.js';

describe('blame', () => {
  it.each<[ScenarioStatus, Blame | null]>([
    ['passed', null],
    ['cancelled', null],
    ['failed', 'broker'],
    ['timeout', 'broker'],
    ['cluster_start_error', 'broker'],
    ['script_format_error', 'equipment'],
    ['script_not_found', 'equipment'],
    ['harness_overloaded', 'equipment'],
    ['inject_error', 'equipment'],
    ['fault_not_observed', 'equipment'],
    ['fault_cut_short', 'equipment'],
    ['harness_error', 'equipment'],
  ])('of %s is %s, whatever the fault says of its recovery', (status, blame) => {
    expect(blameOf(status, 'broker')).toBe(blame);
    expect(blameOf(status, 'equipment')).toBe(blame);
  });

  it('of a recovery that was not proved is what the fault says, and never the broker where it says nothing', () => {
    expect(blameOf('recover_error', 'broker')).toBe('broker');
    expect(blameOf('recover_error', 'equipment')).toBe('equipment');
    expect(blameOf('recover_error')).toBe('equipment');
  });
});

describe('exit status', () => {
  it.each<[Headline, number]>([
    ['PASS', 0],
    ['FAIL', 1],
    ['INVALID', 2],
    ['REFUSED', 75],
    ['CANCELLED', 130],
  ])('of %s is %i', (headline, code) => {
    expect(exitCodeOf(headline)).toBe(code);
  });
});
