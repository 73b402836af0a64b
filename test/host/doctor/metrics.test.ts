import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { serveMetrics } from '../../../src/host/data/metrics-server.js';
import { metricsAbility } from '../../../src/host/doctor/metrics.js';
import { temporaryFolder } from '../../../testing/processes.js';

const address = (port: number, host = '127.0.0.1') => ({ host, port, text: `${host}:${port}` });

it('metrics that are not configured are not needed', async () => {
  expect(await metricsAbility(undefined)).toMatchObject({
    ok: false,
    needed: false,
    detail: 'off: worker.metrics is not set',
  });
});

it('an address that a worker serves, or could serve, is in order', async () => {
  const told = { dataRoot: temporaryFolder(), sdkMetrics: async () => '' };
  const server = await serveMetrics(told, address(0));
  const at = address(server.port);
  expect(await metricsAbility(at)).toEqual({
    name: 'metrics',
    ok: true,
    needed: true,
    detail: `a worker serves http://${at.text}/metrics`,
  });
  await server.close();
  expect(await metricsAbility(at)).toMatchObject({
    ok: true,
    detail: `a worker would serve http://${at.text}/metrics`,
  });
});

it('an address that another program has, or that is not of this host, is said with the remedy', async () => {
  const other = createServer((_request, response) => response.end());
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
  });
  const remedy = 'a worker would go on without metrics; free it, or change worker.metrics';
  expect(await metricsAbility(address(port))).toMatchObject({
    ok: false,
    needed: true,
    detail: expect.stringMatching(
      new RegExp(`^process ${process.pid} \\(.*\\) has 127\\.0\\.0\\.1:${port}: ${remedy}$`),
    ),
  });
  other.close();
  other.closeAllConnections();
  expect(await metricsAbility(address(9464, '192.0.2.1'))).toMatchObject({
    ok: false,
    needed: true,
    detail: `192.0.2.1:9464 is no address of this host: ${remedy}`,
  });
});
