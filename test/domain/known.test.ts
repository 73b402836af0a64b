import { describe, expect, it } from 'vitest';
import {
  countsOf,
  countsText,
  covers,
  isLiving,
  isNewsIn,
  sortFinding,
  type KnownMatch,
  type KnownVerdict,
} from '../../src/domain/known.js';
import type { Finding, Symptom } from '../../src/domain/symptom.js';
import { knownEntry } from '../../testing/known.js';

const lost: Symptom = { check: 'lost', where: 'fault', value: 30, text: 'lost 30', said: ['publisher: EOF'] };
const slow: Symptom = { check: 'p99_ms', where: 'validation', value: 900, text: 'p99_ms 900', said: [] };
const finding = (change: Partial<Finding> = {}): Finding => ({
  scenario: 'leader-transfer',
  sdk: 'go',
  where: 'fault',
  status: 'failed',
  blame: 'broker',
  fails: true,
  symptoms: [lost],
  ...change,
});
const by = (match: KnownMatch, symptom = lost): boolean => covers(knownEntry({ match }), finding(), symptom);

describe('an entry covers a symptom', () => {
  it('only if everything holds that it says', () => {
    expect(by({ status: 'failed', check: 'lost', where: 'fault', error: 'EOF', lost: 30 })).toBe(true);
    for (const wrong of [{ status: 'timeout' }, { check: 'sent' }, { where: 'control' }, { error: 'reset' }] as const)
      expect(by({ check: 'lost', ...wrong }), JSON.stringify(wrong)).toBe(false);
  });

  it('up to its bound, which is one of its check alone, and never without a figure', () => {
    expect([by({ lost: 30 }), by({ lost: 29 }), by({ p99_ms: 5000 }), by({ unconfirmed: 5000 })]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(by({ lost: 30 }, { ...lost, value: null })).toBe(false);
  });

  it('of a figure only if it names its check or bounds it: no word of a client makes every loss known', () => {
    expect([by({ error: 'EOF' }), by({ error: 'EOF', lost: 30 }), by({ where: 'fault' })]).toEqual([
      false,
      true,
      false,
    ]);
    const p99: Symptom = { ...lost, check: 'p99_ms', where: 'validation', value: 900 };
    expect([by({ check: 'p99_ms' }, p99), by({ p99_ms: 900 }, p99)]).toEqual([false, true]);
    expect(by({ error: 'EOF' }, { ...lost, check: 'sent', where: 'validation', value: 0 })).toBe(true);
  });

  it('by a part of a log line that must never appear, and of nothing else', () => {
    const line: Symptom = {
      check: 'never_line',
      where: 'scenario',
      value: 1,
      text: 'n1: panic',
      said: ['thread panicked at a.rs:1'],
    };
    expect([by({ line: 'a.rs' }, line), by({ line: 'b.rs' }, line), by({ line: 'EOF' })]).toEqual([true, false, false]);
    const two = { ...line, said: [...line.said, 'thread panicked at b.rs:9'] };
    expect([by({ line: 'a.rs' }, two), by({ line: 'panicked' }, two)]).toEqual([false, true]);
  });

  it('of the scenarios and clients that it names; what is of none is covered by entries for all', () => {
    const named = knownEntry({ scenarios: ['leader-transfer'], sdks: ['go'] });
    const covered = (change: Partial<Finding>): boolean => covers(named, finding(change), lost);
    expect([
      covered({}),
      covered({ scenario: 'other' }),
      covered({ sdk: 'rust' }),
      covered({ scenario: null }),
      covered({ sdk: null }),
    ]).toEqual([true, false, false, false, false]);
    expect(covers(knownEntry(), finding({ scenario: null, sdk: null }), lost)).toBe(true);
  });

  it('until the day that it names', () => {
    const entry = knownEntry({ until: '2027-02-01' });
    expect([
      isLiving(entry, '2027-01-31'),
      isLiving(entry, '2027-02-01'),
      isLiving(knownEntry(), '2999-01-01'),
    ]).toEqual([true, false, true]);
  });
});

describe('a finding is known', () => {
  const losses = knownEntry({ id: 'L' });
  const p99 = knownEntry({ id: 'P', match: { check: 'p99_ms', p99_ms: 1000 } });

  it('only if everything that was seen of it is covered, by one entry or by several', () => {
    const both = finding({ symptoms: [lost, slow] });
    expect(sortFinding(both, [losses, p99])).toMatchObject({ ids: ['L', 'P'], partly: [] });
    expect(sortFinding(both, [losses])).toMatchObject({ ids: [], partly: ['L'] });
    expect(sortFinding(both, [])).toMatchObject({ ids: [], partly: [] });
  });

  it('by the first entry that covers it', () => {
    const narrow = knownEntry({ id: 'N', match: { check: 'lost', lost: 40 } });
    expect(sortFinding(finding(), [narrow, losses]).ids).toEqual(['N']);
    expect(sortFinding(finding({ symptoms: [{ ...lost, value: 41 }] }), [narrow, losses]).ids).toEqual(['L']);
  });

  it('never where nothing was seen of it, so never of the test equipment', () => {
    const ours = finding({ symptoms: [], blame: 'equipment', status: 'harness_error' });
    expect(sortFinding(ours, [knownEntry({ match: {} })])).toMatchObject({
      ids: [],
      ofEquipment: true,
      text: 'harness_error',
    });
  });

  it('shows a few of many symptoms', () => {
    const many = Array.from({ length: 8 }, (_, i) => ({ ...lost, text: `lost ${i}` }));
    expect(sortFinding(finding({ symptoms: many }), []).text).toBe(
      'failed (lost 0, lost 1, lost 2, lost 3, lost 4, 3 more)',
    );
  });
});

describe('a run in words', () => {
  const verdict = (change: Partial<KnownVerdict> = {}): KnownVerdict => ({
    findings: [],
    sightings: [],
    gone: [],
    ...change,
  });
  const gone = { id: 'L', why: 'known', rounds: 5, isNews: true };

  it('counts what is new, known and gone, and nothing of the equipment', () => {
    const findings = [
      sortFinding(finding(), []),
      sortFinding(finding({ fails: false }), []),
      sortFinding(finding(), [knownEntry()]),
      sortFinding(finding({ symptoms: [], blame: 'equipment' }), []),
    ];
    const all = verdict({ findings, gone: [gone] });
    expect(countsText(countsOf(all))).toBe('1 new failure, 1 new warning, 1 known, 1 gone');
    expect(countsText(countsOf(verdict()))).toBe('0 new failures, 0 known, 0 gone');
  });

  it('is news if something is new, or gone since this round', () => {
    expect(isNewsIn(verdict({ findings: [sortFinding(finding(), [knownEntry()])] }))).toBe(false);
    expect(isNewsIn(verdict({ findings: [sortFinding(finding({ fails: false }), [])] }))).toBe(true);
    expect([isNewsIn(verdict({ gone: [gone] })), isNewsIn(verdict({ gone: [{ ...gone, isNews: false }] }))]).toEqual([
      true,
      false,
    ]);
  });
});
