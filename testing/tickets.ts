import { join } from 'node:path';
import { monotonicUs } from '../src/host/os/clock.js';
import { ownIdentity } from '../src/host/os/processes.js';
import type { FaultTicket } from '../src/host/tickets/ticket.js';

/** The ticket of a fault that is in force in a cluster of this data folder, a minute before its deadline. */
export function ticketIn(dataRoot: string, change: Partial<FaultTicket> = {}): FaultTicket {
  const now = monotonicUs();
  return {
    faultId: 'f1',
    kind: 'broker-kill',
    params: {},
    scenario: 'kill',
    target: 'robustmq-server',
    targets: ['n2'],
    injector: 'sigkill',
    reason: 'it leads nothing',
    before: {},
    runId: 'run-1',
    runDir: join(dataRoot, 'runs', 'run-1'),
    clusterDir: join(dataRoot, 'clusters', 'local'),
    driver: 'nats',
    bootId: ownIdentity().bootId,
    state: 'injected',
    plannedAt: '2026-11-22T12:00:00.000Z',
    plannedUs: now,
    deadlineUs: now + 60_000_000,
    hardCapUs: now + 600_000_000,
    graceMs: 30_000,
    recoveryBudgetMs: 60_000,
    injectedAt: null,
    injectedUs: null,
    seenOnUs: null,
    recoveredAt: null,
    recoveredUs: null,
    recoveredBy: null,
    healed: [],
    died: [],
    lastRecoverError: null,
    ...change,
  };
}
