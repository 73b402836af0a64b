import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openPages } from '../../../testing/program.js';
import { chaos, folder, place, refuses, runId, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

describe('open', () => {
  let taken: Server;
  beforeAll(async () => {
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => taken.close());

  test('serves the page of the latest run and the history, until Ctrl-C', async () => {
    const { url, end } = await openPages(['latest', '--config', place.config]);
    expect(url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/runs/${runId}/report\\.html$`));
    const page = await (await fetch(url)).text();
    expect(page).toBe(readFileSync(join(folder(), 'report.html'), 'utf8'));
    const history = await (await fetch(new URL('/', url))).text();
    expect(history).toContain(`runs/${runId}/report.html`);
    expect(await end()).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  test('without any run serves an empty history', async () => {
    rmSync(join(place.root, 'data'), { recursive: true });
    const { url, end } = await openPages(['--config', place.config]);
    expect(await (await fetch(url)).text()).toContain('No runs yet.');
    expect(await end()).toBe(0);
  });

  test('says that a port is taken, or is none', async () => {
    const { port } = taken.address() as AddressInfo;
    const words = new RegExp(`--port: expected one that is free on 127\\.0\\.0\\.1, got ${port} \\(EADDRINUSE\\)`);
    refuses(await chaos('open', '--no-browser', '--port', String(port)), 64, words);
    const none = await chaos('open', '--no-browser', '--port', '70000');
    refuses(none, 64, /'--port <number>' argument '70000' is invalid\. expected a number from 0 to 65535/);
  });

  test('says that a run has no page', async () => {
    rmSync(join(folder(), 'report.html'));
    refuses(await chaos('open', '--no-browser', runId), 1, /expected .*report\.html, found no file/);
  });

  test('shows the other runs beside one that is damaged', async () => {
    const other = join(place.root, 'data', 'runs', 'damaged');
    mkdirSync(other);
    for (const name of ['run.json', 'report.json']) writeFileSync(join(other, name), '{"half');
    writeFileSync(join(place.root, 'data', 'index.json'), '{"half');
    const { url, end } = await openPages(['--config', place.config]);
    expect(await (await fetch(url)).text()).toContain(`runs/${runId}/report.html`);
    expect(await end()).toBe(0);
  });

  test('of a run that is not there names those that are', async () => {
    const words = new RegExp(`expected one with a report, got nowhere; the latest are ${runId}`);
    refuses(await chaos('open', '--no-browser', 'nowhere'), 64, words);
  });

  test('of the latest run says what to do where there is none', async () => {
    rmSync(join(place.root, 'data'), { recursive: true });
    const latest = await chaos('open', '--no-browser', 'latest');
    refuses(latest, 64, /expected one with a report in .*runs, found none; npm run round/);
  });
});
