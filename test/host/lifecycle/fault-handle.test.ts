import { beforeEach, describe, expect, it } from 'vitest';
import { faultOf, mustReadTicket } from '../../../src/host/lifecycle/fault-handle.js';
import { fakeFault, newPlace, place, planned } from '../../../testing/fake-fault.js';

beforeEach(newPlace);

const { fault } = fakeFault();

describe('a fault', () => {
  it('is found by its kind; one that there is not is refused with those that there are', () => {
    const other = { ...fault, kind: 'broker-pause' };
    expect(faultOf([fault, other], 'broker-pause')).toBe(other);
    expect(() => faultOf([fault, other], 'moon-phase')).toThrow(
      expect.objectContaining({
        code: 'INJECT_FAILED',
        message: 'expected a fault of broker-kill, broker-pause, got moon-phase',
      }),
    );
  });
});

describe('a ticket', () => {
  it('is read as it is on disk; one that is not there is named', async () => {
    const ticket = await planned(fault);
    expect(mustReadTicket({ clusterDir: place.dir, faultId: ticket.faultId })).toEqual(ticket);
    expect(() => mustReadTicket({ clusterDir: place.dir, faultId: 'nope' })).toThrow(
      expect.objectContaining({ code: 'INJECT_FAILED', message: `no ticket nope in ${place.dir}` }),
    );
  });
});
