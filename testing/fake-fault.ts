import { join } from 'node:path';
import { z } from 'zod';
import { natsDriver } from '../src/host/drivers/nats/index.js';
import type { ClusterDriver, Targets } from '../src/host/drivers/contract.js';
import type { Fault, ProbeResult } from '../src/host/faults/contract.js';
import { injectFault } from '../src/host/lifecycle/inject.js';
import { planFault } from '../src/host/lifecycle/plan.js';
import type { FaultTicket } from '../src/host/tickets/ticket.js';
import { readTicket } from '../src/host/tickets/store.js';
import type { RunPlan } from '../src/domain/plan.js';
import { killOf } from './host-cluster.js';
import { temporaryFolder } from './processes.js';
import { plan as basePlan } from './reports/values.js';

/** The state folder of the running test's own cluster, which has no processes. */
export const place = { dir: '' };
export function newPlace(): void {
  place.dir = join(temporaryFolder(), 'cluster');
}

const targets = (): Promise<Targets> => Promise.resolve({ brokers: ['robustmq-server'], interfaces: [] });
export const driver: ClusterDriver = { ...natsDriver, targets, status: () => Promise.resolve('running') };

/** A fault that only says what it was asked to do. */
export function fakeFault(change: Partial<Fault> = {}): { fault: Fault; done: string[] } {
  const done: string[] = [];
  const probed: ProbeResult = { biting: true, evidence: [], leaders: [] };
  const fault: Fault = {
    kind: 'broker-kill',
    targetKind: 'broker',
    recoveryBlame: 'broker',
    about: { does: '', needs: '', bites: '', over: '', survives: '' },
    params: z.record(z.string(), z.unknown()),
    available: () => Promise.resolve(undefined),
    plan: () => Promise.resolve({ targets: ['n1'], injector: 'fake', reason: 'because', before: {} }),
    inject: (ticket) =>
      Promise.resolve(void done.push(`inject while ${readTicket(place.dir, ticket.faultId)?.state ?? 'unknown'}`)),
    probe: () => Promise.resolve(probed),
    isInForce: () => Promise.resolve(true),
    recover: () => Promise.resolve([]),
    ...change,
  };
  return { fault, done };
}

/** The plan of a run on this test's cluster. */
export const runPlan = (): RunPlan => ({ ...basePlan, clusterDir: place.dir, runDir: join(place.dir, 'run') });
export const planned = (fault: Fault): Promise<FaultTicket> =>
  planFault([fault], runPlan(), { scenario: killOf('leader') }, driver);
/** These clusters have no keeper either. */
export const inject = (fault: Fault, faultId: string): Promise<FaultTicket> =>
  injectFault({ faults: [fault], clusterDir: place.dir, faultId, driver }, () => Promise.resolve());
export const ticketOf = (faultId: string): FaultTicket => readTicket(place.dir, faultId) as FaultTicket;
