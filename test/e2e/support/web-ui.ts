// What a person does in Temporal's Web UI, in Debian's Chromium without a window.

import { chromium, type Browser, type Locator, type Page } from 'playwright-core';

/** Pages of the Web UI render late on a busy machine: every wait is for what is looked for, and this is only where it is given up. */
const LIMIT_MS = 60_000;
/** After an edit the dialog's editor writes its text anew, and the dialog grows: a click before that goes beside its button. */
const EDITOR_SETTLES_MS = 600;

export interface WebUi {
  readonly page: Page;
  readonly close: () => Promise<void>;
}

/** A browser with one page. It may reach nothing but this machine. */
export async function openBrowser(): Promise<WebUi> {
  const browser: Browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update'],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', timezoneId: 'UTC' });
  context.setDefaultTimeout(LIMIT_MS);
  await context.route(
    (url) => url.hostname !== '127.0.0.1',
    (route) => route.abort(),
  );
  return { page: await context.newPage(), close: () => browser.close() };
}

/** Menus and dialogs are twice in the page, for narrow windows and for wide ones; only one of the two is seen. */
const visible = (page: Page, selector: string): Locator => page.locator(`${selector}:visible`);

/** The tab on which a run says what it is doing and how it is resumed; the first screen does not show that. */
export async function showDetails(page: Page, workflowUrl: string): Promise<void> {
  await page.goto(workflowUrl);
  await page.locator('#user-metadata-tab').click();
}

/** Sends a signal through the dialog of a workflow's page: More Actions → Send a Signal → its name → data → Submit. */
export async function sendSignal(page: Page, signal: string, payload: object): Promise<void> {
  await page.getByRole('button', { name: 'More Actions' }).click();
  await visible(page, '[data-testid=signal-button]').click();
  await visible(page, '[data-testid=signal-select-button]').click();
  await visible(page, '[role=option]').filter({ hasText: signal }).click();
  await visible(page, '[role=textbox][aria-label=Data]').click();
  await page.keyboard.insertText(JSON.stringify(payload));
  await page.keyboard.press('Tab');
  await page.waitForTimeout(EDITOR_SETTLES_MS);
  await visible(page, '[data-testid=confirm-modal-button]').click();
}

export const seeText = (page: Page, text: string | RegExp): Promise<void> =>
  page.getByText(text).filter({ visible: true }).first().waitFor();
