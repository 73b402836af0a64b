import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LedgerMessage } from '../../../src/domain/ledger.js';
import { grainOf } from '../../../src/report/charts/timeline-layout.js';
import { spotsOf } from '../../../src/report/charts/marks.js';
import { WIDE_PX } from '../../../src/report/charts/render.js';
import { judgeKnown } from '../../../src/domain/known-verdict.js';
import { runFiles } from '../../../src/report/run-files.js';
import { timelineOf } from '../../../src/report/timeline.js';
import { barriers, browserMissing, launchBrowser, marksIn, openPage, SCREENS } from '../../../testing/browser.js';
import { knownEntry } from '../../../testing/known.js';
import { everyMoment, guaranteeResult } from '../../../testing/reports/guarantees.js';
import { scratchFolder } from '../../../testing/scratch.js';
import { syntheticRun } from '../../../testing/reports/synthetic.js';

const run = syntheticRun({ messages: 400, sdks: ['go', 'rust'], lostEvery: 50 });
const entries = [
  knownEntry({ scenarios: ['leader-transfer'] }),
  knownEntry({ id: 'K-2', sdks: ['rust'], match: { check: 'sent' }, goneAfter: 1 }),
];
const list = { entries, day: '2026-11-29', earlier: [] };
const sources = { ...run, data: judgeKnown({ ...run.data, plan: { ...run.data.plan, known: entries } }, list) };
const files = runFiles(sources);

/** The same run, with a violation in the first scenario and in the control run; without ledgers, since the other page has the charts. */
const shown = [{ text: 'sub’s <b>message</b> 7 never came', moments: everyMoment(50_000_000) }];
const violated = guaranteeResult({ state: 'violated', violations: 9, shown, why: 'seen, and not judged' });
const [first, ...others] = sources.data.scenarios;
const withGuarantees = {
  ...sources.data,
  controlGuarantees: [{ ...violated, phase: 'control' } as const],
  scenarios: [{ ...first!, guarantees: [violated, guaranteeResult({ guarantee: 'will', sdk: 'rust' })] }, ...others],
};
const filesWithGuarantees = runFiles({ ...sources, ledgers: [], data: withGuarantees });

test('the same run gives the same files, to the byte', () => {
  expect([...runFiles(sources)]).toEqual([...files]);
});

test('a run that recorded no guarantee says nothing about any', () => {
  for (const name of ['report.html', 'report.md']) {
    expect(files.get(name)).not.toMatch(/guarantee/i);
    expect(filesWithGuarantees.get(name)).toMatch(/guarantee/i);
  }
});

test('every chart is a file beside the Markdown, which shows it', () => {
  const charts = [...files.keys()].filter((path) => path.startsWith('charts/'));
  expect(charts).toHaveLength(6);
  for (const path of charts) expect(files.get('report.md')).toContain(`](${path})`);
});

describe.skipIf(browserMissing)('in a browser', () => {
  let browser: Browser;
  let folder: string;
  let page: Page;
  const url = (file: string): string => pathToFileURL(join(folder, file)).href;

  beforeAll(async () => {
    folder = scratchFolder('report');
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    writeFileSync(join(folder, 'guarantees.html'), filesWithGuarantees.get('report.html')!);
    browser = await launchBrowser();
    page = (await openPage(browser, url('report.html'), { width: 1440, scheme: 'light' })).page;
  });
  afterAll(() => browser.close());

  // What only the second page has does not depend on a wide screen.
  const PAGES = [
    ...SCREENS.map((screen) => ({ file: 'report.html', ...screen })),
    ...SCREENS.filter(({ width }) => width === 360).map((screen) => ({ file: 'guarantees.html', ...screen })),
  ];

  test.each(PAGES)(
    'is whole, quiet and free of barriers: $file, $width pixels, $scheme',
    async ({ file, ...screen }) => {
      const opened = await openPage(browser, url(file), screen);
      expect(opened.complaints).toEqual([]);
      expect(opened.requests).toEqual([url(file)]);
      expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBe(screen.width);
      expect(await barriers(opened.page)).toEqual([]);
      await opened.page.close();
    },
  );

  test.each(['ok', 'late', 'unacked', 'lost'] as const)('draws every message that is %s', async (kind) => {
    let total = 0;
    for (const result of sources.data.scenarios) {
      const { name } = result.scenario;
      const own = sources.ledgers.filter((l) => l.scenario === name);
      const find = (sdk: string, phase: string) => own.find((l) => l.sdk === sdk && l.phase === phase)?.ledger;
      const ledgers = sources.data.plan.sdks.map((sdk) => ({
        sdk,
        fault: find(sdk, 'fault'),
        validation: find(sdk, 'validation'),
      }));
      const timeline = timelineOf(result, ledgers, 500)!;
      const spots = timeline.tracks.flatMap(({ marks }) => spotsOf(marks, grainOf(timeline, WIDE_PX))[kind]);
      const messages = own.flatMap(({ ledger }) => ledger.messages).filter((m) => kindOf(m) === kind);
      expect(spots.reduce((sum, spot) => sum + spot.messages, 0)).toBe(messages.length);
      const paths = `.wide svg[aria-label^="${name} in time"] path[fill="var(--${kind})"]`;
      const drawn = await marksIn(page, paths);
      expect(drawn, `${name}, ${kind}`).toBe(spots.length);
      total += messages.length;
    }
    expect(total).toBeGreaterThan(0);
  });

  test('says in its tables what the ledgers say', async () => {
    for (const { scenario, phase, sdk, ledger } of sources.ledgers.filter((l) => l.phase === 'validation')) {
      const cell = (name: string) =>
        page.locator(`[data-cell="${String(scenario)}/${phase}/${sdk}/${name}"]`).textContent();
      const received = ledger.messages.filter((m) => m.recv_us !== null).length;
      const lost = ledger.messages.filter((m) => m.ack_us !== null && m.recv_us === null).length;
      expect([await cell('received'), await cell('lost')]).toEqual([String(received), String(lost)]);
    }
  });

  test('begins with what is new, then what is known, then what is gone', async () => {
    const head = page.locator('#news h2');
    expect(await head.textContent()).toMatch(/^What is new: \d+ new failures?, .*\d+ known, 1 gone$/);
    const rows = await page.locator('#news tbody tr').allTextContents();
    expect(rows.length).toBeGreaterThan(2);
    const kinds = rows.map((row) => /new|known|gone/.exec(row)?.[0]);
    expect(kinds).toEqual(
      [...kinds].sort((a, b) => ['new', 'known', 'gone'].indexOf(a!) - ['new', 'known', 'gone'].indexOf(b!)),
    );
    expect(new Set(kinds).size).toBeGreaterThan(1);
    expect(rows.at(-1)).toContain('K-2 has not been seen for 1 round');
    expect(await page.locator('#news ~ section h2, main h2').first().textContent()).toMatch(/^Validation/);
  });

  test('shows guarantees after what is new and before the scenarios, and of a violation who did what', async () => {
    const { page: opened } = await openPage(browser, url('guarantees.html'), { width: 1440, scheme: 'light' });
    const heads = (await opened.locator('h2').allTextContents()).slice(0, 3);
    expect(heads).toEqual([
      expect.stringMatching(/^What is new/),
      expect.stringMatching(/^Guarantees/),
      expect.stringMatching(/^Validation/),
    ]);
    const cell = (name: string) => opened.locator(`[data-cell="guarantees/${name}"]`).textContent();
    expect(await cell('order/go')).toBe('✗ violated: 18, most in control run');
    expect([await cell('will/rust'), await cell('will/go')]).toEqual(['✓ held', '–']);
    const violation = opened.locator('figure:has-text("never came")').first();
    expect(await violation.locator('figcaption').textContent()).toBe('sub’s <b>message</b> 7 never came');
    expect(await violation.locator('svg').getAttribute('aria-label')).toMatch(/7 moments, .* as a table\.$/);
    // One row for each moment, and the two borders of the fault.
    expect(await violation.locator('details tbody tr').count()).toBe(9);
    await opened.close();
  });

  test('names every lost message, and what the brokers said stays text', async () => {
    const { losses } = sources.data;
    expect(losses.length).toBeGreaterThan(0);
    const text = (await page.locator('#losses').textContent()) ?? '';
    for (const loss of losses) expect(text).toContain(loss.seqs);
    const rows = await page.locator('#losses details tbody tr').count();
    expect(rows).toBe(losses.reduce((sum, loss) => sum + loss.messages.length, 0));
    expect(await page.locator('main b').count()).toBe(0);
    expect(await page.getByText('<b>slow</b> consumer').count()).toBe(1);
  });

  test('every chart has a name for those who cannot see it, and a table beside it', async () => {
    const figures = await page.locator('figure').all();
    expect(figures).toHaveLength(6);
    for (const figure of figures) {
      expect(await figure.locator('svg[role=img]').first().getAttribute('aria-label')).toMatch(/as a table\.$/);
      expect(await figure.locator('details table tbody tr').count()).toBeGreaterThan(0);
    }
  });

  test('can be read with the keyboard alone: a table opens, and scrolls', async () => {
    const summary = page.locator('figure summary').first();
    await summary.focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('figure details').first().getAttribute('open')).toBe('');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('region');
  });

  test('a chart alone is a picture, too: it brings its colours along', async () => {
    const opened = await openPage(browser, url('charts/leader-transfer-timeline.svg'), { width: 1440, scheme: 'dark' });
    const fill = await opened.page.evaluate('getComputedStyle(document.querySelector("rect")).fill');
    expect(fill).toBe('rgb(15, 20, 25)');
    expect([opened.complaints, opened.requests.length]).toEqual([[], 1]);
  });
});

/** Of the test's own: the words of the issue, not the program's function. */
function kindOf(m: LedgerMessage): string {
  if (m.ack_us === null) return 'unacked';
  if (m.recv_us === null) return 'lost';
  return m.recv_us - m.intended_us < 500_000 ? 'ok' : 'late';
}
