import { describe, expect, it } from 'vitest';
import { blameOf, exitCodeOf, type Blame, type Headline, type ScenarioStatus } from '../../src/domain/status.js';

describe('blame', () => {
  it.each<[ScenarioStatus, string, Blame | null]>([
    ['passed', 'broker-kill', null],
    ['cancelled', 'broker-kill', null],
    ['failed', 'network-delay', 'broker'],
    ['timeout', 'network-delay', 'broker'],
    ['cluster_start_error', '', 'broker'],
    ['recover_error', 'broker-kill', 'broker'],
    ['recover_error', 'network-delay', 'equipment'],
    ['recover_error', 'a fault of the future', 'equipment'],
    ['script_format_error', 'broker-kill', 'equipment'],
    ['script_not_found', 'broker-kill', 'equipment'],
    ['harness_overloaded', 'broker-kill', 'equipment'],
    ['inject_error', 'broker-kill', 'equipment'],
    ['fault_not_observed', 'broker-kill', 'equipment'],
    ['fault_cut_short', 'broker-kill', 'equipment'],
    ['harness_error', 'broker-kill', 'equipment'],
  ])('of %s under %s is %s', (status, fault, blame) => {
    expect(blameOf(status, fault)).toBe(blame);
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
