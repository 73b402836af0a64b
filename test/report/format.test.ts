import { describe, expect, it } from 'vitest';
import { localTime, number, seconds, table } from '../../src/report/format.js';

describe('times', () => {
  it.each([
    ['Asia/Shanghai', '2026-11-22T20:15:04+08:00'],
    ['UTC', '2026-11-22T12:15:04+00:00'],
    ['America/New_York', '2026-11-22T07:15:04-05:00'],
    ['Asia/Kolkata', '2026-11-22T17:45:04+05:30'],
  ])('are ISO 8601 with the offset of %s', (zone, expected) => {
    expect(localTime('2026-11-22T12:15:04.567Z', zone)).toBe(expected);
    expect(new Date(expected).getTime()).toBe(Date.parse('2026-11-22T12:15:04Z'));
  });

  it('say midnight as hour 00, and follow summer time', () => {
    expect(localTime('2026-07-01T22:00:00Z', 'Europe/Berlin')).toBe('2026-07-02T00:00:00+02:00');
  });
});

describe('figures', () => {
  it.each<[number | null | undefined, number, string]>([
    [null, 1, '–'],
    [undefined, 1, '–'],
    [0, 1, '0'],
    [12, 1, '12'],
    [12.34, 1, '12.3'],
    [0.5, 2, '0.50'],
    [1000, 0, '1000'],
  ])('%s with %i digits is %s', (value, digits, text) => {
    expect(number(value, digits)).toBe(text);
  });

  it('say milliseconds as seconds', () => {
    expect([seconds(4321), seconds(0), seconds(null)]).toEqual(['4.32 s', '0.00 s', '–']);
  });
});

it('a table keeps its shape whatever stands in a cell', () => {
  expect(table(['a', 'b'], [['x|y', 'two\nlines']])).toBe('| a | b |\n| - | - |\n| `x`&#124;`y` | `two\\nlines` |');
});
