import { describe, expect, it } from 'vitest';
import { failuresOf, type VersionFailure } from '../../src/domain/version-failures.js';
import { knownEntry } from '../../testing/known.js';
import { snapshot } from '../../testing/reports/values.js';
import { roundData, type RoundChange } from '../../testing/series/versions.js';
import { outcome } from '../../testing/values.js';

const of = (...versions: RoundChange[][]): VersionFailure[] =>
  failuresOf(versions.map((rounds) => rounds.map(roundData)));
const stepsOf = (...versions: RoundChange[][]) =>
  of(...versions).map(({ text, seen, steps }) => [text, seen.map((one) => `${one.seen}/${one.of}`), ...steps]);
const well = {};
const lost = { lost: 3 };

describe('a failure', () => {
  it('is new if the version before had it in no round, and makes the later one worse by one round alone', () => {
    expect(stepsOf([well, well], [well, lost])).toEqual([['lost 3', ['0/2', '1/2'], { change: 'new', counts: true }]]);
  });

  it('is gone if the later one has it in no round, and neither if both have it', () => {
    expect(stepsOf([lost, well], [well])).toEqual([['lost 3', ['1/2', '0/1'], { change: 'gone', counts: false }]]);
    expect(stepsOf([lost], [lost, lost, lost])).toEqual([['lost 3', ['1/1', '3/3'], { change: null, counts: false }]]);
  });

  it('is the same one with another figure, and is named by the greatest', () => {
    expect(stepsOf([lost], [{ lost: 12 }, { lost: 9 }])).toEqual([
      ['lost 12', ['1/1', '2/2'], { change: null, counts: false }],
    ]);
  });

  it('is another one where the check, the place or the weight is another', () => {
    const slow = { p99Ms: 900 };
    expect(stepsOf([lost], [slow], [{ lostInFault: 3 }]).map(([text]) => text)).toEqual([
      'lost 3',
      'p99_ms 900',
      'lost 3',
    ]);
  });

  it('is compared with the version right before, and with no other', () => {
    const [one] = of([well], [lost], [well], [lost]);
    expect(one?.steps.map(({ change }) => change)).toEqual(['new', 'gone', 'new']);
  });
});

it('a warning is new, too, and makes nothing worse', () => {
  expect(stepsOf([well], [{ lostInFault: 2 }])).toEqual([['lost 2', ['0/1', '1/1'], { change: 'new', counts: false }]]);
});

it('a line that must never appear is the same one with other numbers and on another node', () => {
  const said = (line: string): RoundChange => ({ more: { snapshots: [snapshot({ neverLines: [line] })] } });
  const seenIn = (...lines: string[]) =>
    of(...lines.map((line) => [said(line)])).map(({ seen }) => seen.map((one) => one.seen));
  expect(seenIn('n1: panic: at 12', 'n3: panic: at 77')).toEqual([[1, 1]]);
  expect(seenIn('n1: panic: at 12', 'n1: stall: at 12')).toEqual([
    [1, 0],
    [0, 1],
  ]);
});

describe('a round shows that a failure is not there', () => {
  const silent: RoundChange = { more: { validation: [outcome({ sdk: 'go', result: null, lineProblem: 'no JSON' })] } };
  const notInjected: RoundChange = { more: { fault: { injectError: 'no tc' } } };

  it.each([
    ['its client said nothing', silent],
    ['the fault was not injected', notInjected],
  ])('but not if %s', (_, mute) => {
    expect(stepsOf([mute], [lost])).toEqual([['lost 3', ['0/0', '1/1'], { change: null, counts: false }]]);
    expect(stepsOf([lost], [mute])).toEqual([['lost 3', ['1/1', '0/0'], { change: null, counts: false }]]);
    expect(stepsOf([well, mute], [lost])).toEqual([['lost 3', ['0/1', '1/1'], { change: 'new', counts: true }]]);
  });

  it('but what was seen of it in such a round was there', () => {
    expect(stepsOf([well], [{ ...silent, lostInFault: 3 }])[0]).toEqual([
      ...['lost 3', ['0/1', '1/1']],
      { change: 'new', counts: false },
    ]);
  });

  it('and what the equipment failed at is no failure of a version', () => {
    expect(of([notInjected])).toEqual([]);
  });
});

describe('a known failure', () => {
  const known = [knownEntry({ match: { check: 'lost', lost: 5 } })];
  const [fine, some, many] = [{ known }, { known, lost: 3 }, { known, lost: 9 }];

  it('comes and goes: where it is new in some rounds, that makes nothing worse', () => {
    const [one] = of([fine, fine, fine], [some, fine, some]);
    expect(one).toMatchObject({ ids: ['K-1'], isKnown: true, steps: [{ change: 'new', counts: false }] });
  });

  it('counts if it is in every round of three or more, and in none of three or more before', () => {
    expect(of([fine, fine, fine], [some, some, some])[0]?.steps).toEqual([{ change: 'new', counts: true }]);
    expect(of([fine, fine], [some, some, some])[0]?.steps).toEqual([{ change: 'new', counts: false }]);
    expect(of([fine, fine, fine], [some, some])[0]?.steps).toEqual([{ change: 'new', counts: false }]);
  });

  it('is not known where one round has more than is known', () => {
    expect(of([fine, fine, fine], [some, many])[0]).toMatchObject({ isKnown: false, steps: [{ counts: true }] });
  });

  it('is not known once its entry has run out', () => {
    const over = [knownEntry({ until: '2026-01-01' })];
    expect(of([{ known: over }], [{ known: over, lost: 3 }])[0]).toMatchObject({ ids: [], isKnown: false });
  });
});

it('what a client failed at in the control run, and a cluster that did not start, are failures of their version', () => {
  const early: RoundChange = {
    data: { control: [outcome({ sdk: 'go', end: { kind: 'exited', code: 1 }, result: { lost: 4, received: 996 } })] },
  };
  expect(of([well], [early])[0]).toMatchObject({ where: 'control', fails: false, steps: [{ change: 'new' }] });
  const down: RoundChange = {
    data: { scenarios: [], runFailures: [{ status: 'cluster_start_error', blame: 'broker', sdk: null }] },
  };
  expect(of([lost], [down])).toMatchObject([
    { where: 'validation', seen: [{}, { seen: 0, of: 0 }], steps: [{ change: null }] },
    { where: 'run', text: 'the cluster did not start', steps: [{ change: 'new', counts: true }] },
  ]);
});
