import { mkdirSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { judgeGuarantees } from '../../src/activities/guarantees.js';
import { NO_FAULT } from '../../src/domain/fault-record.js';
import type { RunPlan } from '../../src/domain/plan.js';
import { storedGuarantees } from '../../src/host/data/judged-guarantees.js';
import { phasePaths } from '../../src/host/layout/phase-paths.js';
import { runPaths } from '../../src/host/layout/paths.js';
import { plannedRun } from '../../testing/activities.js';
import { temporaryFolder } from '../../testing/processes.js';
import { writeLedger } from '../../testing/reports/stored.js';
import { outcome } from '../../testing/values.js';

let plan: RunPlan;
beforeEach(() => {
  ({ plan } = plannedRun(temporaryFolder(), { sdks: ['go', 'python'] }));
  const at = { intended_us: 3, queued_us: 3, sent_us: 3, attempts: 1, ack_us: 4, recv_us: null, dups: 0 };
  const event = { event: 'connected', role: 'subscriber', endpoint: 'h:1', at_us: 1, session_present: null } as const;
  const ledger = { endUs: 9, events: [event], messages: [{ ...at, seq: 0 }] };
  for (const sdk of plan.sdks) writeLedger(plan.runDir, { ...CONTROL, sdk, ledger });
});

const CONTROL = { scenario: null, phase: 'control' } as const;
const outcomes = ['go', 'python'].map((sdk) => outcome({ sdk }));
const judge = (change: Partial<Parameters<typeof judgeGuarantees>[0]> = {}, signal = new AbortController().signal) =>
  judgeGuarantees({ plan, ...CONTROL, outcomes, fault: null, ...change }, signal);
const violatedBy = (sdk: string) => ({ guarantee: 'at-least-once', phase: 'control', sdk, violations: 1 });

describe('the guarantees of a phase', () => {
  it('are judged for every client, and what was found is kept', async () => {
    expect(await judge()).toEqual({ violated: [violatedBy('go'), violatedBy('python')], notes: [] });
    expect(storedGuarantees(plan.runDir, CONTROL)?.length).toBeGreaterThan(0);
  });

  it('are not asked of a client whose id a stranger used', async () => {
    const [go, python] = outcomes as [(typeof outcomes)[0], (typeof outcomes)[0]];
    const { violated } = await judge({ outcomes: [go, { ...python, idTaken: 'another' }] });
    expect(violated).toEqual([violatedBy('go')]);
  });

  it('are not asked where the injection failed', async () => {
    const [scenario] = plan.scenarios;
    const fault = { ...NO_FAULT, injectError: 'no broker leads both' };
    const place = { scenario: scenario!.name, phase: 'fault' } as const;
    expect(await judge({ ...place, fault })).toEqual({ violated: [], notes: [] });
  });

  it('that cannot be judged are a note, which says where and why', async () => {
    const { guarantees } = phasePaths(runPaths(plan.runDir).phase(null, 'control'));
    mkdirSync(guarantees, { recursive: true });
    const { violated, notes } = await judge();
    expect(violated).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/^control run: the guarantees could not be judged: .*EISDIR/)]);
  });

  it('are given up with the activity', async () => {
    const controller = new AbortController();
    controller.abort(new Error('cancelled'));
    await expect(judge({}, controller.signal)).rejects.toThrow('cancelled');
  });
});
