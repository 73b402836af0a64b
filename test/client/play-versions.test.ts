import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { statusOf, textOf } from '../../src/client/play-versions.js';
import { seriesPlan } from '../../testing/series/plan.js';
import type { VersionsCompared, VersionsProgress } from '../../src/messages/versions.js';
import { temporaryFolder } from '../../testing/processes.js';

const request = { versions: seriesPlan.versions, rounds: 2 };
const jsonPath = join(temporaryFolder(), 'versions.json');
const compared: VersionsCompared = {
  answer: 'B is worse',
  worse: true,
  undecided: false,
  jsonPath,
  markdownPath: '/m',
};
const end = (change: Partial<VersionsProgress>): VersionsProgress => ({
  ...{ request, plan: seriesPlan, runs: [], current: null, compared, cancelled: false, problem: null },
  ...change,
});

it.each([
  ['a version that is worse', {}, 1],
  ['nothing that differs', { compared: { ...compared, worse: false } }, 0],
  [
    'a version that is worse, beside another of which nothing can be said',
    { compared: { ...compared, undecided: true } },
    1,
  ],
  ['nothing that can be said', { compared: { ...compared, worse: false, undecided: true } }, 2],
  ['a series whose end is missing', { compared: { ...compared, worse: false }, problem: 'it was ended' }, 2],
  ['nothing that could be compared', { compared: null, problem: 'no room' }, 2],
  ['a series that was cancelled', { cancelled: true }, 130],
] as const)('the exit status of %s', (_what, change, status) => {
  expect(statusOf(end(change))).toBe(status);
});

it('the answer is printed also where the table lies on another host', () => {
  expect(existsSync(jsonPath)).toBe(false);
  expect(textOf(end({}))).toBe(`\nB is worse\n\nReport: /m\n        ${jsonPath}\n`);
  expect(textOf(end({ problem: 'no room' }))).toContain('\n! not the whole series: no room\n');
  expect(textOf(end({ compared: null, problem: 'no room' }))).toBe('\nnothing was compared: no room\n');
});
