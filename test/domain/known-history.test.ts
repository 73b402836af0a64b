import { describe, expect, it } from 'vitest';
import { goneOf, isEligible, sightingsBefore, sightingsOf } from '../../src/domain/known-history.js';
import type { Sighting } from '../../src/domain/known.js';
import { historyEntry } from '../../src/report/history.js';
import { jsonReport } from '../../src/report/json.js';
import { knownEntry } from '../../testing/known.js';
import { plan, result, runData } from '../../testing/reports/values.js';
import { catalogue, outcome } from '../../testing/values.js';

const [kill, delay] = catalogue;
const unread = outcome({ sdk: 'go', result: null, lineProblem: 'no JSON' });

describe('a run can show that an entry is gone', () => {
  const whole = runData();

  it('if it ran one of its scenarios with one of its clients', () => {
    expect(isEligible(knownEntry(), whole)).toBe(true);
    expect(isEligible(knownEntry({ scenarios: [kill!.name], sdks: ['go'] }), whole)).toBe(true);
    expect(isEligible(knownEntry({ sdks: ['java'] }), whole)).toBe(false);
    expect(isEligible(knownEntry({ scenarios: [delay!.name] }), runData({ scenarios: [result(kill!)] }))).toBe(false);
  });

  it('and not if the equipment, or a person, kept it from saying anything', () => {
    const entry = knownEntry({ scenarios: [kill!.name], sdks: ['go'] });
    expect(
      isEligible(entry, runData({ scenarios: [result(kill!, { validation: [unread, outcome({ sdk: 'rust' })] })] })),
    ).toBe(false);
    expect(isEligible(entry, runData({ scenarios: [result(kill!, { fault: { injectError: 'no tc' } })] }))).toBe(false);
  });

  it('and not of messages, if its client could send none', () => {
    const shut = outcome({
      sdk: 'go',
      end: { kind: 'exited', code: 1 },
      result: { sent: 0, received: 0, p99_ms: null },
    });
    const data = runData({ scenarios: [result(kill!, { validation: [shut] })] });
    const eligible = (check: 'lost' | 'sent') => isEligible(knownEntry({ match: { check } }), data);
    expect([eligible('lost'), eligible('sent')]).toEqual([false, true]);
  });

  it('of the control run, if there was one that says something', () => {
    const entry = knownEntry({ match: { check: 'lost', where: 'control' } });
    expect(isEligible(entry, runData({ scenarios: [] }))).toBe(true);
    expect(isEligible(entry, runData({ control: [] }))).toBe(false);
    const runFailures = [{ status: 'harness_error', blame: 'equipment', sdk: null }] as const;
    expect(isEligible(entry, runData({ runFailures }))).toBe(false);
  });

  it('and counts as seen what an entry covers in part', () => {
    const found = [
      {
        scenario: null,
        sdk: null,
        where: 'run',
        status: 'failed',
        fails: true,
        ofEquipment: false,
        text: '',
        ids: [],
        partly: ['K-1'],
      },
    ] as const;
    expect(
      sightingsOf([knownEntry(), knownEntry({ id: 'K-2' }), knownEntry({ id: 'J', sdks: ['java'] })], whole, found),
    ).toEqual([
      { id: 'K-1', seen: 1 },
      { id: 'K-2', seen: 0 },
    ]);
  });
});

describe('an entry is gone', () => {
  const rounds = (seen: readonly (number | null)[]): (readonly Sighting[])[] =>
    seen.map((n) => (n === null ? [] : [{ id: 'K-1', seen: n }]));
  const gone = (...seen: (number | null)[]) => goneOf([knownEntry({ goneAfter: 3 })], rounds(seen));

  it('after as many rounds without it as it says, and is news in the first of them alone', () => {
    expect(gone(1, 0, 0)).toEqual([]);
    expect(gone(1, 0, 0, 0)).toEqual([{ id: 'K-1', why: 'known for long', rounds: 3, isNews: true }]);
    expect(gone(1, 0, 0, 0, 0)).toMatchObject([{ rounds: 4, isNews: false }]);
    expect(gone(1, 0, 0, 0, 1, 0)).toEqual([]);
  });

  it('also if it was never seen', () => {
    expect(gone(0, 0, 0)).toMatchObject([{ rounds: 3, isNews: true }]);
  });

  it('by rounds in which it could have been seen: others say nothing, and are no news', () => {
    expect(gone(1, 0, null, 0, null)).toEqual([]);
    expect(gone(1, 0, null, 0, 0)).toMatchObject([{ rounds: 3, isNews: true }]);
    expect(gone(1, 0, 0, 0, null)).toMatchObject([{ rounds: 3, isNews: false }]);
  });
});

describe('what earlier rounds saw', () => {
  const at = (runId: string, startedAt: string, change: Partial<typeof plan> = {}) => {
    const known = { findings: [], gone: [], sightings: [{ id: runId, seen: 1 }] };
    return historyEntry(jsonReport(runData({ runId, startedAt, plan: { ...plan, runId, ...change }, known })));
  };
  const now = runData({ runId: 'now', startedAt: '2026-11-22T11:58:00.000Z' });

  it('is of full rounds of the same cluster that began before, oldest first', () => {
    const { known: _, ...without } = at('no list', '2026-11-20T00:00:00.000Z');
    const entries = [
      at('second', '2026-11-22T08:00:00.000Z'),
      at('first', '2026-11-21T08:00:00.000Z'),
      at('later', '2026-11-23T08:00:00.000Z'),
      at('single', '2026-11-21T09:00:00.000Z', { kind: 'single' }),
      at('elsewhere', '2026-11-21T09:00:00.000Z', { cluster: 'other' }),
      at('now', '2026-11-22T11:58:00.000Z'),
      without,
    ];
    expect(sightingsBefore(entries, now).map(([sighting]) => sighting?.id)).toEqual(['first', 'second']);
  });
});
