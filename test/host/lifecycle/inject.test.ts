import { MockActivityEnvironment } from '@temporalio/testing';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createFaultActivities } from '../../../src/activities/fault.js';
import type { RecoverAnswer } from '../../../src/messages/requests.js';
import { monotonicUs } from '../../../src/host/os/clock.js';
import { dirtyMark } from '../../../src/host/tickets/dirty-mark.js';
import type { ClusterDriver } from '../../../src/host/drivers/contract.js';
import { natsDriver } from '../../../src/host/drivers/nats/index.js';
import { holdFault, observeFault } from '../../../src/host/lifecycle/observe.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import type { Fault, ProbeResult } from '../../../src/host/faults/contract.js';
import type { FaultTicket } from '../../../src/host/tickets/ticket.js';
import { writeJson } from '../../../src/host/os/files.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import {
  isDue,
  listTickets,
  openTickets,
  readTicket,
  withTicket,
  writeTicket,
} from '../../../src/host/tickets/store.js';
import { plan as basePlan } from '../../../testing/reports/values.js';
import { errorOf, killOf } from '../../../testing/host-cluster.js';
import { temporaryFolder, until } from '../../../testing/processes.js';

const root = temporaryFolder();
let dir: string;
let count = 0;
beforeEach(() => {
  dir = join(root, `cluster-${(count += 1)}`);
});

const targets = () => Promise.resolve({ brokers: ['robustmq-server'], interfaces: [] });
const driver: ClusterDriver = { ...natsDriver, targets, status: () => Promise.resolve('running') };

/** A fault that only says what it was asked to do. */
function fakeFault(change: Partial<Fault> = {}): { fault: Fault; done: string[] } {
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
      Promise.resolve(void done.push(`inject while ${readTicket(dir, ticket.faultId)?.state ?? 'unknown'}`)),
    probe: () => Promise.resolve(probed),
    isInForce: () => Promise.resolve(true),
    recover: () => Promise.resolve([]),
    ...change,
  };
  return { fault, done };
}

const planned = (fault: Fault): Promise<FaultTicket> =>
  planFault([fault], { ...basePlan, clusterDir: dir, runDir: join(dir, 'run') }, killOf('leader'), driver);
/** These clusters have no processes, and no keeper either. */
const inject = (fault: Fault, faultId: string) =>
  injectFault({ faults: [fault], clusterDir: dir, faultId, driver }, () => Promise.resolve());
const ticketOf = (faultId: string): FaultTicket => readTicket(dir, faultId) as FaultTicket;

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
    expect(openTickets(dir).map((ticket) => [ticket.faultId, ticket.state])).toEqual([[faultId, 'injecting']]);
  });

  it('is not written for a fault that cannot be done here', async () => {
    const { fault } = fakeFault({ available: () => Promise.resolve('no network of ours') });
    expect(await errorOf(planned(fault))).toMatch(/INJECT_FAILED broker-kill cannot be done here: no network of ours/);
    expect(listTickets(dir)).toEqual([]);
  });

  it('is found among other files, and is no longer open when the cluster is gone', async () => {
    const { fault } = fakeFault();
    const { faultId } = await planned(fault);
    mkdirSync(join(dir, 'faults'), { recursive: true });
    writeFileSync(join(dir, 'faults', `${faultId}.json.123.abc.tmp`), '{"half');
    const closed = await recoverTicket({ faults: [fault], clusterDir: dir, faultId }, 'command', 1000);
    expect(closed).toMatchObject({ state: 'recovered', recoveredBy: 'command' });
    expect(closed.healed[0]).toMatchObject({ observed: 'stopped', ok: true });
    expect(listTickets(dir).map((ticket) => ticket.faultId)).toEqual([faultId]);
    expect(openTickets(dir)).toEqual([]);
    expect(readFileSync(join(dir, 'faults', `${faultId}.json.lock`), 'utf8')).toBe('');
  });

  it('that does not exist, or of a fault that does not, is an error with its name', async () => {
    expect(await errorOf(recoverTicket({ faults: [], clusterDir: dir, faultId: 'nope' }, 'keeper', 10))).toMatch(
      /RECOVER_FAILED no ticket nope/,
    );
    const { fault } = fakeFault();
    const { faultId } = await planned(fault);
    expect(await errorOf(recoverTicket({ faults: [], clusterDir: dir, faultId }, 'keeper', 10))).toMatch(
      /unknown fault broker-kill/,
    );
  });
});

describe('a fault that is held', () => {
  const injected = async (change: Partial<FaultTicket> = {}): Promise<string> => {
    const { fault } = fakeFault();
    const { faultId } = await planned(fault);
    writeTicket({ ...(await inject(fault, faultId)), ...change });
    return faultId;
  };

  const hold = (faultId: string, windowMs: number, signal?: AbortSignal) =>
    holdFault({ faults: [fakeFault().fault], clusterDir: dir, faultId, driver }, windowMs, signal);

  it('lasts for its window', async () => {
    const faultId = await injected();
    const before = monotonicUs();
    expect(await hold(faultId, 300)).toBe(false);
    expect(monotonicUs()).toBeGreaterThanOrEqual((ticketOf(faultId).injectedUs as number) + 300_000);
    expect(monotonicUs()).toBeGreaterThan(before);
  });

  /** Exactly one renewal: then the hold is told to end. */
  const renewOnce = async (faultId: string): Promise<void> => {
    expect(await errorOf(hold(faultId, 60_000, AbortSignal.abort()))).toMatch(/abort/i);
  };

  it('has its deadline moved on, never back and never past the hard cap', async () => {
    const soon = await injected({ deadlineUs: monotonicUs() });
    await renewOnce(soon);
    expect(ticketOf(soon).deadlineUs).toBeGreaterThan(monotonicUs() + 20_000_000);
    const late = await injected({ deadlineUs: monotonicUs() + 1e9 });
    await renewOnce(late);
    expect(ticketOf(late).deadlineUs).toBeGreaterThan(monotonicUs() + 9e8);
    const hardCapUs = monotonicUs() + 1_000_000;
    const capped = await injected({ deadlineUs: monotonicUs(), hardCapUs });
    await renewOnce(capped);
    expect(ticketOf(capped).deadlineUs).toBe(hardCapUs);
  });

  it('was cut short if somebody recovered it before its window was over', async () => {
    const faultId = await injected();
    const held = hold(faultId, 60_000);
    writeTicket({ ...ticketOf(faultId), state: 'recovered', recoveredUs: monotonicUs() });
    expect(await held).toBe(true);
  });

  it('asked again after the keeper has recovered it, was cut short unless it was seen in force to the end', async () => {
    const injectedUs = monotonicUs() - 10_000_000;
    const over = { injectedUs, state: 'recovered', recoveredUs: injectedUs + 8_000_000 } as const;
    const unseen = await injected({ ...over, seenOnUs: injectedUs + 3_000_000 });
    expect(await hold(unseen, 5_000)).toBe(true);
    const seen = await injected({ ...over, seenOnUs: injectedUs + 5_000_000 });
    expect(await hold(seen, 5_000)).toBe(false);
  });

  it('enters each look at which it was in force, the last one after its window', async () => {
    const faultId = await injected();
    expect(await hold(faultId, 300)).toBe(false);
    expect(ticketOf(faultId).seenOnUs).toBeGreaterThanOrEqual((ticketOf(faultId).injectedUs as number) + 300_000);
    const { fault } = fakeFault();
    const before = ticketOf(faultId).seenOnUs;
    expect(
      await holdFault(
        { faults: [{ ...fault, isInForce: () => Promise.resolve(false) }], clusterDir: dir, faultId, driver },
        300,
      ),
    ).toBe(true);
    expect(ticketOf(faultId).seenOnUs).toBe(before);
  });
});

describe('a recovery that is not proved', () => {
  /** As a workflow asks for it. */
  const recoverInRun = (fault: Fault, { faultId, runId, runDir }: FaultTicket): Promise<RecoverAnswer> => {
    writeJson(join(runDir, 'plan.json'), { ...basePlan, clusterDir: dir, runDir });
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
        keeper = withTicket(dir, faultId, 60_000, () => work);
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
    expect(dirtyMark(dir)?.faultId).toBe(faultId);
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
    await errorOf(recoverTicket({ faults: [fault], clusterDir: dir, faultId: ticket.faultId }, 'keeper', 10));
    const error = expect.stringMatching(/later attempt.*n1 is not back/) as unknown;
    expect(await recoverInRun(fault, ticket)).toMatchObject({ recoveredBy: 'workflow', healed, error });
    expect(ticketOf(ticket.faultId).state).toBe('recovered');
  });
});

describe('a fault that is watched', () => {
  const change = (group: string, to: string | null) => ({ group, from: 'n1', to, seconds: 1, termFrom: 1, termTo: 2 });

  it('is looked at until it bites, and the first new leader of each group is the one that is told', async () => {
    const looks = [
      [change('a', null), change('b', 'n2')],
      [change('a', 'n3'), change('b', 'n3')],
      [change('a', 'n2'), change('b', 'n2')],
    ];
    const { fault } = fakeFault({
      probe: () => Promise.resolve({ biting: looks.length === 1, evidence: [], leaders: looks.shift() ?? [] }),
    });
    const { faultId } = await planned(fault);
    const { observed, leaders } = await observeFault({ faults: [fault], clusterDir: dir, faultId, driver }, 20_000);
    expect(observed).toBe(true);
    expect(leaders.map(({ group, to }) => `${group} ${String(to)}`)).toEqual(['a n3', 'b n2']);
  });

  it('and does not bite in time was not observed', async () => {
    const { fault } = fakeFault({ probe: () => Promise.resolve({ biting: false, evidence: [], leaders: [] }) });
    const { faultId } = await planned(fault);
    expect(await observeFault({ faults: [fault], clusterDir: dir, faultId, driver }, 10)).toMatchObject({
      observed: false,
    });
  });

  it('ends being watched when it is told to', async () => {
    const { fault } = fakeFault({ probe: () => Promise.resolve({ biting: false, evidence: [], leaders: [] }) });
    const { faultId } = await planned(fault);
    const stop = new AbortController();
    const watching = errorOf(observeFault({ faults: [fault], clusterDir: dir, faultId, driver }, 60_000, stop.signal));
    let text = '';
    void watching.then((error) => (text = error));
    stop.abort();
    await until('it ends', () => text !== '');
    expect(text).toMatch(/abort/i);
  });
});
