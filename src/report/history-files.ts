import type { HistoryBreaker, HistoryEntry } from '../domain/history.js';
import { BADGE, FEED, HISTORY_JSON, HISTORY_PAGE } from '../domain/run-files.js';
import { badge } from './badge.js';
import { feed } from './feed.js';
import { historyEntry, historyIndex } from './history.js';
import { historyPage } from './page/history-page.js';

/** The history as files: name → content. `runsAt`: folder of the runs as seen from them, `runs/` or nothing. */
export function historyFiles(
  entries: readonly HistoryEntry[],
  options: { readonly runsAt: string; readonly breakers?: readonly HistoryBreaker[] },
): Map<string, string> {
  const index = historyIndex(entries, options);
  return new Map([
    [HISTORY_JSON, `${JSON.stringify(index)}\n`],
    [HISTORY_PAGE, historyPage(index)],
    [BADGE, badge(index.runs)],
    [FEED, feed(index)],
  ]);
}

/** How the history of a data folder is made: given to the room that keeps it. */
export const historyMaker = { entryOf: historyEntry, filesOf: historyFiles } as const;
