import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { compareVersions, type VersionRun, type VersionsComparison } from '../../src/domain/versions.js';
import { bounded, timeout } from '../../testing/properties.js';
import { roundData, runsOf, twoVersions, type RoundChange } from '../../testing/series/versions.js';

const compare = (...versions: (RoundChange | null)[][]): VersionsComparison =>
  compareVersions(
    twoVersions,
    versions.flatMap((changes, i) => runsOf(i, changes)),
  );
const p99s = (...values: number[]): RoundChange[] => values.map((p99Ms) => ({ p99Ms }));
const rowOf = ({ figures }: VersionsComparison, name: string) => figures.find(({ figure }) => figure === name);

describe('two versions side by side', () => {
  it('have every figure of each, with its rounds, and what differs beyond the noise', () => {
    const found = compare(p99s(20, 22, 21), p99s(80, 77, 84));
    expect(found.figures.map(({ sdk, figure }) => [sdk, figure])).toEqual([
      [null, 'recovery'],
      [null, 'leader'],
      ['go', 'p99'],
      ['go', 'outage'],
      ['go', 'lost'],
    ]);
    expect(rowOf(found, 'p99')).toMatchObject({
      sides: [
        { values: [20, 22, 21], median: 21, least: 20, greatest: 22 },
        { values: [80, 77, 84], median: 80, least: 77, greatest: 84 },
      ],
      steps: [{ judged: true, differs: 'worse' }],
    });
    expect(rowOf(found, 'outage')?.steps).toEqual([{ judged: true, differs: null }]);
    expect([found.worse, found.undecided]).toEqual([true, false]);
  });

  it('say what each broker said of itself, which rounds were played, and which of them count', () => {
    const [a, b] = compare(p99s(20, 22), [{}, { data: { headline: 'INVALID' } }, null]).versions;
    expect(a).toMatchObject({ label: 'A', brokers: [{ version: '2.10' }], counted: 2 });
    expect(b?.brokers).toMatchObject([{ version: '2.12' }]);
    expect(b?.counted).toBe(1);
    expect(b?.rounds).toEqual([
      { round: 1, runId: 'run-B-1', headline: 'PASS', counts: true },
      { round: 2, runId: 'run-B-2', headline: 'INVALID', counts: false },
      { round: 3, runId: 'run-B-3', headline: null, counts: false },
    ]);
  });

  it('show every build, where a version was another one in another round', () => {
    const [a] = compare([{ build: '2.10' }, { build: '2.11' }, { build: '2.10' }], [{}]).versions;
    expect(a?.brokers.map(({ version }) => version)).toEqual(['2.10', '2.11']);
  });

  it.each([
    ['nothing differs', [{}], [{}], false, false],
    ['a failure is new', [{}], [{ lost: 1 }], true, false],
    ['a warning is new', [{}], [{ lostInFault: 1 }], false, false],
    ['a figure is better', p99s(80, 77, 84), p99s(20, 22, 21), false, false],
    ['no figure can be judged', p99s(80, 77), p99s(480, 477), false, false],
    ['a version has no round that counts', [{}], [{ data: { headline: 'INVALID' } }, null], false, true],
    ['a version has no round', [{}], [], false, true],
  ] as const)('are worse, or undecided, by what was found: %s', (_, a, b, worse, undecided) => {
    const found = compare([...a], [...b]);
    expect([found.worse, found.undecided]).toEqual([worse, undecided]);
  });

  it('judge no figure with fewer than three rounds of each that count', () => {
    const found = compare(p99s(20, 22, 21), [...p99s(80, 77), { p99Ms: 84, data: { headline: 'CANCELLED' } }]);
    expect(rowOf(found, 'p99')?.steps).toEqual([{ judged: false, differs: null }]);
  });

  it('keep figures apart that were played with another load', () => {
    const one = roundData().plan;
    const faster = { data: { plan: { ...one, load: { ...one.load, ratePerSecond: 200 } } } };
    const found = compare([{}, {}, {}], [faster, faster, faster]);
    expect(found.figures.filter(({ figure }) => figure === 'p99')).toMatchObject([
      { sides: [{ values: [20, 20, 20] }, null], steps: [{ judged: false }] },
      { sides: [null, { values: [20, 20, 20] }], steps: [{ judged: false }] },
    ]);
  });
});

test('of three versions each is compared with the one before it', () => {
  const three = [...twoVersions, { label: 'C', path: '/opt/newest' }];
  const runs = [p99s(20, 22, 21), p99s(80, 77, 84), p99s(20, 22, 21)].flatMap((changes, i) => runsOf(i, changes));
  const found = compareVersions(three, runs);
  expect(rowOf(found, 'p99')?.steps.map(({ differs }) => differs)).toEqual(['worse', 'better']);
  expect(found.worse).toBe(true);
  expect(compareVersions(three, runsOf(0, [{}])).undecided).toBe(true);
  expect(compareVersions(twoVersions.slice(0, 1), runsOf(0, [{}])).undecided).toBe(true);
});

const change = fc.record(
  {
    p99Ms: fc.constantFrom(20, 22, 300, 900),
    outageMs: fc.constantFrom(100, 4000, 30_000),
    lost: fc.constantFrom(0, 0, 3),
    lostInFault: fc.constantFrom(0, 2),
  },
  { requiredKeys: [] },
);
const rounds = fc.array(fc.oneof({ weight: 9, arbitrary: change }, fc.constant(null)), { maxLength: 5 });
const steady = fc
  .tuple(change, fc.integer({ min: 1, max: 5 }))
  .map(([one, count]) => Array<RoundChange>(count).fill(one));
const side = fc.oneof(rounds, steady);
const keyed = <T extends { scenario: string | null }>(rows: readonly T[], pick: (row: T) => unknown): unknown[] =>
  rows.map((row) => JSON.stringify(pick(row))).sort();

describe('whatever was played', { timeout }, () => {
  it('the other way round, what was new is gone and what was worse is better', () => {
    const seen = new Set<unknown>();
    const turned: Record<string, string> = { new: 'gone', gone: 'new', worse: 'better', better: 'worse' };
    const turn = (what: string | null | undefined, by: boolean): string => {
      seen.add(what);
      return what == null ? 'same' : by ? (turned[what] ?? what) : what;
    };
    const wordsOf = ({ failures, figures }: VersionsComparison, by: boolean): unknown[] => [
      keyed(failures, ({ scenario, sdk, where, text, steps }) => [
        scenario,
        sdk,
        where,
        text,
        turn(steps[0]?.change, by),
      ]),
      keyed(figures, ({ scenario, sdk, figure, steps }) => [scenario, sdk, figure, turn(steps[0]?.differs, by)]),
    ];
    fc.assert(
      fc.property(side, side, (a, b) => {
        expect(wordsOf(compare(b, a), false)).toEqual(wordsOf(compare(a, b), true));
      }),
      bounded(150),
    );
    expect([...seen]).toEqual(expect.arrayContaining(['new', 'gone', 'worse', 'better', null]));
  });

  it('a round that says nothing of the broker changes nothing but the count of rounds', () => {
    const headline = fc.constantFrom('INVALID', 'CANCELLED', 'REFUSED', null);
    fc.assert(
      fc.property(side, side, change, headline, fc.nat(1), (a, b, one, said, version) => {
        const runs = [a, b].flatMap((changes, i) => runsOf(i, changes));
        const data =
          said === null ? null : { ...roundData({ ...one, build: version === 0 ? '2.10' : '2.12' }), headline: said };
        const more: VersionRun = { version, round: 9, runId: 'run-9', data };
        const [before, after] = [compareVersions(twoVersions, runs), compareVersions(twoVersions, [more, ...runs])];
        expect(after).toEqual({ ...before, versions: after.versions });
        const bare = ({ versions }: VersionsComparison) => versions.map(({ counted, label }) => [label, counted]);
        expect(bare(after)).toEqual(bare(before));
        expect(after.versions[version]?.rounds).toEqual([
          ...(before.versions[version]?.rounds ?? []),
          { round: 9, runId: 'run-9', headline: said, counts: false },
        ]);
      }),
      bounded(100),
    );
  });

  it('the order of the runs does not matter', () => {
    const shuffled = fc
      .tuple(side, side)
      .map((all) => all.flatMap((changes, i) => runsOf(i, changes)))
      .chain((runs) => fc.tuple(fc.constant(runs), fc.shuffledSubarray(runs, { minLength: runs.length })));
    fc.assert(
      fc.property(shuffled, ([runs, others]) => {
        expect(compareVersions(twoVersions, others)).toEqual(compareVersions(twoVersions, runs));
      }),
      bounded(100),
    );
  });
});
