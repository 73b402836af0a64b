import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hostStatus } from '../../src/client/host-status.js';
import type { Config } from '../../src/config/load.js';
import { writeLease } from '../../src/host/tickets/lease.js';
import { writeTicket } from '../../src/host/tickets/store.js';
import { temporaryFolder } from '../../testing/processes.js';
import { ticketIn } from '../../testing/tickets.js';

it('a host says what it knows of its cluster, and what it leaves alone', async () => {
  const dataRoot = temporaryFolder();
  const dir = join(dataRoot, 'clusters', 'local');
  const config = { dataRoot, cluster: { name: 'local', driver: 'nats' } } as Config;
  expect(await hostStatus(config)).toEqual({
    brokers: 'stopped',
    lease: null,
    keeper: null,
    openFaults: [],
    leftAlone: [],
  });
  writeLease(dir, { cluster: 'local', driver: 'nats', runId: 'run-1', leaseMs: 1000 });
  writeTicket(ticketIn(dataRoot));
  expect(await hostStatus(config)).toMatchObject({
    lease: 'run-1',
    openFaults: ['f1 (broker-kill of n2, injected, run run-1)'],
  });
  mkdirSync(dir, { recursive: true });
  for (const file of ['lease.json', 'cluster.json']) writeFileSync(join(dir, file), '{"format":2}');
  expect(await hostStatus(config)).toMatchObject({
    brokers: 'unknown',
    lease: null,
    leftAlone: [/lease/, /cluster/].map((what): unknown => expect.stringMatching(what)),
  });
});
