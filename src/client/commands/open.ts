import { Command } from 'commander';
import open from 'open';
import { ChaosError } from '../../domain/errors.js';
import { refreshHistory } from '../../host/data/history.js';
import { servePages, type PageServer } from '../../host/data/page-server.js';
import { latestReport, storedFile, storedReport } from '../../host/data/stored-runs.js';
import { REPORT_PAGE, RUNS_FOLDER } from '../../domain/run-files.js';
import { publishedFiles } from '../../report/files.js';
import { configOption, portOption, readConfig } from '../options.js';

interface Options {
  readonly config: string;
  readonly browser: boolean;
  readonly port: number;
}

/** The page that is asked for, relative to the server's root; an unknown run is an error that lists those that exist. */
function pageOf(dataRoot: string, asked: string | undefined): string {
  if (asked === undefined) return '';
  const runId = asked === 'latest' ? latestReport(dataRoot) : asked;
  storedReport(dataRoot, runId);
  storedFile(dataRoot, runId, REPORT_PAGE);
  return `${RUNS_FOLDER}/${runId}/${REPORT_PAGE}`;
}

const say = (text: string): unknown => process.stderr.write(`${text}\n`);

/** Who may read the data folder and not write it sees the history as it was written last. */
async function refresh(dataRoot: string): Promise<void> {
  try {
    // Imported here alone: every other command would wait for the charts.
    const { historyMaker } = await import('../../report/history-files.js');
    refreshHistory(dataRoot, historyMaker);
  } catch (error) {
    say(`the history could not be updated: ${(error as Error).message}`);
  }
}

async function serve(dataRoot: string, port: number): Promise<PageServer> {
  const isPublic = (path: string): boolean => publishedFiles([path]).length === 1;
  try {
    return await servePages(dataRoot, { port, isPublic });
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new ChaosError('CONFIG_INVALID', `--port: expected one that is free on 127.0.0.1, got ${port} (${code})`);
  }
}

/** Shows the address in the machine's browser; where there is none, the address on the terminal is what there is. */
async function showInBrowser(url: string): Promise<void> {
  const none = (why: string): unknown => say(`no browser could be opened (${why}); open the address yourself`);
  try {
    const opening = await open(url);
    opening.once('exit', (code) => {
      if (code !== 0) none(`${opening.spawnfile}: exit status ${String(code)}`);
    });
  } catch (error) {
    none((error as Error).message);
  }
}

export const openCommand = new Command('open')
  .description(
    'show the history of all runs, or the page of one run, in the browser; serves it on loopback until Ctrl-C',
  )
  .argument('[run_id]', 'or “latest”')
  .addOption(configOption())
  .option('--no-browser', 'only print the address')
  .addOption(portOption())
  .action(async (runId: string | undefined, options: Options) => {
    const { dataRoot } = readConfig(options.config);
    const page = pageOf(dataRoot, runId);
    await refresh(dataRoot);
    const server = await serve(dataRoot, options.port);
    const ended = new Promise<void>((resolve) => {
      process.once('SIGINT', () => resolve());
      process.once('SIGTERM', () => resolve());
    });
    process.stdout.write(`${server.url}${page}\n`);
    if (options.browser) await showInBrowser(`${server.url}${page}`);
    await ended;
    await server.close();
  });
