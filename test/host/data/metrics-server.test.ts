import { writeFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import type { MetricsAddress } from '../../../src/domain/metrics.js';
import { offerMetrics, serveMetrics } from '../../../src/host/data/metrics-server.js';
import { noteBreaker, refreshHistory } from '../../../src/host/data/history.js';
import { dataPaths } from '../../../src/host/layout/paths.js';
import * as log from '../../../src/host/os/log.js';
import type { HttpServer } from '../../../src/host/os/http-server.js';
import { historyMaker } from '../../../src/report/history-files.js';
import { storeRun } from '../../../testing/reports/publishable-run.js';
import { temporaryFolder } from '../../../testing/processes.js';

const anyPort: MetricsAddress = { host: '127.0.0.1', port: 0, text: '127.0.0.1:0' };
const told = (dataRoot: string) => ({ dataRoot, sdkMetrics: async () => 'temporal_metric 1\n' });

const open: HttpServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(dataRoot: string): Promise<(path?: string, method?: string) => Promise<Response>> {
  const server = await serveMetrics(told(dataRoot), anyPort);
  open.push(server);
  return (path = '/metrics', method = 'GET') => fetch(`http://127.0.0.1:${server.port}${path}`, { method });
}

it('the history is told as it is at each request, and after it what the library of Temporal tells', async () => {
  const dataRoot = temporaryFolder();
  const get = await serve(dataRoot);
  expect(await (await get()).text()).toBe('temporal_metric 1\n');
  const breaker = { cluster: 'local', failures_in_a_row: 1, open: false, since: null, note: null };
  for (const [order, headline] of (['KNOWN', 'FAIL'] as const).entries()) {
    storeRun(dataRoot, `run-${order}`, order, { headline });
    noteBreaker(dataRoot, { ...breaker, failures_in_a_row: order });
    refreshHistory(dataRoot, historyMaker);
    const answer = await get('/metrics?x=1');
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain(`robustmq_chaos_last_verdict{cluster="local",headline="${headline}"} 1\n`);
    expect(text).toContain(`robustmq_chaos_failures_in_a_row{cluster="local"} ${order}\n`);
    expect(text).toMatch(/\ntemporal_metric 1\n$/);
  }
});

it('an index that has not changed is not read again', async () => {
  const dataRoot = temporaryFolder();
  storeRun(dataRoot, 'run-1', 1);
  refreshHistory(dataRoot, historyMaker);
  const get = await serve(dataRoot);
  const parsed = vi.spyOn(JSON, 'parse');
  const reads = (): number => parsed.mock.calls.filter(([text]) => text.includes('robustmq-chaos-index')).length;
  for (let times = 0; times < 3; times += 1) expect(await (await get()).text()).toContain('robustmq_chaos_verdicts');
  expect(reads()).toBe(1);
  parsed.mockRestore();
});

const unreadable = ['{"schema":"robustmq-chaos-index/9","runs":7}', '{"runs":'];

it.each(unreadable)('an index that cannot be read (%s) is no all-clear', async (text) => {
  const dataRoot = temporaryFolder();
  writeFileSync(dataPaths(dataRoot).historyJson, text);
  const answer = await (await serve(dataRoot))();
  expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('index.json')]);
});

it('an index that cannot be read any more is told as it was', async () => {
  const dataRoot = temporaryFolder();
  storeRun(dataRoot, 'run-1', 1);
  noteBreaker(dataRoot, { cluster: 'local', failures_in_a_row: 3, open: true, since: null, note: null });
  refreshHistory(dataRoot, historyMaker);
  const get = await serve(dataRoot);
  const breaker = /robustmq_chaos_breaker_open\{cluster="local"\} 1\n/;
  expect(await (await get()).text()).toMatch(breaker);
  for (const text of unreadable) {
    writeFileSync(dataPaths(dataRoot).historyJson, text);
    expect(await (await get()).text()).toMatch(breaker);
  }
});

it('nothing else is served, and nothing can be sent', async () => {
  const get = await serve(temporaryFolder());
  expect([(await get('/')).status, (await get('/metrics/x')).status, (await get('/index.json')).status]).toEqual([
    404, 404, 404,
  ]);
  expect((await get('/metrics', 'POST')).status).toBe(405);
  expect((await get('/metrics', 'HEAD')).status).toBe(200);
});

it('a worker offers them until it ends; without its address it says so once, goes on, and takes it when it is free', async () => {
  const lines = vi.spyOn(log, 'logLine').mockImplementation(() => undefined);
  const dataRoot = temporaryFolder();
  await offerMetrics({ ...told(dataRoot), worker: {} }, new AbortController().signal);
  expect(lines).not.toHaveBeenCalled();

  const [ended, other] = [new AbortController(), await serveMetrics(told(dataRoot), anyPort)];
  const at = { ...anyPort, port: other.port, text: `127.0.0.1:${other.port}` };
  await offerMetrics({ ...told(dataRoot), worker: { metrics: at } }, ended.signal, 20);
  expect(lines).toHaveBeenCalledTimes(1);
  expect(lines).toHaveBeenLastCalledWith(
    expect.stringMatching(
      new RegExp(
        `^no metrics yet: process ${process.pid} \\(.*\\) has ${at.text}\\. The worker goes on, and tries again: free it`,
      ),
    ),
  );

  await other.close();
  await vi.waitFor(() => expect(lines).toHaveBeenLastCalledWith(`metrics: http://${at.text}/metrics`), 10_000);
  expect(lines.mock.calls.filter(([line]) => line.includes('no metrics'))).toHaveLength(1);
  expect((await fetch(`http://${at.text}/metrics`)).status).toBe(200);
  ended.abort();
  await expect(fetch(`http://${at.text}/metrics`)).rejects.toThrow();
});
