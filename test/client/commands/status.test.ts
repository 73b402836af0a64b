import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { beforeEach, expect, test } from 'vitest';
import { knownTo } from '../../../src/client/commands/status.js';
import { NEW_BREAKER } from '../../../src/domain/breaker.js';
import { readConfig } from '../../../src/client/options.js';
import { clusterDir } from '../../../src/host/layout/paths.js';
import { writeTicket } from '../../../src/host/tickets/store.js';
import { chaos, nothingStarted, place, storeOneRun } from '../../../testing/stored-commands.js';
import type { TemporalPlace } from '../../../src/temporal/connection.js';
import { ticketIn } from '../../../testing/tickets.js';

beforeEach(storeOneRun);

test('status says what is there without a server, and starts none', async () => {
  const { cluster, dataRoot } = readConfig(place.config);
  const text = await chaos('status');
  expect(text).toMatchObject({ exitCode: 0, stderr: '' });
  expect(text.stdout).toMatch(/^cluster {3}\S+: brokers stopped$/m);
  expect(text.stdout).toMatch(/^faults {4}none open$/m);
  expect(text.stdout).toMatch(/^Temporal {2}not running .*robustmq-chaos dev/m);
  expect(text.stdout).toMatch(/^run {7}none$/m);
  expect(nothingStarted(place.root)).toBe(true);

  writeTicket(ticketIn(join(place.root, 'data'), { clusterDir: clusterDir(dataRoot, cluster.name) }));
  const json = JSON.parse((await chaos('status', '--json')).stdout) as object;
  expect(json).toMatchObject({
    ...{ cluster: cluster.name, brokers: 'stopped', temporal: null, breaker: null },
    openFaults: ['f1 (broker-kill of n2, injected, run run-1)'],
  });
});

test('status asks record and schedule once each', async () => {
  const asked: string[] = [];
  const answer = <T>(what: string, value: T): Promise<T> => Promise.resolve(void asked.push(what)).then(() => value);
  const record = { cluster: 'local', holder: null, breaker: NEW_BREAKER };
  const schedule = { state: { paused: true, note: 'by ann' }, info: { nextActionTimes: [] }, action: {} };
  const client = {
    workflow: {
      getHandle: () => ({
        query: () => answer('record', record),
        describe: () => Promise.resolve({ status: { name: 'RUNNING' }, raw: {} }),
      }),
      list: async function* () {},
    },
    schedule: { getHandle: () => ({ describe: () => answer('schedule', schedule) }) },
  } as unknown as Client;
  const known = await knownTo(client, { address: 'h:1' } as TemporalPlace, readConfig(place.config));
  expect(known).toMatchObject({ temporal: 'h:1', schedule: 'paused — by ann', verdicts: { last: 'none yet' } });
  expect(asked.sort()).toEqual(['record', 'schedule']);
});
