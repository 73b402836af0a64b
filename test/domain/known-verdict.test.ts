import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { ClientOutcome } from '../../src/domain/client-result.js';
import { entriesFrom } from '../../src/domain/known-from.js';
import { findingsOf } from '../../src/domain/findings.js';
import { sightingsBefore } from '../../src/domain/known-history.js';
import { judgeKnown } from '../../src/domain/known-verdict.js';
import { countsOf, type KnownEntry, type KnownVerdict } from '../../src/domain/known.js';
import { rejudge } from '../../src/domain/rejudge.js';
import type { RunData } from '../../src/domain/report-data.js';
import { historyEntry } from '../../src/report/history.js';
import { jsonReport } from '../../src/report/json.js';
import { sightingsIn } from '../../src/report/known-check.js';
import { knownEntry } from '../../testing/known.js';
import { bounded, timeout } from '../../testing/properties.js';
import { figures, plan, result, runData } from '../../testing/reports/values.js';
import { catalogue, outcome, rules, scenario } from '../../testing/values.js';

const [kill, delay, transfer] = catalogue;
const losing = (sdk: string, lost: number): ClientOutcome =>
  outcome({ sdk, end: { kind: 'exited', code: 1 }, result: { lost, received: 1000 - lost } });
const unread = outcome({ sdk: 'rust', result: null, lineProblem: 'no JSON' });
const good = [result(delay!), result(transfer!)];
const day = '2026-11-29';
const judged = (data: RunData, ...entries: KnownEntry[]) => judgeKnown(data, { entries, day, earlier: [] });
const lossOnKill = knownEntry({ scenarios: [kill!.name], match: { check: 'lost', where: 'validation', lost: 3 } });
const run = (...validation: ClientOutcome[]): RunData =>
  runData({ scenarios: [result(kill!, { validation }), ...good] });

describe('the headline of a run', () => {
  it('is KNOWN if nothing failed but what is known, and the run has still not passed', () => {
    const { headline, runPassed, passRatePercent, known } = judged(
      run(losing('go', 3), outcome({ sdk: 'rust' })),
      lossOnKill,
    );
    expect([headline, runPassed, passRatePercent]).toEqual(['KNOWN', false, 66]);
    expect(countsOf(known)).toEqual({ newFailures: 0, newWarnings: 0, known: 1, gone: 0 });
  });

  it('is FAIL if anything else failed: beyond a bound, in another check, of another client, elsewhere', () => {
    for (const data of [
      run(losing('go', 4)),
      run(outcome({ sdk: 'go', end: { kind: 'exited', code: 1 }, result: { lost: 3, received: 997, p99_ms: 700 } })),
      run(losing('go', 3), outcome({ sdk: 'rust', result: { p99_ms: 700 } })),
      runData({
        scenarios: [
          result(kill!, { validation: [losing('go', 3)] }),
          result(delay!, { validation: [losing('go', 3)] }),
          good[1]!,
        ],
      }),
    ])
      expect(judged(data, lossOnKill).headline).toBe('FAIL');
  });

  it('is INVALID if the equipment failed beside it, or a planned scenario has no result', () => {
    expect(judged(run(losing('go', 3), unread), lossOnKill).headline).toBe('INVALID');
    expect(
      judged(runData({ scenarios: [result(kill!, { validation: [losing('go', 3)] })] }), lossOnKill).headline,
    ).toBe('INVALID');
    expect(judged(run(losing('go', 4), unread), lossOnKill).headline).toBe('FAIL');
  });

  it('is INVALID if a scenario beside it was cancelled: it says nothing', () => {
    const failures = [{ status: 'cancelled', blame: null, sdk: null }] as const;
    const verdict = { passed: false, status: 'cancelled', failures, attribution: 'none' } as const;
    const scenarios = [result(kill!, { validation: [losing('go', 3)] }), good[0]!, { ...good[1]!, verdict }];
    expect(judged(runData({ scenarios }), lossOnKill).headline).toBe('INVALID');
  });

  it('stays what it was where nothing of the broker made it', () => {
    expect(judged(runData(), lossOnKill).headline).toBe('PASS');
    expect(judged(run(unread), lossOnKill).headline).toBe('INVALID');
    expect(judged(runData({ headline: 'CANCELLED' }), lossOnKill)).toMatchObject({
      headline: 'CANCELLED',
      known: { sightings: [] },
    });
  });

  it('is FAIL again from the day on to which the entry holds', () => {
    const entry = { ...lossOnKill, until: day };
    expect(judged(run(losing('go', 3)), entry).headline).toBe('FAIL');
    expect(judgeKnown(run(losing('go', 3)), { entries: [entry], day: '2026-11-28', earlier: [] }).headline).toBe(
      'KNOWN',
    );
  });

  it('is KNOWN for a cluster that is known not to start', () => {
    const runFailures = [{ status: 'cluster_start_error', blame: 'broker', sdk: null }] as const;
    const data = runData({
      runFailures,
      scenarios: [],
      control: [],
      notes: ['CLUSTER_START_FAILED: n1 ended: bad config'],
    });
    expect(judged(data, knownEntry({ match: { check: 'cluster_start', error: 'bad config' } })).headline).toBe('KNOWN');
    expect(judged(data, knownEntry({ match: { check: 'cluster_start', error: 'port' } })).headline).toBe('FAIL');
  });
});

it('shows first what is new and failed, then new warnings, then what is known', () => {
  const data = runData({
    scenarios: [
      result(kill!, { validation: [losing('go', 3)], faultPeriod: [figures({ ackedLost: 9 })] }),
      result(delay!, { validation: [losing('rust', 5)] }),
      good[1]!,
    ],
  });
  const { findings } = judged(data, lossOnKill).known;
  expect(findings.map(({ scenario, sdk, where, ids }) => [scenario, sdk, where, ids])).toEqual([
    [delay!.name, 'rust', 'validation', []],
    [kill!.name, 'go', 'fault', []],
    [kill!.name, 'go', 'validation', ['K-1']],
  ]);
});

it(
  'entries that are made of a run’s failures cover that run, whatever failed in it',
  () => {
    const client = (sdk: string) =>
      fc
        .record({
          lost: fc.nat(3),
          unconfirmed: fc.nat(2),
          p99_ms: fc.constantFrom(10, 700, 900.7),
          error: fc.constantFrom('EOF', 'n1: 17 refused', '42'),
        })
        .map(({ lost, unconfirmed, p99_ms, error }) => {
          const isBad = lost + unconfirmed > 0 || p99_ms > 500;
          const said = { lost, unconfirmed, received: 1000 - lost - unconfirmed, p99_ms, errors: isBad ? [error] : [] };
          return outcome({ sdk, end: { kind: 'exited', code: isBad ? 1 : 0 }, result: said });
        });
    const anyRun = fc
      .record({
        validation: fc.tuple(client('go'), client('rust')),
        inFault: fc.nat(50),
        control: fc.tuple(client('go'), client('rust')),
      })
      .map(({ validation, inFault, control }) =>
        runData({
          control,
          scenarios: [result(kill!, { validation, faultPeriod: [figures({ ackedLost: inFault })] }), ...good],
        }),
      );
    fc.assert(
      fc.property(anyRun, (data) => {
        const made = entriesFrom(findingsOf(data), { id: 'K', why: 'seen' });
        const entries = made.map(({ match, ...rest }) => {
          const bounds = Object.fromEntries(
            Object.entries(match).map(([key, value]) => [
              key,
              ['lost', 'unconfirmed', 'p99_ms'].includes(key) ? Number(value.slice(2)) : value,
            ]),
          );
          return knownEntry({ ...rest, match: bounds });
        });
        const { headline, known } = judged(data, ...entries);
        expect(countsOf(known)).toMatchObject({ newFailures: 0, newWarnings: 0 });
        expect(headline).toBe(data.headline === 'FAIL' ? 'KNOWN' : data.headline);
      }),
      bounded(300),
    );
  },
  timeout,
);

// A history of 300 runs, and a model that knows only what was planted in it.

const NAMES = ['a', 'b', 'c'] as const;
const SDKS = ['go', 'rust'] as const;

/** One client in one scenario: what it lost; `mute`: its result cannot be read. */
type Planted = number | 'mute';

interface PlannedRun {
  readonly isFull: boolean;
  /** Per scenario, per client. */
  readonly validation: readonly (readonly Planted[])[];
  /** Lost in the fault period, by go. */
  readonly inFault: readonly number[];
}

/** What the list of the model's history covers: losses up to a bound, in the validation or in the fault period. */
interface Rule {
  readonly id: string;
  readonly scenario: string;
  readonly sdk: string;
  readonly where: 'validation' | 'fault';
  readonly most: number;
  readonly goneAfter: number;
}

const list: readonly Rule[] = [
  { id: 'A', scenario: 'a', sdk: 'go', where: 'validation', most: 2, goneAfter: 3 },
  { id: 'B', scenario: 'b', sdk: '*', where: 'validation', most: 9, goneAfter: 2 },
  { id: 'C', scenario: '*', sdk: '*', where: 'fault', most: 4, goneAfter: 4 },
  { id: 'D', scenario: 'c', sdk: 'rust', where: 'fault', most: 9, goneAfter: 1 },
];
const entries = list.map(({ id, scenario: name, sdk, where, most, goneAfter }) =>
  knownEntry({ id, goneAfter, scenarios: [name], sdks: [sdk], match: { check: 'lost', where, lost: most } }),
);

const scenarios = NAMES.map((name) => scenario(name));

function dataOf({ isFull, validation, inFault }: PlannedRun, number: number): RunData {
  const at = new Date(Date.UTC(2026, 0, 1) + number * 14_400_000).toISOString();
  const clients = (planted: readonly Planted[]): ClientOutcome[] =>
    planted.map((what, j) => {
      const sdk = SDKS[j]!;
      if (what === 'mute') return { ...unread, sdk };
      return what === 0 ? outcome({ sdk }) : losing(sdk, what);
    });
  return runData({
    runId: `run-${number}`,
    startedAt: at,
    finishedAt: at,
    plan: {
      ...plan,
      runId: `run-${number}`,
      scenarios,
      kind: isFull ? 'full' : 'single',
      rules: { ...rules, nonCorePassRatePercent: 75 },
    },
    scenarios: scenarios.map((one, i) =>
      result(one, { validation: clients(validation[i]!), faultPeriod: [figures({ ackedLost: inFault[i]! })] }),
    ),
  });
}

/** The model: every planted failure on its own, and for each entry the rounds in a row without it. */
class Model {
  private readonly unseen = new Map(list.map(({ id }) => [id, 0]));

  next({ isFull, validation, inFault }: PlannedRun) {
    const seen = new Set<string>();
    const isCovered = (name: string, sdk: string, where: Rule['where'], lost: number): boolean => {
      const rule = list.find(
        (one) =>
          one.where === where && ['*', name].includes(one.scenario) && ['*', sdk].includes(one.sdk) && lost <= one.most,
      );
      if (rule !== undefined) seen.add(rule.id);
      return rule !== undefined;
    };
    let [newFailures, newWarnings, known, ours] = [0, 0, 0, 0];
    NAMES.forEach((name, i) => {
      validation[i]!.forEach((what, j) => {
        if (what === 'mute') ours += 1;
        else if (what > 0 && isCovered(name, SDKS[j]!, 'validation', what)) known += 1;
        else if (what > 0) newFailures += 1;
      });
      if (inFault[i]! === 0) return;
      if (isCovered(name, 'go', 'fault', inFault[i]!)) known += 1;
      else newWarnings += 1;
    });
    const isTried = ({ scenario: name, sdk }: Rule): boolean =>
      NAMES.some(
        (one, i) =>
          ['*', one].includes(name) &&
          SDKS.some((client, j) => ['*', client].includes(sdk) && validation[i]![j] !== 'mute'),
      );
    const gone = list.flatMap((rule) => {
      const before = this.unseen.get(rule.id)!;
      const now = seen.has(rule.id) ? 0 : isFull && isTried(rule) ? before + 1 : before;
      if (isFull) this.unseen.set(rule.id, now);
      return now >= rule.goneAfter
        ? [{ id: rule.id, rounds: now, isNews: isFull && now === rule.goneAfter && now > before }]
        : [];
    });
    const failed = validation.flat().some((what) => what !== 0);
    const headline = !failed ? 'PASS' : newFailures > 0 ? 'FAIL' : ours > 0 ? 'INVALID' : 'KNOWN';
    return { counts: { newFailures, newWarnings, known, gone: gone.length }, gone, headline };
  }
}

const plantedLoss = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 12 }) },
);
const planted = fc.oneof(
  { weight: 12, arbitrary: plantedLoss },
  { weight: 1, arbitrary: fc.constant('mute' as const) },
);
const plannedRun = fc.record({
  isFull: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  validation: fc.array(fc.array(planted, { minLength: 2, maxLength: 2 }), { minLength: 3, maxLength: 3 }),
  inFault: fc.array(plantedLoss, { minLength: 3, maxLength: 3 }),
});

const told = ({ headline, known }: RunData & { readonly known?: KnownVerdict }) => ({
  counts: countsOf(known!),
  gone: known!.gone.map(({ id, rounds, isNews }) => ({ id, rounds, isNews })),
  headline,
});

test(
  '300 runs: what is new, known and gone is what was planted, also where a run is judged again',
  () => {
    fc.assert(
      fc.property(fc.array(plannedRun, { minLength: 300, maxLength: 300 }), (planned) => {
        const model = new Model();
        const history: ReturnType<typeof historyEntry>[] = [];
        const runs: RunData[] = [];
        planned.forEach((one, number) => {
          const data = dataOf(one, number);
          const expected = model.next(one);
          const now = judgeKnown(data, { entries, day, earlier: sightingsBefore(history, data) });
          expect(told(now), `run ${number}`).toEqual(expected);
          history.push(historyEntry(jsonReport(now)));
          runs.push(data);
          if (number % 10 !== 9) return;
          // A list that came later than the run, and the ledgers are gone.
          const list = { entries, day, earlier: sightingsIn(runs.slice(0, -1).reverse(), entries) };
          expect(told(rejudge(data, { ledger: () => undefined }, rules, list).data), `run ${number}, again`).toEqual(
            expected,
          );
          expect(
            rejudge(now, { ledger: () => undefined }, rules, list).differences,
            `run ${number}, the same list`,
          ).toEqual([]);
        });
      }),
      bounded(1),
    );
  },
  timeout,
);
