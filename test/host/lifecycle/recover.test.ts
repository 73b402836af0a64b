import { MockActivityEnvironment } from '@temporalio/testing';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFaultActivities } from '../../../src/activities/fault.js';
import type { RecoverAnswer } from '../../../src/messages/requests.js';
import type { Fault } from '../../../src/host/faults/contract.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import { writeJson } from '../../../src/host/os/files.js';
import { dirtyMark } from '../../../src/host/tickets/dirty-mark.js';
import { claimCluster } from '../../../src/host/tickets/claim.js';
import { isDue, listTickets, openTickets, withTicket, writeTicket } from '../../../src/host/tickets/store.js';
import type { FaultTicket } from '../../../src/host/tickets/ticket.js';
import { fakeFault, newPlace, place, planned, ticketOf } from '../../../testing/fake-fault.js';
import { errorOf } from '../../../testing/host-cluster.js';
import { plan as basePlan } from '../../../testing/reports/values.js';

beforeEach(newPlace);

describe('a ticket', () => {
  it('is found among other files, and is no longer open when the cluster is gone', async () => {
    const { fault } = fakeFault();
    const { faultId } = await planned(fault);
    mkdirSync(join(place.dir, 'faults'), { recursive: true });
    writeFileSync(join(place.dir, 'faults', `${faultId}.json.123.abc.tmp`), '{"half');
    const closed = await recoverTicket({ faults: [fault], clusterDir: place.dir, faultId }, 'command', 1000);
    expect(closed).toMatchObject({ state: 'recovered', recoveredBy: 'command' });
    expect(closed.healed[0]).toMatchObject({ observed: 'stopped', ok: true });
    expect(listTickets(place.dir).map((ticket) => ticket.faultId)).toEqual([faultId]);
    expect(openTickets(place.dir)).toEqual([]);
    expect(readFileSync(join(place.dir, 'faults', `${faultId}.json.lock`), 'utf8')).toBe('');
  });

  it('that does not exist, or of a fault that does not, is an error with its name', async () => {
    expect(await errorOf(recoverTicket({ faults: [], clusterDir: place.dir, faultId: 'nope' }, 'keeper', 10))).toMatch(
      /RECOVER_FAILED no ticket nope/,
    );
    const { fault } = fakeFault();
    const { faultId } = await planned(fault);
    expect(await errorOf(recoverTicket({ faults: [], clusterDir: place.dir, faultId }, 'keeper', 10))).toMatch(
      /unknown fault broker-kill/,
    );
  });
});

describe('a ticket that was judged', () => {
  it('is asked again in the hold of it: one that was renewed meanwhile is left alone', async () => {
    const { fault } = fakeFault();
    const { faultId } = await planned(fault);
    writeTicket({ ...ticketOf(faultId), deadlineUs: 0 });
    let renewed = (): void => undefined;
    const renewal = new Promise<void>((resolve) => (renewed = resolve));
    const renewing = withTicket(place.dir, faultId, 1000, () => renewal);
    const handle = { faults: [fault], clusterDir: place.dir, faultId };
    const recovery = recoverTicket(handle, 'keeper', 1000, isDue);
    writeTicket({ ...ticketOf(faultId), deadlineUs: Number.MAX_SAFE_INTEGER });
    renewed();
    await renewing;
    expect((await recovery).state).toBe('planned');
  });

  it('of a cluster that was stopped since is over, and makes the next cluster neither whole nor dirty', async () => {
    const { fault } = fakeFault({ recover: () => Promise.reject(new Error('asked')) });
    const stop = (): Promise<void> => Promise.resolve();
    const lease = { cluster: 'local', driver: 'nats', runId: 'run-1', leaseMs: 60_000 };
    await claimCluster(place.dir, lease, stop);
    const { faultId, claim } = await planned(fault);
    expect(claim).toBe(1);
    await claimCluster(place.dir, lease, stop);
    // Its cluster runs, as far as its state says.
    writeJson(join(place.dir, 'cluster.json'), { cluster: 'local', nodes: [], claim: 2 });
    const closed = await recoverTicket({ faults: [fault], clusterDir: place.dir, faultId }, 'keeper', 1000);
    expect(closed.state).toBe('recovered');
    expect(dirtyMark(place.dir)).toBeUndefined();
  });
});

describe('a recovery that is not proved', () => {
  /** As a workflow asks for it. */
  const recoverInRun = (fault: Fault, { faultId, runId, runDir }: FaultTicket): Promise<RecoverAnswer> => {
    writeJson(join(runDir, 'plan.json'), { ...basePlan, clusterDir: place.dir, runDir });
    const { recoverFault } = createFaultActivities([fault]);
    return new MockActivityEnvironment().run(recoverFault, { run: { runId, runDir }, faultId });
  };

  it('is answered at once, though the keeper has the ticket by then, and leaves it due', async () => {
    let keeper: Promise<void> | undefined;
    let keeperIsDone: () => void = () => undefined;
    const { fault } = fakeFault({
      outlivesCluster: () => true,
      recover: ({ faultId }) => {
        const work = new Promise<void>((resolve) => (keeperIsDone = resolve));
        keeper = withTicket(place.dir, faultId, 60_000, () => work);
        return Promise.reject(new Error('n1 is not back'));
      },
    });
    const ticket = await planned(fault);
    const { faultId } = ticket;
    expect(await recoverInRun(fault, ticket)).toMatchObject({
      recoveredUs: expect.any(Number),
      error: 'n1 is not back',
    });
    expect(ticketOf(faultId)).toMatchObject({ state: 'stuck', lastRecoverError: 'n1 is not back' });
    expect(isDue(ticketOf(faultId))).toBe(true);
    expect(dirtyMark(place.dir)?.faultId).toBe(faultId);
    keeperIsDone();
    await keeper;
  });

  it('stays an error where a later attempt proves it: the broker had its time, and the cluster is dirty', async () => {
    const healed = [{ what: 'cluster', expected: 'every node in', observed: 'every node in', ok: true }];
    let attempts = 0;
    const recover = () =>
      (attempts += 1) === 1 ? Promise.reject(new Error('n1 is not back')) : Promise.resolve(healed);
    const { fault } = fakeFault({ outlivesCluster: () => true, recover });
    const ticket = await planned(fault);
    await errorOf(recoverTicket({ faults: [fault], clusterDir: place.dir, faultId: ticket.faultId }, 'keeper', 10));
    const error = expect.stringMatching(/later attempt.*n1 is not back/) as unknown;
    expect(await recoverInRun(fault, ticket)).toMatchObject({ recoveredBy: 'workflow', healed, error });
    expect(ticketOf(ticket.faultId).state).toBe('recovered');
  });
});
