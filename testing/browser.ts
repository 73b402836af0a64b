import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';

const found = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'chromium'))
  .find((file) => existsSync(file));

/** Without it these tests are skipped, with a word about it; in continuous integration its absence is a failure. */
export const browserMissing = found === undefined && process.env['CI'] !== 'true';
if (browserMissing)
  console.warn('chromium: found nowhere on PATH (Debian: chromium, fonts-dejavu-core); the pages are not looked at');

export const launchBrowser = (): Promise<Browser> => {
  if (found === undefined)
    throw new Error('chromium: expected on PATH, found nowhere (Debian: chromium, fonts-dejavu-core)');
  return chromium.launch({ executablePath: found, args: ['--no-sandbox'] });
};

export interface Opened {
  readonly page: Page;
  /** Console messages that are warnings or errors, and errors of scripts. */
  readonly complaints: readonly string[];
  /** Every address that was asked for. */
  readonly requests: readonly string[];
}

/** Opens an address as a person with such a screen would, and writes down what the page does wrong. */
export async function openPage(
  browser: Browser,
  url: string,
  screen: { readonly width: number; readonly scheme: 'light' | 'dark' },
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: screen.width, height: 900 }, colorScheme: screen.scheme });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (m) => (['error', 'warning'].includes(m.type()) ? complaints.push(m.text()) : undefined));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests };
}

/** What axe finds serious or worse: rule and place. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const results = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] }),
  );
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
}

export const SCREENS = [360, 1440].flatMap((width) =>
  (['light', 'dark'] as const).map((scheme) => ({ width, scheme })),
);

/** An attribute of everything that a selector finds, in the order of the page. */
export const attributes = async (page: Page, selector: string, name: string): Promise<(string | null)[]> =>
  Promise.all((await page.locator(selector).all()).map((found) => found.getAttribute(name)));

/** How many marks these paths draw: each begins with a move. */
export const marksIn = async (page: Page, selector: string): Promise<number> =>
  (await attributes(page, selector, 'd')).reduce((sum, shape) => sum + (shape?.match(/M/g)?.length ?? 0), 0);
