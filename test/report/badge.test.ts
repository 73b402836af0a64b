import { expect, it } from 'vitest';
import type { HistoryEntry } from '../../src/domain/history.js';
import { badge, latestVerdict } from '../../src/report/badge.js';
import { historyEntry } from '../../src/report/history.js';
import { jsonReport } from '../../src/report/json.js';
import { runData } from '../../testing/reports/values.js';

const entry = historyEntry(jsonReport(runData()));
const known = { new_failures: 2, new_warnings: 0, known: 1, gone: [], sightings: [] };
const shown = (...changes: Partial<HistoryEntry>[]): unknown =>
  JSON.parse(badge(changes.map((change) => ({ ...entry, ...change }))));

it('is the latest verdict of a full round, in the form of shields.io', () => {
  expect(shown({ headline: 'FAIL' }, { headline: 'PASS' })).toEqual({
    schemaVersion: 1,
    label: 'chaos',
    message: 'PASS',
    color: 'brightgreen',
  });
  expect(shown({ headline: 'FAIL', known })).toMatchObject({ message: 'FAIL, 2 new', color: 'red' });
  expect(shown({ headline: 'KNOWN' })).toMatchObject({ message: 'KNOWN', color: 'yellowgreen' });
  expect(shown({ headline: 'INVALID' })).toMatchObject({ color: 'orange' });
});

it('does not show single scenarios, cancelled runs, or nothing as a verdict', () => {
  expect(shown({ headline: 'PASS' }, { headline: 'FAIL', kind: 'single' }, { headline: 'CANCELLED' })).toMatchObject({
    message: 'PASS',
  });
  expect(shown()).toEqual({ schemaVersion: 1, label: 'chaos', message: 'no verdict', color: 'lightgrey' });
  expect(latestVerdict([{ ...entry, kind: 'single' }])).toBeUndefined();
});
