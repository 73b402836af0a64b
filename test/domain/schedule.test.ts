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
});
