import { describe, expect, it } from 'vitest';
import { roomForRun, type RoomFacts } from '../../src/domain/room.js';

const MB = 1_048_576;
const facts: RoomFacts = {
  load: { messages: 1000, ratePerSecond: 50, payloadBytes: 256 },
  timing: { leadInMs: 3000, faultWindowMs: 30_000, recoveryBudgetMs: 60_000 },
  nodeCount: 3,
  sdks: ['python', 'go', 'rust', 'java'],
  scenarios: { length: 3 },
};

describe('the room that a run needs', () => {
  it('is every message of every phase, kept by every broker and in a ledger', () => {
    const messages = 4 * (1000 + 3 * (1000 + 93 * 50));
    expect(roomForRun(facts)).toBe(messages * (3 * 320 + 160) + (10 + 3 + 3) * MB);
  });

  it('of the default config is more than such a run was seen to write, and less than a small disk has', () => {
    expect(roomForRun(facts)).toBeGreaterThan(10 * MB);
    expect(roomForRun(facts)).toBeLessThan(100 * MB);
  });

  it.each<[string, Partial<RoomFacts>]>([
    ['messages', { load: { ...facts.load, messages: 100_000 } }],
    ['payload', { load: { ...facts.load, payloadBytes: 65_536 } }],
    ['window', { timing: { ...facts.timing, faultWindowMs: 3_600_000 } }],
    ['brokers', { nodeCount: 7 }],
    ['scenarios', { scenarios: { length: 10 } }],
  ])('grows with its %s', (_what, change) => {
    expect(roomForRun({ ...facts, ...change })).toBeGreaterThan(roomForRun(facts));
  });
});
