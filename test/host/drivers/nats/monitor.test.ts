import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isServerUp, jsz, loadStreams, monitor } from '../../../../src/host/drivers/nats/monitor.js';

const pages: Record<string, unknown> = {};
const server = createServer((request, response) => {
  const page = pages[request.url?.split('?')[0] ?? ''];
  if (page !== undefined) response.end(JSON.stringify(page));
});
let node: { host: string; httpPort: number };

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  node = { host: '127.0.0.1', httpPort: (server.address() as AddressInfo).port };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a node’s pages', () => {
  it('tell the streams of the account that carries the load, and no others', async () => {
    pages['/jsz'] = {
      account_details: [
        { name: 'SYS', stream_detail: [{ name: 'other' }] },
        { name: 'LOAD', stream_detail: [{ name: '$MQTT_msgs' }] },
      ],
    };
    expect(loadStreams(await jsz(node)).map(({ name }) => name)).toEqual(['$MQTT_msgs']);
    expect(loadStreams({})).toEqual([]);
  });

  it('are not waited for: one that does not answer at once is an answer, too', async () => {
    await expect(monitor(node, '/silent', 50)).rejects.toThrow();
  });

  it('say that the server is up, and nothing else does', async () => {
    pages['/healthz'] = { status: 'ok' };
    expect(await isServerUp(node)).toBe(true);
    pages['/healthz'] = { status: 'unavailable' };
    expect(await isServerUp(node)).toBe(false);
    expect(await isServerUp({ host: '127.0.0.1', httpPort: 1 })).toBe(false);
  });
});
