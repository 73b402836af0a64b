import { expect, it } from 'vitest';
import { ownIdentity } from '../../../src/host/os/processes.js';
import { stepLog, stepOf, stepsOf } from '../../../src/host/tickets/steps.js';
import { readTicket, writeTicket } from '../../../src/host/tickets/store.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { ticketIn } from '../../../testing/tickets.js';

it('a step is on disk when it is noted, after those before it, and beside what else the ticket says by now', () => {
  const ticket = ticketIn(temporaryFolder());
  writeTicket(ticket);
  const log = stepLog(ticket);
  expect(log.has('n1', 'asked')).toBe(false);
  log.note('n1', 'asked', ownIdentity());
  writeTicket({ ...log.ticket(), died: ['n3'] });
  log.note('n2', 'asked', ownIdentity());
  const found = readTicket(ticket.clusterDir, ticket.faultId);
  expect(found).toMatchObject({ died: ['n3'], steps: [{ node: 'n1' }, { node: 'n2', process: ownIdentity() }] });
  expect(found).toEqual(log.ticket());
  expect([log.has('n1', 'asked'), log.has('n1', 'ended'), log.has('n3', 'asked')]).toEqual([true, false, false]);
});

it('of several steps of a kind the first is found, and all of a node', () => {
  const step = { what: 'died', process: ownIdentity(), at: '2026-11-22T12:00:00.000Z' } as const;
  const steps = [1, 2, 3].map((us) => ({ ...step, node: us === 2 ? 'n2' : 'n1', us }));
  const ticket = ticketIn('/data', { steps });
  expect(stepOf(ticket, 'n1', 'died')?.us).toBe(1);
  expect(stepOf(ticketIn('/data'), 'n1', 'died')).toBeUndefined();
  expect(stepsOf(ticket, 'n1').map(({ us }) => us)).toEqual([1, 3]);
});
