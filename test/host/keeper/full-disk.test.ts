import { beforeAll, describe, expect, it } from 'vitest';
import { onSmallDisk } from '../../../testing/small-disk.js';

/** What `full-disk-keeper.mjs` says. */
interface Said {
  readonly before: { readonly toxics: number; readonly victimRuns: boolean };
  readonly full: {
    readonly keeperLives: boolean;
    readonly ended: boolean;
    readonly reserve: number | null;
    readonly states: readonly string[];
  };
  readonly next: string;
  readonly end: { readonly closed: boolean; readonly tickets: readonly string[]; readonly stopped: boolean };
  readonly log: string;
}

describe('the keeper of a cluster whose disk runs full, and stays so', () => {
  let said: Said;
  beforeAll(async () => {
    said = await onSmallDisk<Said>('full-disk-keeper.mjs', 24);
    expect(said.before, 'both faults were in force').toEqual({
      toxics: expect.any(Number) as number,
      victimRuns: false,
    });
    expect(said.before.toxics).toBeGreaterThan(0);
  });

  it('lives on, and ends every fault at once, long before its deadline', () => {
    expect(said.full, said.log).toMatchObject({ keeperLives: true, ended: true });
  });

  it('has freed the reserve, and needed no room for a ticket', () => {
    expect(said.full.reserve).toBe(0);
  });

  it('is replaced there when it is killed, by one that is found', () => {
    expect(said.next).toBe('found');
  });

  it('closes its tickets when there is room again, and stops the cluster at the end of its lease', () => {
    const tickets = ['recovered by the keeper', 'recovered by the keeper'];
    expect(said.end, said.log).toEqual({ closed: true, tickets, stopped: true });
  });
});
