import { expect, it } from 'vitest';
import { readableLine } from '../../../../src/host/drivers/robustmq/log-line.js';

const entry = { timestamp: '2026-11-22T12:00:00Z', level: 'WARN', target: 'raft', fields: { message: 'slow', ms: 7 } };

it('a line of the JSON log is time, level, place, text and what else it has', () => {
  expect(readableLine(JSON.stringify(entry))).toBe('2026-11-22T12:00:00Z WARN raft: slow ms=7');
  expect(readableLine(JSON.stringify({ ...entry, target: undefined, fields: undefined }))).toBe(
    '2026-11-22T12:00:00Z WARN ?: ""',
  );
});

it.each(['panicked at src/main.rs:1', '{"half', '{"no":"level"}', '[1]', ''])(
  'any other line stays as it is: %j',
  (line) => {
    expect(readableLine(line)).toBe(line);
  },
);
