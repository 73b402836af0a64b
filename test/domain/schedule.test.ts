import { describe, expect, it } from 'vitest';
import { breakerNote, isBreakerNote, personNote } from '../../src/domain/schedule.js';

describe('the note of a paused schedule', () => {
  it('is known as the breaker’s own', () => {
    expect(isBreakerNote(breakerNote(['one', 'two', 'three'], 'robustmq-chaos resume'))).toBe(true);
  });

  it('is known as the breaker’s own if version 0.1.0 wrote it', () => {
    expect(isBreakerNote('🚨 breaker: 3 rounds in a row failed (one, two, three). Resume: …')).toBe(true);
  });

  it('of a person is not the breaker’s', () => {
    expect(isBreakerNote(personNote('paused', { by: 'ann', reason: 'robustmq-chaos breaker: is it open?' }))).toBe(
      false,
    );
  });

  it.each(['a', 'ö', '错', '😀'])('is cut between characters where Temporal would not take it (%s)', (character) => {
    for (const before of ['', 'b', 'bb', 'bbb']) {
      const note = personNote('resumed', { by: before, reason: character.repeat(1000) });
      const bytes = Buffer.byteLength(note);
      expect([bytes <= 1000, bytes > 1000 - Buffer.byteLength(character)]).toEqual([true, true]);
      expect(note).not.toMatch(/\p{Surrogate}/u);
    }
    expect(Buffer.byteLength(breakerNote([character.repeat(1000)], 'robustmq-chaos resume'))).toBeLessThanOrEqual(1000);
  });
});
