/** Names of what others read of a run and of the history: the same where they are made, kept, published and served. Relative, with `/`. */

export const REPORT_JSON = 'report.json';
export const REPORT_MARKDOWN = 'report.md';
export const REPORT_PAGE = 'report.html';
/** For CI servers and test reporters. */
export const JUNIT_XML = 'junit.xml';
export const CHARTS_FOLDER = 'charts';

/** The folder of the runs' folders, as the history on a host names it. */
export const RUNS_FOLDER = 'runs';
/** The history lies beside the folder of runs on a host, and beside the runs' own folders where it is published. */
export const HISTORY_PAGE = 'index.html';
export const HISTORY_JSON = 'index.json';
/** Beside it: the latest verdict for shields.io, and the changes of verdicts as an Atom feed. */
export const BADGE = 'badge.json';
export const FEED = 'feed.xml';

/** A client's ledger, packed, in the client's own folder. */
export const LEDGER = 'ledger.ndjson.gz';

/** Folder of one scenario in a run's folder. */
export const scenarioFolder = (scenario: string): string => `scenarios/${scenario}`;

/** Folder of one phase's clients in a run's folder: `control` or `scenarios/<name>/{fault,validation}`; each client has its own in there. */
export const phaseFolder = (scenario: string | null, phase: string): string =>
  scenario === null ? phase : `${scenarioFolder(scenario)}/${phase}`;

/** Beside them on a host: a file that only takes room, to be emptied when the disk is full. */
export const RESERVE = 'disk-reserve';
