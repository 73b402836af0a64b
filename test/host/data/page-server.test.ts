import { request } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { servePages, type PageServer } from '../../../src/host/data/page-server.js';
import { publishedFiles } from '../../../src/report/files.js';
import { scratchFolder } from '../../../testing/scratch.js';

let server: PageServer;

beforeAll(async () => {
  const root = scratchFolder('pages');
  for (const path of [
    'index.html',
    'badge.json',
    'feed.xml',
    'secret.txt',
    'runs/r1/report.html',
    'runs/r1/charts/a.svg',
    'runs/r1/cluster/1/n1/nats-server.conf',
    'clusters/local/state.json',
  ]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
  server = await servePages(root, { port: 0, isPublic: (path) => publishedFiles([path]).length === 1 });
});
afterAll(() => server.close());

/** As raw as it gets: fetch would tidy the path up. */
const get = (
  path: string,
  options: { host?: string; method?: string } = {},
): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    const headers = { host: options.host ?? `127.0.0.1:${port}` };
    request({ host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });

test.each([
  ['/', 'index.html'],
  ['/index.html', 'index.html'],
  ['/badge.json', 'badge.json'],
  ['/feed.xml', 'feed.xml'],
  ['/runs/r1/report.html', 'runs/r1/report.html'],
  ['/runs/r1/charts/a.svg?x=1', 'runs/r1/charts/a.svg'],
])('%s is served', async (path, body) => {
  expect(await get(path)).toEqual({ status: 200, body });
});

test.each([
  '/secret.txt',
  '/runs/r1/cluster/1/n1/nats-server.conf',
  '/clusters/local/state.json',
  '/runs/../secret.txt',
  '/runs/r1/charts/../../../secret.txt',
  '/runs/r1/charts/..%2f..%2fx.svg',
  '/runs/%2e%2e/secret.txt',
  '/runs/..%2f..%2fetc/report.html',
  '/%',
])('%s is not served', async (path) => {
  expect((await get(path)).status).toBe(404);
});

test('a page of the internet that has its name resolve to loopback gets nothing', async () => {
  expect((await get('/', { host: 'evil.example' })).status).toBe(403);
  expect((await get('/', { host: 'localhost:1' })).status).toBe(200);
});

test('nothing can be sent', async () => {
  expect((await get('/', { method: 'POST' })).status).toBe(405);
});

test('it listens on loopback', () => {
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
});
