import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfig } from '../src/client/options.js';
import { monotonicUs } from '../src/host/os/clock.js';
import { installRoot } from '../src/host/os/tools.js';
import { readTicket, writeTicket } from '../src/host/tickets/store.js';
import { knownNames, runWorker } from '../src/worker.js';
import { temporaryFolder } from '../testing/processes.js';
import { ticketIn } from '../testing/tickets.js';

it('a worker ends abandoned faults before it has a server, and looks for the server again and again', async () => {
  const dataRoot = join(temporaryFolder(), 'data');
  const config = { ...readConfig(join(installRoot, 'config', 'default.yml')), dataRoot };
  const ticket = ticketIn(dataRoot, { deadlineUs: monotonicUs() - 1 });
  writeTicket(ticket);
  let looks = 0;
  const place = () => {
    looks += 1;
    expect(readTicket(ticket.clusterDir, ticket.faultId)?.state).toBe('recovered');
    if (looks === 3) throw new Error('seen enough');
    return undefined;
  };
  await expect(runWorker({ config, place }, () => undefined)).rejects.toThrow('seen enough');
  expect(looks).toBe(3);
});

it('a worker knows every driver and fault by its name', () => {
  expect(knownNames.drivers.map(({ name }) => name)).toEqual(expect.arrayContaining(['nats', 'robustmq']));
  expect(knownNames.faults.map(({ kind }) => kind)).toContain('broker-kill');
});
