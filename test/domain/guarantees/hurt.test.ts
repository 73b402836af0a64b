import { describe, expect, it } from 'vitest';
import { NO_LIMITS, type Circumstances } from '../../../src/domain/guarantees/guarantee.js';
import { isDuringFault, isHurt, latestUs, mayHaveDied } from '../../../src/domain/guarantees/hurt.js';
import { calm } from '../../../testing/guarantee-history.js';

const at = (
  victims: string[] | null,
  recoveredUs: number | null = 20,
  survivesDeath: boolean | null = null,
): Circumstances => ({ fault: { injectedUs: 10, recoveredUs, victims }, broker: { ...NO_LIMITS, survivesDeath } });

describe('hurt', () => {
  it('is during a fault what touches it, its first and last moment included', () => {
    for (const [from, to, is] of [
      [0, 9, false],
      [0, 10, true],
      [12, 13, true],
      [0, 99, true],
      [20, 30, true],
      [21, 30, false],
    ] as const)
      expect([from, to, isDuringFault(at(null), from, to)]).toEqual([from, to, is]);
    expect(isDuringFault(at(null, null), 1000, 2000)).toBe(true);
    expect(isDuringFault(calm, 0, 99)).toBe(false);
  });

  it('may have been every broker where nobody can tell who was', () => {
    expect(isHurt(at(['a']), 'a', 0, 15)).toBe(true);
    expect(isHurt(at(['a']), 'b', 0, 15)).toBe(false);
    expect(isHurt(at(null), 'b', 0, 15)).toBe(true);
    expect(isHurt(at(null), 'b', 0, 5)).toBe(false);
  });

  it('may have died what a victim held, unless the broker declares that it survives this', () => {
    for (const survives of [null, false]) {
      expect(mayHaveDied(at(['a'], 20, survives), ['b', 'a'], 0, 15)).toBe(true);
      expect(mayHaveDied(at(['a'], 20, survives), ['b'], 0, 15)).toBe(false);
      expect(mayHaveDied(at(['a'], 20, survives), ['a'], 21, 25)).toBe(false);
    }
    expect(mayHaveDied(at(['a'], 20, true), ['a'], 0, 15)).toBe(false);
  });

  it('is nothing late while a fault lasts', () => {
    const due = { fromUs: 5, dueUs: 8, graceUs: 3 };
    expect(latestUs(calm, due)).toBe(11);
    expect(latestUs(at([]), due)).toBe(23);
    expect(latestUs(at([]), { ...due, graceUs: 1 })).toBe(9);
    expect(latestUs(at([]), { ...due, dueUs: 40 })).toBe(43);
    expect(latestUs(at([]), { fromUs: 21, dueUs: 22, graceUs: 3 })).toBe(25);
    expect(latestUs(at([], null), due)).toBe(Infinity);
  });
});
