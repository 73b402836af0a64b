import { expect, test } from 'vitest';
import { loudLines, loudnessOf } from '../../src/domain/broker-lines.js';

test.each([
  ['[1] 2026/11/22 18:58:20.218364 [INF] Server is ready', undefined],
  ['[1] 2026/11/22 18:58:20.218364 [WRN] slow', 'warning'],
  ['[1] 2026/11/22 18:58:20.218364 [ERR] broken', 'error'],
  ['[1] 2026/11/22 18:58:20.218364 [FTL] over', 'panic'],
  ["thread 'main' panicked at src/main.rs:7", 'panic'],
  ['2026-11-22T18:58:20Z  WARN raft: lagging', 'warning'],
  ['2026-11-22T18:58:20Z ERROR store: full', 'error'],
  ['data corrupt on page 7', 'never'],
  ['ERRORS=0 WARNINGS=0', undefined],
  ['2026-11-22T18:58:20Z ERROR raft: no route to n2', 'benign'],
  ['2026-11-22T18:58:20Z  INFO raft: no route to n2', undefined],
  ['corrupt, and no route', 'never'],
])('%s is %s', (line, loudness) => {
  expect(loudnessOf(line, { never: ['corrupt'], benign: ['no route', 'panicked'] })).toBe(loudness);
});

test('lines that differ in times and numbers alone are one, worst first, with how many there were', () => {
  const lines = [
    'n1: [25] 2026/11/22 18:58:20.1 [WRN] "client-7" slow for 5.0s',
    'n1: [25] 2026/11/22 18:58:21.9 [WRN] "client-9" slow for 7.25s',
    'n2: [26] 2026/11/22 18:58:21.9 [WRN] "client-9" slow for 7.25s',
    'n1: [25] 2026/11/22 18:58:22.0 [INF] fine',
    'n3: [27] 2026/11/22 18:58:22.0 [ERR] no route',
    'n3: [27] 2026/11/22 18:58:22.0 page corrupt',
  ];
  expect(loudLines(lines, { never: ['corrupt'], benign: [] }).map((g) => [g.loudness, g.node, g.count])).toEqual([
    ['never', 'n3', 1],
    ['error', 'n3', 1],
    ['warning', 'n1', 2],
    ['warning', 'n2', 1],
  ]);
});
