import { describe, expect, it } from 'vitest';
import type { Activities } from '../../src/activities/index.js';
import { faultActivities, type FaultActivities } from '../../src/workflows/answers-of-0-1.js';
import { killSingle } from '../../testing/workflows/plans.js';

const run = { runId: 'run', runDir: '/srv/chaos/runs/run' };

const CALLS: { readonly [Name in keyof FaultActivities]: (of: FaultActivities) => Promise<unknown> } = {
  prepareFault: (of) => of.prepareFault({ run, scenario: killSingle }),
  planFault: (of) => of.planFault({ run, scenario: killSingle }),
  injectFault: (of) => of.injectFault({ run, faultId: 'f-1' }),
  observeFault: (of) => of.observeFault({ run, faultId: 'f-1' }),
  holdFault: (of) => of.holdFault({ run, faultId: 'f-1' }),
  recoverFault: (of) => of.recoverFault({ run, faultId: 'f-1' }),
  stopClients: (of) => of.stopClients({ run, scenario: 'kill', phase: 'fault' }),
};

/** What a workflow reads where the host has answered this. */
const read = (name: keyof FaultActivities, answer: unknown): Promise<unknown> =>
  CALLS[name](faultActivities({ [name]: () => Promise.resolve(answer) } as unknown as Activities));

const bite = [{ what: 'process 41 of n2', expected: 'gone', observed: 'gone', ok: true }];
const planned = { faultId: 'f-1', injector: 'sigkill', reason: 'leads nothing' };
const recovered = { recoveredBy: 'workflow', healed: bite };

describe('an answer of version 0.1.0', () => {
  it.each<[keyof FaultActivities, string, unknown, unknown]>([
    ['prepareFault', 'nothing to say', null, { error: null }],
    ['prepareFault', 'an error', 'target: nonsense', { error: 'target: nonsense' }],
    [
      'planFault',
      'two targets, and nobody whom an unproved recovery would blame',
      { planned: { ...planned, targets: ['n2', 'n3'] } },
      { ...planned, victim: 'n2, n3', recoveryBlame: 'equipment', error: null },
    ],
    ['planFault', 'an error', { error: 'no broker leads both' }, { error: 'no broker leads both' }],
    [
      'observeFault',
      'evidence',
      { observed: true, evidence: bite, leaders: [], error: null },
      { observed: true, bite, leaders: [], error: null },
    ],
    ['holdFault', 'held to its end', false, { cutShort: false, error: null }],
    ['holdFault', 'cut short', true, { cutShort: true, error: null }],
    [
      'recoverFault',
      'the time of the proof, and nothing about brokers that died by themselves',
      { ...recovered, at: '2026-01-01T00:00:00Z', us: 7, error: null },
      { ...recovered, died: [], recoveredAt: '2026-01-01T00:00:00Z', recoveredUs: 7, error: null },
    ],
    [
      'recoverFault',
      'the time of giving up',
      { at: '2026-01-01T00:00:00Z', us: 7, died: ['n3'], error: 'n2 is not back' },
      { died: ['n3'], recoveredAt: '2026-01-01T00:00:00Z', recoveredUs: 7, error: 'n2 is not back' },
    ],
    ['stopClients', 'nothing, since it did not say when', undefined, { stoppedUs: null }],
  ])('to %s with %s is read as one of today', async (name, _, answer, today) => {
    expect(await read(name, answer)).toEqual(today);
  });
});

describe('an answer of today', () => {
  it.each<[keyof FaultActivities, unknown]>([
    ['prepareFault', { error: null }],
    ['prepareFault', { error: 'target: nonsense' }],
    ['planFault', { ...planned, victim: 'n2', recoveryBlame: 'broker', error: null }],
    ['injectFault', { injectedAt: '2026-01-01T00:00:00Z', injectedUs: 7, error: null }],
    ['observeFault', { observed: true, bite, leaders: [], error: null }],
    ['observeFault', { error: 'monitor port refused' }],
    ['holdFault', { cutShort: true, error: null }],
    ['recoverFault', { ...recovered, died: ['n3'], recoveredAt: '', recoveredUs: 7, error: null }],
    ['recoverFault', { recoveredAt: '', recoveredUs: 7, error: 'n2 is not back' }],
  ])('to %s stays as it is: %j', async (name, answer) => {
    expect(await read(name, answer)).toEqual(answer);
  });
});
