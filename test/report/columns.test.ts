import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { columnsText, wrapped } from '../../src/report/columns.js';
import { bounded, timeout } from '../../testing/properties.js';

test.each<[string, number, string[]]>([
  ['', 5, ['']],
  ['one two', 7, ['one two']],
  ['one two', 6, ['one', 'two']],
  ['a word-too-long b', 6, ['a', 'word-t', 'oo-lon', 'g b']],
])('%j in lines of %i characters', (text, chars, lines) => {
  expect(wrapped(text, chars)).toEqual(lines);
});

describe('a table for a terminal', () => {
  const of = {
    head: ['scenario', 'SDK', 'A', ''],
    rows: [
      ['kill', 'go', '1', '–'],
      ['kill', 'java', '2', ''],
    ],
  };

  it('has its columns below each other, says what is the same once, and leaves out a column that says nothing', () => {
    expect(columnsText(of, 80)).toBe(['scenario  SDK   A', 'kill      go    1', '          java  2'].join('\n'));
  });

  it('breaks between words before it breaks a word', () => {
    const rows = [['broker-kill-single', 'recovery after the window']];
    expect(columnsText({ head: ['', 'figure'], rows }, 32)).toBe(
      [
        '                    figure',
        'broker-kill-single  recovery',
        '                    after the',
        '                    window',
      ].join('\n'),
    );
    expect(columnsText({ head: ['', 'figure'], rows }, 22).split('\n')[1]).toMatch(/^broker-kill-/);
  });

  it('shows what cannot be seen, and lets no word move the terminal', () => {
    expect(columnsText({ head: ['a'], rows: [['x\u001b[2Jy\nz']] }, 80)).toBe('a\nx\\u001b[2Jy\\nz');
  });

  it('is never wider than the terminal, and loses no word', { timeout }, () => {
    const cell = fc.oneof(fc.constantFrom('', '–', 'go', 'recovery after the window'), fc.string({ maxLength: 60 }));
    const rows = fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 40, max: 120 }), (cells, columns) => {
        const text = columnsText({ head: ['a', 'b', 'c', 'd'], rows: cells }, columns);
        expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(columns);
        if (cells.some((row) => row.includes('go'))) expect(text).toMatch(/\bgo\b/);
      }),
      bounded(200),
    );
  });
});
