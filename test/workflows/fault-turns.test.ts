import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CancelledFailure } from '@temporalio/workflow';
import { entriesOf, type FaultEntry } from '../../src/domain/scenario.js';
import { faultTurns, type FaultTurns } from '../../src/workflows/fault-turns.js';
import { scenario } from '../../testing/values.js';

/** What Temporal gives: waits that are looked at again whenever something has happened, and timers that a test lets fire. */
const world = vi.hoisted(() => ({
  waits: [] as { met: () => boolean; go: () => void; fail: (error: Error) => void }[],
  timers: [] as { ms: number; fire: () => void }[],
  scope: { consideredCancelled: false },
}));
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  CancellationScope: { current: () => world.scope },
  condition: (met: () => boolean, ms?: number) =>
    new Promise<void>((go, fail) => {
      if (met()) return go();
      if (ms !== undefined) world.timers.push({ ms, fire: go });
      world.waits.push({ met, go, fail });
    }),
}));
beforeEach(() => {
  Object.assign(world, { waits: [], timers: [], scope: { consideredCancelled: false } });
});

/** Everything that can go on has gone on. */
async function settled(): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    for (let i = 0; i < 20; i += 1) await Promise.resolve();
    const met = world.waits.filter((wait) => wait.met());
    world.waits = world.waits.filter((wait) => !met.includes(wait));
    for (const wait of met) wait.go();
  }
}

const entry = (name: string, change: Partial<FaultEntry> = {}): FaultEntry => ({
  ...{ name, fault: 'broker-kill', target: 'leader', params: {}, atMs: 0 },
  ...change,
});

interface Play {
  readonly turns: FaultTurns;
  readonly of: (name: string) => FaultEntry;
  /** What has come to pass, in order. */
  readonly seen: string[];
}

/** Every entry asks to begin, and is planned and injected at once when it may. */
function play(...entries: readonly FaultEntry[]): Play {
  const given = scenario('several', { faults: entries });
  const turns = faultTurns(given, 30_000);
  const seen: string[] = [];
  for (const one of entriesOf(given))
    void turns.begin(one).then((may) => {
      seen.push(`${one.name} ${may ? 'begins' : 'does not begin'}`);
      if (!may) return;
      turns.planned(one);
      turns.injecting();
    });
  return { turns, seen, of: (name) => entries.find((one) => one.name === name) ?? entry(name) };
}

const ends = ({ turns, of, seen }: Play, name: string): void =>
  void turns.end(of(name)).then(() => void seen.push(`${name} ends`));

describe('the beginning of a fault', () => {
  it('is waited for by none of a single one', async () => {
    const turns = faultTurns(scenario('kill'), 30_000);
    const [only] = entriesOf(scenario('kill'));
    if (only === undefined) throw new Error('expected an entry');
    expect(await turns.begin(only)).toBe(true);
    await turns.end(only);
    expect([world.waits, world.timers]).toEqual([[], []]);
  });

  it('is at its time from the first inject on', async () => {
    const { seen } = play(entry('a'), entry('b', { atMs: 5_000 }), entry('c'));
    expect(world.timers).toEqual([]);
    await settled();
    expect(seen).toEqual(['a begins', 'c begins']);
    expect(world.timers.map(({ ms }) => ms)).toEqual([5_000]);
    world.timers[0]?.fire();
    await settled();
    expect(seen).toContain('b begins');
  });

  it('waits for the end of those that it cannot be on with; the time after another counts from its end', async () => {
    const b = entry('b', { atMs: 5_000, waitsFor: ['a'] });
    const { turns, seen, of } = play(entry('a'), b, entry('c', { after: 'a', atMs: 2_000, waitsFor: ['a'] }));
    await settled();
    world.timers[0]?.fire();
    await settled();
    expect(seen).toEqual(['a begins']);
    turns.over(of('a'));
    await settled();
    expect(seen).toEqual(['a begins', 'b begins']);
    expect(world.timers.map(({ ms }) => ms)).toEqual([5_000, 2_000]);
    world.timers[1]?.fire();
    await settled();
    expect(seen).toContain('c begins');
  });

  it('is never planned while another is', async () => {
    const turns = faultTurns(scenario('several', { faults: [entry('a'), entry('b'), entry('c')] }), 30_000);
    const seen: string[] = [];
    for (const name of ['a', 'b', 'c']) void turns.begin(entry(name)).then(() => void seen.push(name));
    turns.injecting();
    await settled();
    expect(seen).toEqual(['a']);
    turns.planned(entry('c'));
    await settled();
    expect(seen).toEqual(['a']);
    turns.planned(entry('a'));
    await settled();
    expect(seen).toEqual(['a', 'b']);
  });

  it('does not come once something went wrong, or after a cancellation', async () => {
    const failed = play(entry('a'), entry('b', { atMs: 5_000 }), entry('c', { waitsFor: ['a'] }));
    await settled();
    failed.turns.fail();
    await settled();
    // Without waiting for its time.
    expect(failed.seen.sort()).toEqual(['a begins', 'b does not begin', 'c does not begin']);
    const cancelled = play(entry('a'), entry('b', { waitsFor: ['a'] }));
    await settled();
    for (const { fail } of world.waits) fail(new CancelledFailure('cancelled'));
    await settled();
    expect(cancelled.seen).toEqual(['a begins', 'b does not begin']);
  });
});

describe('the end of a fault', () => {
  it('waits for those that began later and are to end no later', async () => {
    const timeline = play(entry('a'), entry('b', { forMs: 30_000 }), entry('c', { forMs: 40_000 }));
    await settled();
    ends(timeline, 'a');
    await settled();
    expect(timeline.seen).not.toContain('a ends');
    timeline.turns.over(timeline.of('b'));
    await settled();
    expect(timeline.seen).toContain('a ends');
  });

  it('comes one at a time, and one that never had its turn gives nobody another', async () => {
    const timeline = play(entry('a', { forMs: 10_000 }), entry('b', { forMs: 20_000 }), entry('c', { forMs: 30_000 }));
    await settled();
    ends(timeline, 'a');
    ends(timeline, 'b');
    timeline.turns.over(timeline.of('c'));
    await settled();
    expect(timeline.seen.slice(-1)).toEqual(['a ends']);
    timeline.turns.over(timeline.of('a'));
    await settled();
    expect(timeline.seen.slice(-1)).toEqual(['b ends']);
  });

  it('is in the reverse order of the beginning after a cancellation', async () => {
    const timeline = play(entry('a', { forMs: 10_000 }), entry('b', { forMs: 20_000 }), entry('c', { atMs: 9_000 }));
    await settled();
    world.scope.consideredCancelled = true;
    ends(timeline, 'a');
    await settled();
    expect(timeline.seen).not.toContain('a ends');
    ends(timeline, 'b');
    await settled();
    expect(timeline.seen.slice(-1)).toEqual(['b ends']);
    timeline.turns.over(timeline.of('b'));
    await settled();
    expect(timeline.seen.slice(-1)).toEqual(['a ends']);
  });
});
