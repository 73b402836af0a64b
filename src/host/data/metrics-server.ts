import { statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { messageOf } from '../../domain/errors.js';
import type { HistoryIndex } from '../../domain/history.js';
import { expositionText, historyMetrics, type MetricsAddress } from '../../domain/metrics.js';
import { dataPaths } from '../layout/paths.js';
import { serveHttp, whyNotServed, type HttpServer } from '../os/http-server.js';
import { logLine } from '../os/log.js';
import { readStoredIfAny } from '../os/stored.js';

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

/** The index of the history, as it is at each look. It may hold years, so it is read only if its file is another one than at the last look. */
function indexReader(dataRoot: string): () => Pick<HistoryIndex, 'runs' | 'breakers'> {
  const { historyJson } = dataPaths(dataRoot);
  let last: { readonly stamp: string; readonly index: HistoryIndex | undefined } = { stamp: '', index: undefined };
  return () => {
    const stamp = stampOf(historyJson);
    if (stamp !== last.stamp) last = { stamp, index: readStoredIfAny<HistoryIndex>('history', historyJson) };
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
  const text = async (): Promise<string> =>
    expositionText(historyMetrics(indexNow(), Date.now())) + (await sdkMetrics());
  return serveHttp((request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') return answer(response, 404, 'only /metrics is here\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'GET or HEAD\n');
    text().then(
      (body) => answer(response, 200, body, FORMAT),
      (error: unknown) => answer(response, 500, `${messageOf(error)}\n`),
    );
  }, at);
}

/** A worker's metrics, from now on until it ends. Runs are worth more than their metrics: without the address a worker says so, once, and goes on. */
export async function offerMetrics(
  { worker, ...told }: Told & { readonly worker: { readonly metrics?: MetricsAddress | undefined } },
  ended: AbortSignal,
): Promise<void> {
  const at = worker.metrics;
  if (at === undefined) return;
  try {
    const server = await serveMetrics(told, at);
    ended.addEventListener('abort', () => void server.close());
    logLine(`metrics: http://${at.text}/metrics`);
  } catch (error) {
    const why = whyNotServed(at, error);
    const remedy = 'free it, or change worker.metrics in the config, and start the worker again';
    logLine(`no metrics: ${why}. The worker goes on without them: ${remedy}`);
  }
}
