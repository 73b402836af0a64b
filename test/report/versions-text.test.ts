import { expect, it } from 'vitest';
import { compareVersions } from '../../src/domain/versions.js';
import { versionsText } from '../../src/report/versions-text.js';
import { runsOf, twoVersions } from '../../testing/series/versions.js';

const found = compareVersions(twoVersions, [
  ...runsOf(0, [{ p99Ms: 20 }, { p99Ms: 22 }, { p99Ms: 21 }]),
  ...runsOf(1, [{ p99Ms: 80 }, { p99Ms: 77, lost: 3 }, { p99Ms: 84 }]),
]);
const widest = (text: string): number => Math.max(...text.split('\n').map(({ length }) => length));

it('begins with the answer, then says what is new, what differs, everything, and the runs', () => {
  const text = versionsText(found);
  expect(text.split('\n').slice(0, 9)).toEqual([
    '✗ B (2.12) is worse than A (2.10): 1 new failure, 1 figure',
    '',
    'New and gone from A to B, in how many rounds',
    '',
    '             scenario            SDK  in          what was seen  A       B',
    'new failure  broker-kill-single  go   validation  lost 3         0 of 3  1 of 3',
    '',
    'Figures that differ from A to B',
    '',
  ]);
  expect(text).toMatch(/\nRounds\n\nround {2}version {2}verdict {2}run\n1 {6}A {8}PASS {5}run-A-1\n/);
});

it('fits a terminal of 80 columns, and uses a wider one', () => {
  expect(widest(versionsText(found))).toBeLessThanOrEqual(80);
  expect(versionsText(found, 40)).toBe(versionsText(found, 80));
  const wide = versionsText(found, 120);
  expect(widest(wide)).toBeLessThanOrEqual(120);
  expect(wide).toContain('recovery after the window');
});

it('breaks notes between words, and shows what cannot be seen', () => {
  const versions = [
    { label: 'the one that was built last night by hand', path: '/a' },
    { label: 'x\u001b[2J', path: '/b' },
  ];
  const text = versionsText(compareVersions(versions, [...runsOf(0, [{}]), ...runsOf(1, [{}])]));
  expect(text).not.toContain('\u001b');
  expect(text).toContain('x\\u001b[2J');
  expect(widest(text.split('\n').slice(1).join('\n'))).toBeLessThanOrEqual(80);
  expect(text).toMatch(/No figure is judged: the one that was built last night by hand has 1 round/);
});
