import { once } from 'node:events';
import { expect } from 'vitest';
import { stepOf } from '../src/host/tickets/steps.js';
import { readTicket } from '../src/host/tickets/store.js';
import type { FaultTicket, StepKind } from '../src/host/tickets/ticket.js';
import { fixture, until } from './processes.js';

/** A worker, a process of its own, begins the fault, and is killed as soon as every target is that far. */
export async function workerKilledAt(ticket: FaultTicket, what: StepKind): Promise<void> {
  const { clusterDir, faultId, driver, targets } = ticket;
  const now = (): FaultTicket => readTicket(clusterDir, faultId) ?? ticket;
  const { child } = fixture('injector.mjs', [clusterDir, faultId, driver]);
  const ended = once(child, 'exit');
  await until(`${targets.join()}: ${what}`, () => targets.every((id) => stepOf(now(), id, what)), 60_000);
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(now().state).toBe('injecting');
}
