import { Command } from 'commander';
import { execa } from 'execa';
import { refreshHistory } from '../../host/history.js';
import { servePages } from '../../host/page-server.js';
import { latestReport, storedReport } from '../../host/stored-runs.js';
import { publishedFiles, REPORT_PAGE } from '../../report/files.js';
import { historyEntry } from '../../report/history.js';
import { historyFiles } from '../../report/history-files.js';
import { configOption, readConfig } from '../options.js';

interface Options {
  readonly config: string;
  readonly browser: boolean;
  readonly port: number;
}

/** The page that is asked for, relative to the server's root; an unknown run is an error that lists those that exist. */
function pageOf(dataRoot: string, asked: string | undefined): string {
  if (asked === undefined) return '';
  const runId = asked === 'latest' ? (latestReport(dataRoot) ?? 'none') : asked;
  storedReport(dataRoot, runId);
  return `runs/${runId}/${REPORT_PAGE}`;
}

/** Shows the address in the machine's browser; where there is none, the address on the terminal is what there is. */
async function showInBrowser(url: string): Promise<void> {
  const command = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const { failed } = await execa(command, [url], { reject: false, stdio: 'ignore', timeout: 10_000 });
  if (failed) process.stderr.write(`no browser could be opened (${command}); open the address yourself\n`);
}

export const openCommand = new Command('open')
  .description('the history of all runs in the browser, or one run’s page; served on loopback until Ctrl-C')
  .argument('[run_id]', 'or “latest”')
  .addOption(configOption())
  .option('--no-browser', 'only print the address')
  .option('--port <number>', 'port on 127.0.0.1; 0 takes a free one', Number, 0)
  .action(async (runId: string | undefined, options: Options) => {
    const { dataRoot } = readConfig(options.config);
    const page = pageOf(dataRoot, runId);
    refreshHistory(dataRoot, { entryOf: historyEntry, filesOf: historyFiles });
    const isPublic = (path: string): boolean => publishedFiles([path]).length === 1;
    const server = await servePages(dataRoot, { port: options.port, isPublic });
    process.stdout.write(`${server.url}${page}\n`);
    const ended = new Promise<void>((resolve) => {
      process.once('SIGINT', () => resolve());
      process.once('SIGTERM', () => resolve());
    });
    if (options.browser) await showInBrowser(`${server.url}${page}`);
    await ended;
    await server.close();
  });
