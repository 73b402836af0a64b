import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeKnown } from '../../src/domain/known-verdict.js';
import type { RunData } from '../../src/domain/report-data.js';
import { junitReport } from '../../src/report/junit.js';
import { anyWords, NASTY } from '../../testing/gfm.js';
import { junitProblemsOf } from '../../testing/junit-schema.js';
import { knownEntry } from '../../testing/known.js';
import { bounded, timeout } from '../../testing/properties.js';
import { runSaying } from '../../testing/reports/foreign.js';
import { figures, plan, result, runData } from '../../testing/reports/values.js';
import { catalogue, outcome, rules } from '../../testing/values.js';
import { elements, readXml } from '../../testing/xml.js';

const [kill, delay, transfer] = catalogue;
const bad = (sdk: string, lost: number) => outcome({ sdk, end: { kind: 'exited', code: 1 }, result: { lost } });
const unread = outcome({ sdk: 'rust', result: null, lineProblem: 'no JSON' });

/** `class/name: kind message` of each case, and what the suite counts. */
function read(data: RunData) {
  const root = readXml(junitReport(data));
  const [suite] = elements(root, 'testsuite');
  const cases = elements(root, 'testcase').map((one) => {
    const said = ['failure', 'error', 'skipped'].flatMap((kind) => elements(one, kind));
    const how = said.map((part) => `${part.tagName} ${part.getAttribute('message') ?? part.textContent}`);
    return `${one.getAttribute('classname')}/${one.getAttribute('name')}: ${how.join(' and ') || 'passed'}`;
  });
  const counts = Object.fromEntries(
    ['tests', 'failures', 'errors', 'skipped'].map((name) => [name, Number(suite?.getAttribute(name))]),
  );
  return { cases, counts, root, suite: suite! };
}

describe('junit.xml', () => {
  it('has a case for each scenario and SDK, with its time, in one suite for the run', () => {
    const { cases, counts, suite, root } = read(runData());
    expect(cases).toEqual(catalogue.flatMap(({ name }) => [`${name}/go: passed`, `${name}/rust: passed`]));
    expect(counts).toEqual({ tests: 6, failures: 0, errors: 0, skipped: 0 });
    expect([suite.getAttribute('name'), suite.getAttribute('timestamp'), suite.getAttribute('time')]).toEqual([
      'chaos-run-local-1',
      '2026-11-22T11:58:00',
      '724.000',
    ]);
    expect(elements(root, 'testcase')[0]?.getAttribute('time')).toBe('21.000');
    expect(elements(root, 'property').map((one) => one.getAttribute('name'))).toEqual(['nats-server']);
  });

  it('has the broker’s failures as failures, the equipment’s as errors, known ones as skipped with their id, and what was not run', () => {
    const scenarios = [
      result(kill!, { validation: [bad('go', 2), unread] }),
      result(delay!, { validation: [bad('go', 9), outcome({ sdk: 'rust' })] }),
    ];
    const entries = [knownEntry({ match: { check: 'lost', lost: 2 } })];
    const data = judgeKnown(runData({ scenarios }), { entries, day: '2026-11-29', earlier: [] });
    const { cases, counts } = read(data);
    expect(cases).toEqual([
      `${kill!.name}/go: skipped known: K-1; failed (lost 2)`,
      `${kill!.name}/rust: error script_format_error`,
      `${delay!.name}/go: failure failed (lost 9)`,
      `${delay!.name}/rust: passed`,
      `${transfer!.name}/go: error the scenario was not run`,
      `${transfer!.name}/rust: error the scenario was not run`,
    ]);
    expect(counts).toEqual({ tests: 6, failures: 1, errors: 3, skipped: 1 });
    expect(read(runData({ scenarios })).cases[0]).toBe(`${kill!.name}/go: failure failed (lost 2)`);
  });

  it('has what failed beside the validation as cases of its own', () => {
    const strict = { ...plan, rules: { ...rules, durability: 'fail' as const, control: 'fail' as const } };
    const lossy = result(kill!, {
      faultPeriod: [figures({ ackedLost: 4 })],
      fault: { recoverError: 'n2 knows 1 of 3' },
    });
    const { cases } = read(
      runData({ plan: strict, scenarios: [lossy, result(delay!), result(transfer!)], control: [bad('go', 1)] }),
    );
    expect(cases.slice(6)).toEqual([
      'control run/go: failure failed (lost 1)',
      `${kill!.name}/recover_error: failure recover_error (recovery: n2 knows 1 of 3)`,
      `${kill!.name}/go, fault period: failure failed (lost 4)`,
    ]);
  });

  it('never shows a client that failed, or a scenario that did not pass, as passed', () => {
    const validation = [bad('go', 3), outcome({ sdk: 'rust' })];
    const failures = [{ status: 'harness_error', blame: 'equipment', sdk: null }] as const;
    const verdict = { passed: false, status: 'harness_error', failures, attribution: 'equipment' } as const;
    const stopped = { ...result(kill!, { validation }), clusterEnded: 'the lease ran out', verdict };
    const cancelled = { passed: false, status: 'cancelled', failures: [], attribution: 'none' } as const;
    const scenarios = [stopped, { ...result(delay!), verdict: cancelled }, result(transfer!)];
    expect(read(runData({ scenarios })).cases).toEqual([
      `${kill!.name}/go: error failed: harness_error`,
      `${kill!.name}/rust: passed`,
      `${delay!.name}/go: passed`,
      `${delay!.name}/rust: passed`,
      `${transfer!.name}/go: passed`,
      `${transfer!.name}/rust: passed`,
      `${kill!.name}/harness_error: error harness_error`,
      `${delay!.name}/cancelled: error cancelled`,
    ]);
  });

  it('never shows a run that has not passed as one in which everything passed', () => {
    const cancelled = read(runData({ headline: 'CANCELLED' }));
    expect(cancelled.cases.at(-1)).toBe('run/CANCELLED: error CANCELLED');
    const runFailures = [{ status: 'cluster_start_error', blame: 'broker', sdk: null }] as const;
    const { cases } = read(runData({ runFailures, scenarios: [], control: [] }));
    expect(cases.at(-1)).toBe('run/cluster_start_error: failure cluster_start_error (the cluster did not start)');
  });

  it.each(NASTY)('is XML whatever others have said: %j', (words) => {
    expect(read(runSaying(words)).counts['tests']).toBeGreaterThan(0);
  });

  it(
    'is XML for any words',
    () => {
      fc.assert(
        fc.property(anyWords, (words) => {
          const { counts, cases } = read(runSaying(words));
          expect(cases).toHaveLength(counts['tests']!);
        }),
        bounded(100),
      );
    },
    timeout,
  );
});

describe('by the schema of Jenkins’ xunit plugin', () => {
  const cancelled = { passed: false, status: 'cancelled', failures: [], attribution: 'none' } as const;
  const failed = [result(kill!, { validation: [bad('go', 2), unread] }), result(delay!)];
  const entries = [knownEntry({ match: { check: 'lost', lost: 2 } })];
  const runFailures = [{ status: 'cluster_start_error', blame: 'broker', sdk: null }] as const;

  it.each<[string, RunData, RegExp]>([
    ['that passed', runData(), /<testcase .*\/>/],
    ['that failed, by the broker and by the equipment', runData({ scenarios: failed }), /<failure .*\n[^]*<error /],
    [
      'with known failures',
      judgeKnown(runData({ scenarios: failed }), { entries, day: '2026-11-29', earlier: [] }),
      /<skipped/,
    ],
    [
      'that was cancelled',
      runData({ headline: 'CANCELLED', scenarios: [{ ...result(kill!), verdict: cancelled }] }),
      /cancelled/,
    ],
    [
      'without a cluster, or versions',
      runData({ runFailures, scenarios: [], control: [], versions: {} }),
      /cluster_start_error/,
    ],
  ])('a run %s is valid', async (_what, data, shown) => {
    const text = junitReport(data);
    expect(text).toMatch(shown);
    expect(await junitProblemsOf(text)).toEqual([]);
  });

  it('a run is valid whatever others have said', async () => {
    expect(await junitProblemsOf(...NASTY.map((words) => junitReport(runSaying(words))))).toEqual([]);
  });

  it.each([
    ['an element that it does not know', '<testcase ', '<case '],
    ['a case without a name', ' name="go"', ''],
    ['an attribute that it does not know', '<testsuites ', '<testsuites skipped="0" '],
    ['an element that is not closed', '</testsuites>', ''],
  ])('%s is refused', async (_what, good, broken) => {
    const text = junitReport(runData());
    expect(text).toContain(good);
    const problems = await junitProblemsOf(text, text.replace(good, broken));
    expect(problems[0]).toMatch(/^junit-1\.xml: .*error/);
  });
});
