import {
  CHARTS_FOLDER,
  JUNIT_XML,
  LEDGER,
  phaseFolder,
  REPORT_JSON,
  REPORT_MARKDOWN,
  REPORT_PAGE,
} from '../domain/run-files.js';

/** Small, and for everybody: the page, the same as Markdown, JSON and JUnit's XML, and the charts of both. */
const REPORTS: readonly string[] = [REPORT_JSON, REPORT_MARKDOWN, REPORT_PAGE, JUNIT_XML];
const CHART = new RegExp(`^${CHARTS_FOLDER}/[A-Za-z0-9._-]+\\.svg$`);
/** Any name, where a pattern is made of a path. */
const ANY = '[^/]+';
const LEDGERS = new RegExp(
  `^(${phaseFolder(null, 'control')}|${phaseFolder(ANY, '(fault|validation)')})/${ANY}/${LEDGER.replaceAll('.', '\\.')}$`,
);

/** Of the paths in a run's folder (relative, with `/`), what is published of every run. */
export const publishedFiles = (paths: readonly string[]): string[] =>
  paths.filter((path) => REPORTS.includes(path) || CHART.test(path)).sort();

/** Of the same paths, the ledgers: megabytes, published only where the config says so. */
export const ledgerFiles = (paths: readonly string[]): string[] => paths.filter((path) => LEDGERS.test(path)).sort();
