import { expect, it } from 'vitest';
import { compareVersions, type VersionsComparison } from '../../src/domain/versions.js';
import {
  differencesOfStep,
  failuresTable,
  figuresOfVersions,
  newsOfStep,
  roundsTable,
  versionsTable,
} from '../../src/report/version-tables.js';
import { stepsOf } from '../../src/report/version-words.js';
import { knownEntry } from '../../testing/known.js';
import { runsOf, twoVersions } from '../../testing/series/versions.js';

const known = [knownEntry({ match: { check: 'lost', where: 'fault' } })];
const found: VersionsComparison = compareVersions(twoVersions, [
  ...runsOf(0, [
    { known, p99Ms: 20, lostInFault: 2, outageMs: 8000 },
    { known, p99Ms: 22, outageMs: 8100 },
    { known, p99Ms: 21, outageMs: 7900 },
  ]),
  ...runsOf(1, [{ known, p99Ms: 80, lost: 3 }, { known, p99Ms: 77 }, { known, p99Ms: 84, lost: 9 }, null]),
]);
const [step] = stepsOf(found);
const kill = 'broker-kill-single';

it('what is new stands above what is gone, with the rounds of both, and by which entry it is known', () => {
  expect(newsOfStep(step!)).toEqual({
    caption: 'New and gone from A to B, in how many rounds',
    head: ['', 'scenario', 'SDK', 'in', 'what was seen', 'A', 'B', 'known as'],
    rows: [
      ['new failure', kill, 'go', 'validation', 'lost 9', '0 of 3', '2 of 3', '–'],
      ['warning gone', kill, 'go', 'fault period', 'lost 2', '1 of 3', '0 of 3', 'K-1'],
    ],
  });
});

it('figures that differ have both medians and their ratio, worse ones first', () => {
  expect(differencesOfStep(step!, found).rows).toEqual([
    ['worse', kill, 'go', 'p99', '21 ms → 80 ms', '3.81 ×'],
    ['better', kill, 'go', 'outage', '8.0 s → 4.0 s', '0.50 ×'],
  ]);
  const none = compareVersions(twoVersions, [
    ...runsOf(0, [{}, {}, {}]),
    ...runsOf(1, [{ lostInFault: 8 }, { lostInFault: 9 }, { lostInFault: 8 }]),
  ]);
  expect(differencesOfStep(stepsOf(none)[0]!, none).rows).toEqual([
    ['worse', kill, 'go', 'lost in the fault', '0 → 8 messages', '–'],
  ]);
});

it('all failures have their rounds in each version, failures first', () => {
  expect(failuresTable(found).rows).toEqual([
    ['failure', kill, 'go', 'validation', 'lost 9', '0 of 3', '2 of 3', '–'],
    ['known warning', kill, 'go', 'fault period', 'lost 2', '1 of 3', '0 of 3', 'K-1'],
  ]);
});

it('all figures have median, least and greatest of each version', () => {
  const { head, rows } = figuresOfVersions(found);
  expect(head).toEqual(['scenario', 'SDK', 'figure', 'A', 'B', '']);
  expect(rows).toContainEqual([kill, '–', 'time to a leader', '4.3 s', '4.3 s', '']);
  expect(rows).toContainEqual([kill, 'go', 'p99', '21 ms (20–22 ms)', '80 ms (77–84 ms)', 'worse']);
});

it('versions have what their brokers said, and how many of their rounds count', () => {
  expect(versionsTable(found).rows).toEqual([
    ['A', '2.10', '210aaaaaaaaa', '/opt/old/nats-server', '3', '3', '–'],
    ['B', '2.12', '212aaaaaaaaa', '/opt/new/nats-server', '4', '3', '1 without a report'],
  ]);
  const [row] = versionsTable(compareVersions(twoVersions, [])).rows;
  expect(row).toEqual(['A', '–', '–', '/opt/old/nats-server', '0', '0', '–']);
});

it('rounds stand in the order in which they were played', () => {
  expect(roundsTable(found).rows.map((row) => row.join(' '))).toEqual([
    '1 A PASS run-A-1',
    '1 B FAIL run-B-1',
    '2 A PASS run-A-2',
    '2 B PASS run-B-2',
    '3 A PASS run-A-3',
    '3 B FAIL run-B-3',
    '4 B no report run-B-4',
  ]);
});
