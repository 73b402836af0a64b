// `npm run docs:pictures -- <folder of a run>`: makes the pictures of docs/ anew: that run's page, and the history with made-up runs; without a folder the
// history alone.
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { historyFiles } from '../src/report/history-files.js';
import { syntheticHistory } from '../testing/reports/synthetic-history.js';
import { launchBrowser, openPage, SCREENS } from '../testing/browser.js';
import { scratchFolder } from '../testing/scratch.js';

/** As much of a page as its picture shows, by the width of the screen. */
const HEIGHT_PX: Readonly<Record<number, number>> = { 360: 1900, 1440: 1500 };
const MONTH_OF_RUNS = 180;

const CHANGED_FROM = 120;

/** Made-up runs. From one of them on, Go's outages are longer, so that the picture shows a change. */
const runs = syntheticHistory(MONTH_OF_RUNS).map((run, i) => {
  if (i < CHANGED_FROM) return run;
  const longer = (ms: number | null): number | null => (ms === null ? null : 2.2 * ms);
  const scenarios = run.scenarios.map((scenario) => ({
    ...scenario,
    sdks: scenario.sdks.map((sdk) => (sdk.sdk === 'go' ? { ...sdk, outage_ms: longer(sdk.outage_ms) } : sdk)),
  }));
  return { ...run, scenarios };
});

const run = process.argv[2];
const page = resolve(run ?? '', 'report.html');
if (run !== undefined && !existsSync(page)) {
  console.error('usage: npm run docs:pictures [-- <folder of a run with a page>]');
  process.exit(64);
}
const folder = scratchFolder('pictures');
for (const [name, text] of historyFiles(runs, { runsAt: 'runs/' })) writeFileSync(join(folder, name), text);
const shown = [
  ...(run === undefined ? [] : SCREENS.map((screen) => ({ name: 'report', file: page, screen }))),
  { name: 'history', file: join(folder, 'index.html'), screen: { width: 1440, scheme: 'light' as const } },
];
const images = fileURLToPath(new URL('../docs/images/', import.meta.url));
const browser = await launchBrowser();
for (const { name, file, screen } of shown) {
  const opened = await openPage(browser, pathToFileURL(file).href, screen);
  const path = join(images, `${name}-${screen.width}-${screen.scheme}.png`);
  const clip = { x: 0, y: 0, width: screen.width, height: HEIGHT_PX[screen.width] ?? 1500 };
  await opened.page.screenshot({ path, clip, fullPage: true });
  console.log(path);
}
await browser.close();
