import { expect, it } from 'vitest';
import { BREAKER_NOTE, breakerNote, personNote } from '../../src/domain/schedule.js';

it('the note of the breaker is told from that of a person by how it begins, and names runs and way out', () => {
  const note = breakerNote(['r1', 'r2', 'r3'], 'robustmq-chaos resume');
  expect(note.startsWith(BREAKER_NOTE)).toBe(true);
  for (const part of ['3 rounds', 'r1, r2, r3', 'robustmq-chaos resume']) expect(note).toContain(part);
});

it('the note of a person says what was done, by whom and why', () => {
  const note = personNote('paused', { by: 'Ada', reason: 'new disks' });
  expect(note).toBe('paused by Ada: new disks');
  expect(note.startsWith(BREAKER_NOTE)).toBe(false);
});
