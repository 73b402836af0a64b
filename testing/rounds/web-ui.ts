// What a person does in Temporal's Web UI, in Debian's Chromium without a window.

import { chromium, type Locator, type Page, type Request } from 'playwright-core';

/** Pages of the Web UI render late on a busy machine: every wait is for what is looked for, and this is only where it is given up. */
const LIMIT_MS = 60_000;
/** A dialog whose signal has arrived closes within this, or not at all. */
const DIALOG_LIMIT_MS = 5_000;

export interface WebUi {
  readonly page: Page;
  readonly close: () => Promise<void>;
}

/** Requests of the page that have no answer yet: what to look at when it waits in vain. */
const underWay = new Set<string>();

/** A browser with one page. It reaches nothing but this machine. */
export async function openBrowser(): Promise<WebUi> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update'],
  });
  const context = await browser.newContext({
    viewport: { width: 1600, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  context.setDefaultTimeout(LIMIT_MS);
  await context.route(
    ({ hostname }) => hostname !== '127.0.0.1',
    (route) => route.abort(),
  );
  const page = await context.newPage();
  page.on('request', (request) => underWay.add(`${request.method()} ${request.url()}`));
  const answered = (request: Request): void => void underWay.delete(`${request.method()} ${request.url()}`);
  page.on('requestfinished', answered);
  page.on('requestfailed', answered);
  return { page, close: () => browser.close() };
}

/** Menus and dialogs are twice in the page, for narrow windows and for wide ones; only one of the two is seen. */
const visible = (page: Page, selector: string): Locator => page.locator(`${selector}:visible`);

/** Waits until a page shows a text. */
export const seeText = (page: Page, text: string | RegExp): Promise<void> =>
  page.getByText(text).filter({ visible: true }).first().waitFor();

/** The tab on which a run says what it is doing and how it is resumed; the first screen does not show that. */
export async function openDetails(page: Page, workflowUrl: string): Promise<void> {
  await page.goto(workflowUrl);
  await page.locator('#user-metadata-tab').click();
}

/** Waits until a run's details show a text. They are rendered in a frame of their own, and anew when somebody presses R. */
export async function seeInDetails(page: Page, text: string | RegExp): Promise<void> {
  const details = page.frameLocator('#user-metadata-current-details');
  await details.getByText(text).first().waitFor();
}

/**
 * Sends a signal through the dialog of a workflow's page: More Actions → Send a Signal → its name → data → Submit. Resolves when `arrived` says that
 * the workflow has it. The dialog of this Web UI may stay open after that, as if it were still sending; it is then closed by hand, as a person would.
 */
export async function sendSignal(
  page: Page,
  signal: string,
  payload: object,
  arrived: () => Promise<boolean>,
): Promise<void> {
  await page.getByRole('button', { name: 'More Actions' }).click();
  await visible(page, '[data-testid=signal-button]').click();
  await visible(page, '[data-testid=signal-select-button]').click();
  await visible(page, '[role=option]').filter({ hasText: signal }).click();
  await visible(page, '[role=textbox][aria-label=Data]').click();
  // The dialog still holds what was sent last.
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(JSON.stringify(payload));
  // Left, the editor writes its text anew on several lines, and the dialog grows: a click before that goes beside its button.
  await page.keyboard.press('Tab');
  await visible(page, '[role=textbox][aria-label=Data] .cm-line').nth(1).waitFor();
  const submit = visible(page, '[data-testid=confirm-modal-button]');
  await submit.click();
  const end = Date.now() + LIMIT_MS;
  while (!(await arrived())) {
    if (Date.now() > end) throw new Error(`the signal did not arrive; requests under way: ${[...underWay].join(', ')}`);
    await page.waitForTimeout(200);
  }
  const closed = submit.waitFor({ state: 'hidden', timeout: DIALOG_LIMIT_MS });
  await closed.catch(() => page.reload());
}
