import { expect, it } from 'vitest';
import { lineFindings } from '../../src/domain/never-lines.js';

it('puts lines together that say the same but for numbers, with every different text of them', () => {
  const found = lineFindings('kill', [
    { neverLines: ['n1: panic at a.rs:1', 'n1: panic at a.rs:2'] },
    { neverLines: ['n2: corrupt', 'n1: panic at a.rs:1'] },
  ]);
  expect(found.map(({ scenario, where, fails, symptoms }) => [scenario, where, fails, symptoms])).toEqual([
    [
      'kill',
      'scenario',
      false,
      [
        {
          check: 'never_line',
          where: 'scenario',
          value: 3,
          text: 'n1: panic at a.rs:1 (3 times)',
          said: ['n1: panic at a.rs:1', 'n1: panic at a.rs:2'],
        },
      ],
    ],
    ['kill', 'scenario', false, [expect.objectContaining({ value: 1, text: 'n2: corrupt' })]],
  ]);
});

it('is of the run where it is of no scenario, and nothing where there are none', () => {
  expect(lineFindings(null, [{ neverLines: ['x'] }])[0]).toMatchObject({ scenario: null, where: 'run' });
  expect(lineFindings(null, [{ neverLines: [] }])).toEqual([]);
});
