import { expect, it, test } from 'vitest';
import { compareVersions, type VersionName } from '../../src/domain/versions.js';
import { symbolOf, tablesOf, versionsMarkdown } from '../../src/report/versions.js';
import { GITHUBS_OWN, markupOf, NASTY, proseOf, readTables, rendered } from '../../testing/gfm.js';
import { runsOf, twoVersions, type RoundChange } from '../../testing/series/versions.js';
import { outcome } from '../../testing/values.js';

const slow: RoundChange[] = [{ p99Ms: 80 }, { p99Ms: 77, lost: 3 }, { p99Ms: 84 }];
const of = (versions: readonly VersionName[], a: RoundChange[], b: RoundChange[]) =>
  compareVersions(versions, [...runsOf(0, a), ...runsOf(1, b)]);

test('the Markdown begins with the answer, then says what is new, what differs, everything, and the runs', () => {
  const text = versionsMarkdown(of(twoVersions, [{}, {}, {}], slow));
  expect(text.split('\n')[0]).toBe('# ✗ B (2.12) is worse than A (2.10): 1 new failure, 1 figure');
  expect(text.match(/^## .*$/gm)).toEqual([
    '## New and gone from A to B, in how many rounds',
    '## Figures that differ from A to B',
    '## All figures: median (least–greatest)',
    '## All failures and warnings, in how many rounds',
    '## Versions',
    '## Rounds',
  ]);
  expect(text).toContain('| broker-kill-single | go | p99 | 20 ms | 80 ms (77–84 ms) | worse |');
  expect(text).toMatch(/[^\n]\n$/);
});

test('a section without rows is left out, and a note stands above everything', () => {
  const text = versionsMarkdown(of(twoVersions, [{}], [{}]));
  expect(text.match(/^## .*$/gm)?.length).toBe(3);
  expect(text.split('\n')[2]).toMatch(/^> \*\*Note:\*\* No figure is judged: A has 1 round that counts, and B/);
});

it('has a sign for worse, for what cannot be said, and for neither', () => {
  expect([
    symbolOf({ worse: true, undecided: true }),
    symbolOf({ worse: false, undecided: true }),
    symbolOf({ worse: false, undecided: false }),
  ]).toEqual(['✗', '!', '✓']);
});

it.each(NASTY)('shows words of others as what they are: %j', (nasty) => {
  const versions = [
    { label: `A${nasty}`, path: `/opt/${nasty}` },
    { label: `B${nasty}`, path: '/opt/b' },
  ];
  const said = outcome({ sdk: `go${nasty}`, end: { kind: 'exited', code: 1 }, result: { lost: 2, received: 998 } });
  const change = { build: nasty, more: { validation: [said] } };
  const well = { build: nasty, more: { validation: [outcome({ sdk: said.sdk })] } };
  const comparison = of(versions, [well, well], [change, change]);
  expect(comparison.failures.some(({ steps }) => steps[0]?.change === 'new')).toBe(true);
  const html = rendered(versionsMarkdown(comparison));
  const allowed = /^<\/?(h1|h2|table|thead|tbody|tr|th|td|blockquote|p|strong)>$/;
  expect(markupOf(html).filter((tag) => !allowed.test(tag))).toEqual([]);
  expect(proseOf(html)).not.toMatch(GITHUBS_OWN);
  expect(readTables(html).length).toBe(tablesOf(comparison).reduce((sum, { rows }) => sum + rows.length + 1, 0));
});
