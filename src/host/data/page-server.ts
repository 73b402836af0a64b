import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { BADGE, FEED, HISTORY_JSON, HISTORY_PAGE, RUNS_FOLDER } from '../../domain/run-files.js';
import { dataPaths, runDir } from '../layout/paths.js';
import { serveHttp } from '../os/http-server.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.xml': 'application/xml; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
};

const OF_HISTORY: readonly string[] = [HISTORY_PAGE, HISTORY_JSON, BADGE, FEED];
const PATH_IN_RUN = new RegExp(`^${RUNS_FOLDER}/([A-Za-z0-9._-]+)/(.+)$`);

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The file that a request may have, or undefined: the history, and of a run what is for everybody. Nothing else of the data folder is served. */
function fileOf(path: string, root: string, isPublic: (path: string) => boolean): string | undefined {
  if (path === '') return dataPaths(root).historyPage;
  if (OF_HISTORY.includes(path)) return join(root, path);
  const [, runId = '', rest = ''] = PATH_IN_RUN.exec(path) ?? [];
  return /[A-Za-z0-9]/.test(runId) && isPublic(rest) ? join(runDir(root, runId), rest) : undefined;
}

function answer(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, {
    'content-type': type,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(body);
}

function pathOf(url: string | undefined): string {
  try {
    return decodeURIComponent(new URL(url ?? '/', 'http://localhost').pathname).slice(1);
  } catch {
    return '?';
  }
}

/**
 * Serves a data folder's pages on loopback alone, to requests that name loopback as their host (so that no page of the internet can read them through
 * a name of its own). Port 0 takes a free one.
 */
export async function servePages(
  root: string,
  options: { readonly port: number; readonly isPublic: (path: string) => boolean },
): Promise<PageServer> {
  const server = await serveHttp(
    (request, response) => {
      const host = (request.headers.host ?? '').replace(/:\d+$/, '');
      if (host !== '127.0.0.1' && host !== 'localhost') return answer(response, 403, 'text/plain', 'loopback only\n');
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return answer(response, 405, 'text/plain', 'GET or HEAD\n');
      const file = fileOf(pathOf(request.url), root, options.isPublic);
      try {
        if (file === undefined) throw new Error('not served');
        answer(response, 200, TYPES[extname(file)] ?? 'text/plain; charset=utf-8', readFileSync(file));
      } catch {
        answer(response, 404, 'text/plain; charset=utf-8', 'no such page\n');
      }
    },
    { host: '127.0.0.1', port: options.port },
  );
  return { url: `http://127.0.0.1:${server.port}/`, close: server.close };
}
