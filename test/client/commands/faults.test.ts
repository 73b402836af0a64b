import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { readTicket, writeTicket } from '../../../src/host/tickets/store.js';
import { chaos, place, refuses, storeOneRun } from '../../../testing/stored-commands.js';
import { ticketIn } from '../../../testing/tickets.js';

beforeEach(storeOneRun);

test('a fault that is to be ended must be there', async () => {
  refuses(await chaos('faults', 'recover', 'f9'), 64, /got f9; open are none/);
});

test('a fault that somebody has ended just now is nothing to list, may be named, and stays as it is', async () => {
  const ticket = ticketIn(join(place.root, 'data'), { state: 'recovered', recoveredBy: 'keeper' });
  writeTicket(ticket);
  expect(await chaos('faults', 'list')).toMatchObject({ exitCode: 0, stdout: 'no fault is open on this host' });
  const { exitCode, stdout } = await chaos('faults', 'recover', 'f1');
  expect([exitCode, stdout.trim()]).toEqual([0, 'f1: recovered by the keeper']);
  expect(readTicket(ticket.clusterDir, 'f1')).toEqual(ticket);
});
