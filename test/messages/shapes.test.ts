import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NEW_BREAKER, readResume, recordEnding, type RunEnding } from '../../src/domain/breaker.js';
import {
  acquireShape,
  clusterRecordShape,
  endingShape,
  pausedRunShape,
  releaseShape,
  resetShape,
  runRequestShape,
  scenarioInputShape,
} from '../../src/messages/shapes.js';
import { problemOf } from '../../src/domain/shape.js';
import { bounded, nearly, timeout } from '../../testing/properties.js';
import { killSingle, planWith } from '../../testing/workflows/plans.js';

const ended: RunEnding = {
  ...{ runId: 'r1', workflowId: 'w1', runDir: '/r1', hostQueue: 'host-a' },
  ...{ kind: 'full', headline: 'FAIL', onlyFormatErrors: false, finishedAt: '2026-11-22T00:00:00.000Z' },
};
const afterFailures = ['r1', 'r2', 'r3'].reduce(
  (breaker, runId) => recordEnding(breaker, { ...ended, runId }).breaker,
  NEW_BREAKER,
);
const holder = { workflowId: 'w1', temporalRunId: 't1', kind: 'full', since: 'T' };

const plan = planWith();
const result = { headline: 'FAIL', summary: 'x'.repeat(9000) };
const pausedRun = {
  ...{ plan, result },
  finalized: {
    outcome: afterFailures.outcomes[2],
    published: {},
    written: { finishedAt: 'T', summary: 'a summary' },
    shouted: false,
  },
  progress: {
    ...{ scenarios: [{ name: 'kill', status: 'failed' }], result, notes: ['x'.repeat(9000)] },
    pause: { since: 'T', consecutiveFailures: 3, byRuns: ['r1'], howToResume: {} },
  },
};

describe('what the program itself sends', () => {
  it.each([
    ['a full run', runRequestShape, {}],
    ['a single run', runRequestShape, { scenario: 'kill', config: '/c.yml', sdks: ['go'] }],
    ['a scenario', scenarioInputShape, { plan: planWith(), scenario: killSingle }],
    ['a new record', clusterRecordShape, { cluster: 'local', holder: null }],
    ['a record with an open breaker', clusterRecordShape, { cluster: 'local', holder, breaker: afterFailures }],
    ['a request for the cluster', acquireShape, { holder, replaces: { workflowId: 'w0', temporalRunId: 't0' } }],
    ['its return', releaseShape, { workflowId: 'w1', temporalRunId: 't1' }],
    ['an ending', endingShape, ended],
    ['a run that is paused for long', pausedRunShape, pausedRun],
    ['a reset', resetShape, { by: 'ann', reason: 'mended', runId: null }],
  ])('%s has its shape', (_, shape, value) => {
    // As it comes back from a history: what is undefined is absent.
    expect(shape(JSON.parse(JSON.stringify(value)), 'it')).toBeUndefined();
  });

  it('a breaker that is open needs to know which run is paused', () => {
    expect(afterFailures.state.kind).toBe('open');
    const breaker = { ...NEW_BREAKER, state: { kind: 'open', since: 'T', byRuns: [] } };
    expect(clusterRecordShape({ cluster: 'local', holder: null, breaker }, 'it')).toMatch(
      /^it\.breaker\.state\.pausedRun: /,
    );
  });
});

describe('whatever anybody sends', () => {
  const inputs = [
    [runRequestShape, { scenario: 'kill', config: '/c.yml', sdks: ['go'] }],
    [scenarioInputShape, { plan, scenario: killSingle }],
    [clusterRecordShape, { cluster: 'local', holder, breaker: afterFailures }],
    [acquireShape, { holder, replaces: { workflowId: 'w0', temporalRunId: 't0' } }],
    [endingShape, ended],
    [pausedRunShape, pausedRun],
    [resetShape, { runId: null }],
  ] as const;

  it(
    'is taken, or refused in a few words',
    () => {
      const sent = fc
        .constantFrom(...inputs)
        .chain(([shape, right]) => fc.tuple(fc.constant(shape), fc.oneof(nearly(right), fc.anything())));
      fc.assert(
        fc.property(sent, ([shape, value]) => {
          const problem = problemOf(shape, value, 'the argument');
          if (problem === undefined) return;
          expect(problem).toMatch(/^the argument\S* ?.*(expected|could not be read)/s);
          expect(problem.length).toBeLessThan(2500);
        }),
        bounded(500),
      );
    },
    timeout,
  );

  it(
    'to resume, names somebody and a reason, or is refused in a few words',
    () => {
      fc.assert(
        fc.property(fc.oneof(nearly({ by: 'a', reason: 'b' }), fc.anything()), (value) => {
          const read = readResume(value);
          if ('problem' in read) {
            expect(read.problem).toMatch(/expected/);
            expect(read.problem.length).toBeLessThan(2500);
          } else {
            expect(read.by.trim()).not.toBe('');
            expect(read.reason.trim()).not.toBe('');
          }
        }),
        bounded(500),
      );
    },
    timeout,
  );
});
