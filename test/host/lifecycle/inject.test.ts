import { beforeEach, describe, expect, it } from 'vitest';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { openTickets } from '../../../src/host/tickets/store.js';
import { driver, fakeFault, inject, newPlace, place, planned, ticketOf } from '../../../testing/fake-fault.js';
import { errorOf } from '../../../testing/host-cluster.js';

beforeEach(newPlace);

describe('a ticket', () => {
  it('is on disk before the fault is injected, and says so', async () => {
    const { fault, done } = fakeFault();
    const { faultId } = await planned(fault);
    expect(ticketOf(faultId)).toMatchObject({ state: 'planned', injectedAt: null });
    await inject(fault, faultId);
    expect(done).toEqual(['inject while injecting']);
    expect(ticketOf(faultId).state).toBe('injected');
    await inject(fault, faultId);
    expect(done).toHaveLength(1);
  });

  it('of an inject that failed half way stays open', async () => {
    const { fault } = fakeFault({ inject: () => Promise.reject(new Error('half done')) });
    const { faultId } = await planned(fault);
    expect(await errorOf(inject(fault, faultId))).toContain('half done');
    expect(openTickets(place.dir).map((ticket) => [ticket.faultId, ticket.state])).toEqual([[faultId, 'injecting']]);
  });
});

describe('an inject', () => {
  it('asks for a keeper first: without one nothing is done, and the ticket stays as planned', async () => {
    const { fault, done } = fakeFault();
    const { faultId } = await planned(fault);
    const handle = { faults: [fault], clusterDir: place.dir, faultId, driver };
    expect(await errorOf(injectFault(handle, () => Promise.reject(new Error('no keeper'))))).toContain('no keeper');
    expect(done).toEqual([]);
    expect(ticketOf(faultId)).toMatchObject({ state: 'planned', injectedUs: null });
  });
});
