import { beforeEach, describe, expect, it } from 'vitest';
import { monotonicUs } from '../../../src/host/os/clock.js';
import { holdFault, observeFault } from '../../../src/host/lifecycle/observe.js';
import { writeTicket } from '../../../src/host/tickets/store.js';
import type { FaultTicket } from '../../../src/host/tickets/ticket.js';
import { driver, fakeFault, inject, newPlace, place, planned, ticketOf } from '../../../testing/fake-fault.js';
import { errorOf } from '../../../testing/host-cluster.js';
import { until } from '../../../testing/processes.js';

beforeEach(newPlace);

describe('a fault that is held', () => {
  const injected = async (change: Partial<FaultTicket> = {}): Promise<string> => {
    const { fault } = fakeFault();
    const { faultId } = await planned(fault);
    writeTicket({ ...(await inject(fault, faultId)), ...change });
    return faultId;
  };

  const hold = (faultId: string, windowMs: number, signal?: AbortSignal) =>
    holdFault({ faults: [fakeFault().fault], clusterDir: place.dir, faultId, driver }, windowMs, signal);

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
        { faults: [{ ...fault, isInForce: () => Promise.resolve(false) }], clusterDir: place.dir, faultId, driver },
        300,
      ),
    ).toBe(true);
    expect(ticketOf(faultId).seenOnUs).toBe(before);
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
    const { observed, leaders } = await observeFault(
      { faults: [fault], clusterDir: place.dir, faultId, driver },
      20_000,
    );
    expect(observed).toBe(true);
    expect(leaders.map(({ group, to }) => `${group} ${String(to)}`)).toEqual(['a n3', 'b n2']);
  });

  it('and does not bite in time was not observed', async () => {
    const { fault } = fakeFault({ probe: () => Promise.resolve({ biting: false, evidence: [], leaders: [] }) });
    const { faultId } = await planned(fault);
    expect(await observeFault({ faults: [fault], clusterDir: place.dir, faultId, driver }, 10)).toMatchObject({
      observed: false,
    });
  });

  it('ends being watched when it is told to', async () => {
    const { fault } = fakeFault({ probe: () => Promise.resolve({ biting: false, evidence: [], leaders: [] }) });
    const { faultId } = await planned(fault);
    const stop = new AbortController();
    const watching = errorOf(
      observeFault({ faults: [fault], clusterDir: place.dir, faultId, driver }, 60_000, stop.signal),
    );
    let text = '';
    void watching.then((error) => (text = error));
    stop.abort();
    await until('it ends', () => text !== '');
    expect(text).toMatch(/abort/i);
  });
});
