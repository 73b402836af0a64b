import { statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { messageOf } from '../../domain/errors.js';
import type { HistoryIndex } from '../../domain/history.js';
import { expositionText, historyMetrics, type MetricsAddress } from '../../domain/metrics.js';
import { dataPaths } from '../layout/paths.js';
import { serveHttp, whyNotServed, type HttpServer } from '../os/http-server.js';
import { logLine } from '../os/log.js';
import { readStored } from '../os/stored.js';

const AGAIN_MS = 10_000;
const FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

/** What `/metrics` says of a data folder, and what else. */
export interface Told {
  readonly dataRoot: string;
  /** Metrics of Temporal's library, in the same format. */
  readonly sdkMetrics: () => Promise<string>;
}

function stampOf(path: string): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true, throwIfNoEntry: false }) ?? {};
  return [ino, size, mtimeNs].join();
}

/**
 * The index of the history, as it is at each look. It may hold years, so it is read only if its file is another one than at the last look. Where it cannot be read,
 * it is what it was; throws where it never could: metrics without it would say that nothing is wrong.
 */
function indexReader(dataRoot: string): () => Pick<HistoryIndex, 'runs' | 'breakers'> {
  const { historyJson } = dataPaths(dataRoot);
  let last: { readonly stamp: string; readonly index: HistoryIndex | undefined } | undefined;
  return () => {
    const stamp = stampOf(historyJson);
    try {
      if (stamp !== last?.stamp) last = { stamp, index: readStored<HistoryIndex>('history', historyJson) };
    } catch (error) {
      if (last === undefined) throw error;
    }
    return last.index ?? { runs: [], breakers: [] };
  };
}

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

/** Serves `/metrics`, and nothing else, on one address. Rejects where it cannot be had. */
export function serveMetrics({ dataRoot, sdkMetrics }: Told, at: MetricsAddress): Promise<HttpServer> {
  const indexNow = indexReader(dataRoot);
  const text = async (): Promise<string> => {
    const ours = expositionText(historyMetrics(indexNow(), Date.now()));
    return ours + (await sdkMetrics());
  };
  return serveHttp((request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') return answer(response, 404, 'only /metrics is here\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'GET or HEAD\n');
    text().then(
      (body) => answer(response, 200, body, FORMAT),
      (error: unknown) => answer(response, 500, `${messageOf(error)}\n`),
    );
  }, at);
}

/**
 * A worker's metrics, from now on until it ends. Runs are worth more than their metrics: without the address a worker says so, once, goes on, and takes it when it
 * is free, e.g. when the worker of the version before is gone.
 */
export async function offerMetrics(
  { worker, ...told }: Told & { readonly worker: { readonly metrics?: MetricsAddress | undefined } },
  ended: AbortSignal,
  againMs = AGAIN_MS,
): Promise<void> {
  const at = worker.metrics;
  if (at === undefined) return;
  let isFirst = true;
  const offer = async (): Promise<void> => {
    try {
      const server = await serveMetrics(told, at);
      if (ended.aborted) return void server.close();
      ended.addEventListener('abort', () => void server.close());
      logLine(`metrics: http://${at.text}/metrics`);
    } catch (error) {
      if (isFirst)
        logLine(
          `no metrics yet: ${whyNotServed(at, error)}. The worker goes on, and tries again: free it, or change worker.metrics`,
        );
      isFirst = false;
      const again = setTimeout(() => void offer(), againMs);
      again.unref();
      ended.addEventListener('abort', () => clearTimeout(again));
    }
  };
  await offer();
}
