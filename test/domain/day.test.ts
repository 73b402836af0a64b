import { expect, it } from 'vitest';
import { dayOf } from '../../src/domain/day.js';

it('is the day of a moment where the config lives', () => {
  const at = new Date('2026-11-28T20:00:00Z');
  expect([dayOf(at, 'UTC'), dayOf(at, 'Asia/Shanghai'), dayOf(at, 'America/New_York')]).toEqual([
    '2026-11-28',
    '2026-11-29',
    '2026-11-28',
  ]);
});
