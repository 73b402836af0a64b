// One runtime for each process: this file has a process of its own.
import { createServer } from 'node:net';
import { Runtime } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { freePorts } from '../../src/host/os/ports.js';
import { installRuntime } from '../../src/temporal/runtime.js';

it('a port that somebody has is left alone, as is the one of the worker, and the metrics are read from another', async () => {
  const somebody = createServer();
  const taken = await new Promise<number>((resolve) => {
    somebody.listen(0, '127.0.0.1', () => resolve((somebody.address() as { port: number }).port));
  });
  const [workers = 0, free = 0] = freePorts(2);
  const offers = [
    [taken, free],
    [workers, free],
  ];
  const sdkMetrics = installRuntime({ port: workers }, () => offers.shift() ?? []);
  expect(offers).toEqual([]);
  somebody.close();

  Runtime.instance().metricMeter.createCounter('tests').add(2);
  expect(await sdkMetrics()).toMatch(/^tests_total 2$/m);
  expect(await (await fetch(`http://127.0.0.1:${free}/metrics`)).text()).toContain('tests_total 2');

  await Runtime.instance().shutdown();
  expect(await sdkMetrics()).toMatch(/^# no metrics of Temporal's library: .+\n$/);
});
