import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Activities } from '../../src/activities/index.js';
import type { ClientOutcome } from '../../src/domain/client-result.js';
import type { Violated } from '../../src/domain/guarantee-verdict.js';
import type { FaultPeriodFigures } from '../../src/domain/ledger.js';
import type { ScenarioStatus } from '../../src/domain/status.js';
import type { PhaseId } from '../../src/messages/requests.js';
import { outcome, rules } from '../../testing/values.js';
import { courseOf, type Course } from '../../testing/workflows/course.js';
import { activityEvents, isTimer, timersOf, toMs } from '../../testing/workflows/history.js';
import { killSingle } from '../../testing/workflows/plans.js';
import { createRig, type Rig, type StartOptions } from '../../testing/workflows/rig.js';
import { allKept } from '../../testing/workflows/stub-host.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const withActivities = (instead: Partial<Activities>): Promise<Course> => courseOf(rig, { instead });

describe.concurrent('the validation', () => {
  it.each<[string, Partial<ClientOutcome>, ScenarioStatus]>([
    ['a client that lost a message', outcome({ result: { lost: 1 } }), 'failed'],
    ['a client whose p99 is null', outcome({ result: { p99_ms: null } }), 'failed'],
    [
      'a client whose last line is garbage',
      outcome({ result: null, lineProblem: 'not JSON: panic' }),
      'script_format_error',
    ],
    [
      'a script that is not there',
      outcome({ end: { kind: 'not_found', path: 'go/load.sh' }, result: null }),
      'script_not_found',
    ],
    [
      'a client that outlived its limit',
      outcome({ end: { kind: 'timeout', limitMs: 60_000 }, result: null }),
      'timeout',
    ],
    [
      'a generator that could not keep up',
      outcome({ result: { p99_ms: 900, lateness_p99_ms: 400 } }),
      'harness_overloaded',
    ],
    ['a runner that died', outcome({ end: { kind: 'runner_died' }, result: null }), 'harness_error'],
  ])('with %s gives the scenario its status', async (_, bad, status) => {
    const { outcome: result, record } = await withActivities({
      collectClients: async () => allKept([outcome({ sdk: 'go' }), { ...outcome(), ...bad, sdk: 'python' }]),
    });
    expect(result.verdict).toMatchObject({ passed: false, status, failures: [{ status, sdk: 'python' }] });
    expect(record.sdkVerdicts.map((verdict) => verdict.status)).toEqual(['passed', status]);
  });

  it('with no client at all cannot pass', async () => {
    const { outcome: result } = await withActivities({ collectClients: async () => allKept([]) });
    expect(result.verdict).toMatchObject({ passed: false, status: 'harness_error' });
  });
});

describe.concurrent('the heal wait', () => {
  it('lasts exactly as long as the plan says, from the proved recovery to the validation', async () => {
    const { handle } = await rig.startScenario({ timing: { healWaitMs: 730 } });
    await handle.result();
    const history = await handle.fetchHistory();
    const [, healWait, ...others] = timersOf(history);
    expect(others).toEqual([]);
    expect(healWait && isTimer(healWait, 730)).toBe(true);
    const recovered = toMs(activityEvents(history, 'recoverFault').completed.eventTime);
    const validated = toMs(activityEvents(history, 'collectClients').scheduled.eventTime);
    expect(toMs(healWait?.eventTime)).toBeGreaterThanOrEqual(recovered);
    expect(validated - recovered).toBeGreaterThanOrEqual(730);
  });

  it('is recorded as measured by the clock of the host', async () => {
    const { handle, host } = await rig.startScenario();
    await handle.result();
    // The stubs say: recovered at 2 s, validation clients started at 9 s.
    expect(host.records[0]?.healWaitSeconds).toBe(7);
  });

  it('asks the fault-period clients about the time from inject to recovery, and for losses by inject, recovery and stop', async () => {
    const asked: unknown[] = [];
    const { handle, host } = await rig.startScenario({
      instead: {
        collectFaultPeriod: async ({ fromUs, toUs, borders }) => {
          asked.push({ fromUs, toUs, borders });
          return { figures: [], notes: [] };
        },
      },
    });
    await handle.result();
    const borders = [
      { period: 'before', sinceUs: null },
      { period: 'during', sinceUs: 1_000_000 },
      { period: 'after', sinceUs: 2_000_000 },
      { period: 'heal wait', sinceUs: 2_500_000 },
    ];
    expect(asked).toEqual([{ fromUs: 1_000_000, toUs: 2_000_000, borders }]);
    expect(host.records[0]?.borders).toEqual(borders);
  });
});

describe.concurrent('what the clients saw during the fault', () => {
  const terrible: FaultPeriodFigures = {
    sdk: 'go',
    planned: 100,
    acked: 10,
    received: 1,
    longestNoAckMs: 9000,
    longestNoReceiptMs: 9900,
    ackedLost: 9,
    ackedLostSeqs: [1, 2, 3],
    unconfirmed: 90,
    duplicates: 0,
    p50Ms: 9000,
    p99Ms: 9900,
    maxMs: 9900,
    disconnects: 4,
  };
  const terribleFault = (durability: 'warn' | 'fail'): StartOptions => ({
    plan: { rules: { ...rules, durability } },
    instead: {
      collectFaultPeriod: async () => ({ figures: [terrible], notes: ['fault period: python left no ledger'] }),
    },
  });

  it('is recorded and not judged', async () => {
    const { outcome: result, record } = await courseOf(rig, terribleFault('warn'));
    expect(result.verdict).toMatchObject({ passed: true, status: 'passed', failures: [] });
    expect(record).toMatchObject({ faultPeriod: [terrible], notes: ['fault period: python left no ledger'] });
  });

  it('fails the scenario where the config says that acknowledged messages may not be lost', async () => {
    const { outcome: result } = await courseOf(rig, terribleFault('fail'));
    expect(result.verdict).toMatchObject({ passed: false, status: 'failed' });
  });
});

describe.concurrent('the guarantees of a run', () => {
  const named = { ...rules, guarantees: ['order'] as const };
  const violated = (phase: PhaseId['phase']): Violated[] => [{ guarantee: 'order', phase, sdk: 'go', violations: 3 }];
  const violatedIn = (wanted: PhaseId['phase']): Partial<Activities> => ({
    collectClients: async ({ phase }) => ({
      ...allKept([outcome({ sdk: 'go' })]),
      ...(phase === wanted ? { violated: violated(phase) } : {}),
    }),
    collectFaultPeriod: async ({ phase }) => ({
      ...{ figures: [], notes: [] },
      ...(phase === wanted ? { violated: violated(phase) } : {}),
    }),
  });

  it.each([
    ['validation', named, 'FAIL'],
    ['fault', named, 'FAIL'],
    ['control', named, 'PASS'],
    ['control', { ...named, control: 'fail' as const }, 'FAIL'],
    ['validation', rules, 'PASS'],
    ['fault', rules, 'PASS'],
  ] as const)('count in the %s by the rules', async (phase, by, headline) => {
    const { handle } = await rig.startRun({
      plan: { scenarios: [killSingle], sdks: ['go'], rules: by },
      instead: violatedIn(phase),
    });
    expect(await handle.result()).toMatchObject({ headline });
  });

  it('that could not be judged are notes, and fail nothing', async () => {
    const note = (where: string): string => `${where}: the guarantees could not be judged: no room`;
    const { handle, host } = await rig.startRun({
      plan: { scenarios: [killSingle], sdks: ['go'], rules: named },
      instead: {
        collectClients: async ({ phase }) => ({ ...allKept([outcome({ sdk: 'go' })]), notes: [note(phase)] }),
        collectFaultPeriod: async ({ phase }) => ({ figures: [], notes: [note(phase)] }),
      },
    });
    expect(await handle.result()).toMatchObject({ headline: 'PASS' });
    expect(host.reports[0]?.notes).toEqual([note('control')]);
    expect(host.records[0]?.notes).toEqual([note('fault'), note('validation')]);
  });
});
