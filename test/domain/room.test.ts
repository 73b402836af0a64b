import { describe, expect, it } from 'vitest';
import { scenario } from '../../testing/values.js';
import { roomForRun, type RoomFacts } from '../../src/domain/room.js';

const MB = 1_048_576;
const scenarios = (count: number) => Array.from({ length: count }, (_, i) => scenario(`s${i}`));
const facts: RoomFacts = {
  load: { messages: 1000, ratePerSecond: 50, payloadBytes: 256 },
  timing: { leadInMs: 3000, faultWindowMs: 30_000, recoveryBudgetMs: 60_000 },
  nodeCount: 3,
  sdks: ['python', 'go', 'rust', 'java'],
  scenarios: scenarios(3),
};

const entry = { name: 'a', fault: 'broker-kill', target: 'n1', params: {}, atMs: 0 };
const timeline = scenario('several', { faults: [entry, { ...entry, name: 'b' }] });

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
    ['scenarios', { scenarios: scenarios(10) }],
    ['faults', { scenarios: [...scenarios(2), timeline] }],
    ['disks', { startedWith: { 'power-loss-all': { disks: 'ext4' } } }],
  ])('grows with its %s', (_what, change) => {
    expect(roomForRun({ ...facts, ...change })).toBeGreaterThan(roomForRun(facts));
  });
});
