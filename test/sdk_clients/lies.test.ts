import { describe, expect, it, vi } from 'vitest';
import { allEnded } from '../../testing/all-ended.js';
import { clientFolder } from '../../testing/client-folder.js';
import { CIRCUMSTANCES, compareLies } from '../../testing/lies/compare.js';
import { liedTo, lieTo, type LiedTo } from '../../testing/lies/run.js';
import {
  failover,
  notShared,
  qosMix,
  retained,
  sessions,
  shared,
  wills,
  type LyingRun,
} from '../../testing/lies/workloads.js';
import { guarantees } from '../../src/domain/guarantees/index.js';
import { shared as sharedOnce } from '../../src/domain/guarantees/shared.js';

// Row 19 of bench/README.md in short.
vi.setConfig({ maxConcurrency: 8 });

const folder = clientFolder('lies');

/** Every client, side by side. Seeds are fixed, so each lie is told; which message it is about also depends on the times. */
async function runsOf(lying: LyingRun): Promise<LiedTo[]> {
  const sdks = liedTo(lying.workload, lying.version);
  expect(sdks).toContain('python');
  const runs = await allEnded(sdks.map((sdk) => lieTo(sdk, lying, { folder, seed: 5 })));
  for (const { sdk, run, missed, invented } of runs)
    expect({ missed, invented }, `${sdk}: ${run.lines.at(-1)}`).toEqual({ missed: [], invented: [] });
  return runs;
}

async function expectFound(lying: LyingRun, kinds: readonly string[], names: readonly string[]): Promise<void> {
  for (const { sdk, book, history, planted } of await runsOf(lying)) {
    // Else nothing was planted, and nothing found.
    expect([...new Set(book.lies.map(({ kind }) => kind))], sdk).toEqual(expect.arrayContaining([...kinds]));
    expect(new Set(planted.map(({ guarantee }) => guarantee)), sdk).toEqual(new Set(names));
    for (const name of names) {
      const blind = guarantees.filter((each) => each.name !== name);
      const own = planted.filter(({ guarantee }) => guarantee === name);
      expect(compareLies(book, history, blind), sdk).toEqual({ planted, missed: own, invented: [] });
    }
  }
}

describe.concurrent('every lie of a broker is found in the ledgers of the clients, and nothing else is', () => {
  it('in qos-mix: lost, twice, overtaken, and a session that is said not to be there', () =>
    expectFound(
      qosMix('3.1.1', 300, 2),
      ['lost', 'twice', 'released-twice', 'overtaken', 'session-denied'],
      ['at-least-once', 'at-most-once', 'exactly-once', 'order', 'session', 'reach'],
    ));

  it('in sessions: what came while the subscriber was away is lost, repeated or overtaken', () =>
    expectFound(sessions('5', false), ['lost', 'overtaken'], ['at-least-once', 'exactly-once', 'order', 'reach']));

  it('in retained: a value of before, and one that was deleted', () =>
    expectFound(retained('5', 3), ['stale-value', 'deleted-value'], ['retained']));

  it('in failover: on whichever connection what is lost, said to be new, or completed and forgotten began', () =>
    expectFound(
      failover('5', 240),
      ['lost', 'again', 'overtaken', 'forgotten', 'remembered', 'session-denied'],
      ['at-least-once', 'exactly-once', 'order', 'session', 'reach'],
    ));

  it('in shared: what no member gets, what two of them get, and what one gets twice', () =>
    expectFound(shared('3.1.1', 160), ['unserved', 'doubled', 'again'], ['exactly-once', 'shared']));

  it.each(['5', '3.1.1'] as const)('and a broker of %s that has no shared subscriptions is accused of nothing', async (version) => {
    for (const { sdk, history } of await runsOf(notShared(version)))
      expect(sharedOnce.judge(history, CIRCUMSTANCES).state, sdk).toBe('not offered');
  });

  it('in wills: after a clean end, never, twice, too early; and a connection that a takeover did not end', () =>
    expectFound(
      wills({
        kinds: ['clean:1:0', 'cut:1:0', 'cut:0:0', 'disconnect04:1:0', 'cut:1:3'],
        ...{ times: 4, takeovers: 3, notEnded: 100 },
      }),
      ['will-after-goodbye', 'will-withheld', 'will-twice', 'will-early', 'not-ended'],
      ['will', 'takeover'],
    ));
});
