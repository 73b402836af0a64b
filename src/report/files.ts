/** What a run's folder holds for readers, and where: the page, the same as Markdown and JSON, and the charts of both. */

export const REPORT_JSON = 'report.json';
export const REPORT_MARKDOWN = 'report.md';
export const REPORT_PAGE = 'report.html';
export const CHARTS_FOLDER = 'charts';

/** Where the history lies: beside the folder of runs on a host, and beside the runs' own folders where it is published. */
export const HISTORY_PAGE = 'index.html';
export const HISTORY_JSON = 'index.json';

const REPORTS: readonly string[] = [REPORT_JSON, REPORT_MARKDOWN, REPORT_PAGE];
const CHART = new RegExp(`^${CHARTS_FOLDER}/[A-Za-z0-9._-]+\\.svg$`);
const LEDGER = /^(control|scenarios\/[^/]+\/(fault|validation))\/[^/]+\/ledger\.ndjson\.gz$/;

/** Of the paths in a run's folder (relative, with `/`), those that are small and for everybody: what is published of every run. */
export const publishedFiles = (paths: readonly string[]): string[] =>
  paths.filter((path) => REPORTS.includes(path) || CHART.test(path)).sort();

/** Of the same paths, the ledgers: megabytes, published only where the config says so. */
export const ledgerFiles = (paths: readonly string[]): string[] => paths.filter((path) => LEDGER.test(path)).sort();
