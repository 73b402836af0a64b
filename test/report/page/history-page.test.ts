import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { historyFiles } from '../../../src/report/history-files.js';
import {
  attributes,
  barriers,
  browserMissing,
  launchBrowser,
  marksIn,
  openPage,
  SCREENS,
} from '../../../testing/browser.js';
import { scratchFolder } from '../../../testing/scratch.js';
import { syntheticHistory } from '../../../testing/reports/synthetic-history.js';

const entries = syntheticHistory(60);
const HOUR = 3_600_000;
const waitingFor = (hours: number) => ({
  since: new Date(Date.now() - hours * HOUR).toISOString(),
  every_ms: 4 * HOUR,
  overdue_after_ms: 9 * HOUR,
});
const closed = { failures_in_a_row: 0, open: false, since: null, note: null };
const breakers = [
  { cluster: 'local', failures_in_a_row: 3, open: true, since: null, note: 'Resume it.' },
  { ...closed, cluster: 'late', waiting: waitingFor(9.5), unplanned: 'a round could not read the config' },
  { ...closed, cluster: 'in-time', waiting: waitingFor(8.5), unplanned: null },
];
const files = historyFiles(entries, { runsAt: 'runs/', breakers });

test('what is written in a run is text on the page, and its address stays inside', () => {
  const evil = { ...entries[0]!, run_id: '../x"><script>', summary: 'FAIL: <script>alert(1)</script>' };
  const page = historyFiles([evil], { runsAt: '' }).get('index.html')!;
  expect(page).toContain('&lt;script&gt;alert(1)');
  expect(page).toContain('href="..%2Fx%22%3E%3Cscript%3E/report.html"');
});

test('an empty history is a page, too', () => {
  expect(historyFiles([], { runsAt: '' }).get('index.html')).toContain('No runs yet.');
});

describe.skipIf(browserMissing)('in a browser', () => {
  let browser: Browser;
  let url: string;
  let page: Page;

  beforeAll(async () => {
    const folder = scratchFolder('history');
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    url = pathToFileURL(join(folder, 'index.html')).href;
    browser = await launchBrowser();
    page = (await openPage(browser, url, { width: 1440, scheme: 'light' })).page;
  });
  afterAll(() => browser.close());

  test.each(SCREENS)('is whole, quiet and free of barriers at $width pixels, $scheme', async (screen) => {
    const opened = await openPage(browser, url, screen);
    expect(opened.complaints).toEqual([]);
    expect(opened.requests).toEqual([url]);
    expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBe(screen.width);
    expect(await barriers(opened.page)).toEqual([]);
    await opened.page.close();
  });

  test('every run has a mark and a row, with links to its page', async () => {
    const hrefs = (selector: string) => attributes(page, selector, 'href');
    const expected = entries.map((entry) => `runs/${entry.run_id}/report.html`);
    expect(await hrefs('.strip a')).toEqual([...expected].reverse());
    expect(await hrefs('#runs tbody a')).toEqual([...expected].reverse());
  });

  test('a trend has a mark for every run that can be told apart, passed or not', async () => {
    const trend = 'section[data-scenario="0"] figure:has-text("from injection to proved recovery")';
    // Sixty runs, four hours apart, on 310 pixels: no two share one.
    expect(await marksIn(page, `${trend} path[fill="var(--ok)"], ${trend} path[fill="var(--lost)"]`)).toBe(60);
  });

  test('the breaker says that it is open', async () => {
    expect(await page.getByText('Breaker of local: open').count()).toBe(1);
  });

  test('a verdict that is overdue is said by the reader’s clock, and only then', async () => {
    expect(await page.locator('p[data-since]:visible').allTextContents()).toEqual([
      'late: no verdict for 9 h (expected every 4 h)',
    ]);
    expect(await page.getByText('late: a round could not read the config').count()).toBe(1);
  });

  const any = { scenario: 'any', sdk: 'any', verdict: 'any' };
  const has = (scenario: string | null, sdk: string | null, wantPassed: boolean) =>
    entries.filter((entry) => {
      const all = entry.scenarios.filter((s) => scenario === null || s.name === scenario);
      const rows = all.flatMap((s) => s.sdks.filter((row) => sdk === null || row.sdk === sdk));
      return rows.length > 0 && rows.every((row) => row.passed) === wantPassed;
    }).length;

  test.each([
    [
      'a scenario that did not pass',
      { ...any, scenario: 'leader-transfer', verdict: 'not passed' },
      has('leader-transfer', null, false),
    ],
    ['an SDK that passed', { ...any, sdk: 'go', verdict: 'passed' }, has(null, 'go', true)],
    ['runs that are KNOWN', { ...any, verdict: 'run is KNOWN' }, entries.filter((e) => e.headline === 'KNOWN').length],
    ['runs that are FAIL', { ...any, verdict: 'run is FAIL' }, entries.filter((e) => e.headline === 'FAIL').length],
  ])('the lists choose %s', async (_, choice, expected) => {
    expect(expected).toBeGreaterThan(0);
    expect(expected).toBeLessThan(entries.length);
    for (const [id, label] of Object.entries(choice)) {
      await page.locator(`#${id}`).selectOption({ label });
    }
    expect(await page.locator('#runs tbody tr:visible').count()).toBe(expected);
    expect(await page.locator('.strip li:not([hidden])').count()).toBe(expected);
    expect(await page.locator('#shown').textContent()).toBe(`${expected} of 60 runs`);
  });

  test('a chosen scenario and SDK leave their trends alone on the page', async () => {
    await page.locator('#scenario').selectOption({ label: 'leader-transfer' });
    await page.locator('#sdk').selectOption({ label: 'go' });
    expect(await page.locator('section[data-scenario]:visible').count()).toBe(1);
    expect(await page.locator('figure[data-sdk]:not([hidden]) figcaption').allTextContents()).toSatisfy(
      (all: string[]) => all.every((text) => text.startsWith('go:')),
    );
  });
});
