import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clientActivities } from '../../src/activities/clients.js';
import { NO_FAULT } from '../../src/domain/fault-record.js';
import { faultBorders } from '../../src/domain/periods.js';
import type { Ledger } from '../../src/domain/ledger.js';
import type { RunPlan, RunRef } from '../../src/domain/plan.js';
import * as clients from '../../src/host/clients/index.js';
import { rehearsalDriver } from '../../src/host/drivers/rehearsal.js';
import { runPaths } from '../../src/host/layout/paths.js';
import { phasePaths } from '../../src/host/layout/phase-paths.js';
import { writeJson } from '../../src/host/os/files.js';
import { perform, plannedRun } from '../../testing/activities.js';
import { temporaryFolder } from '../../testing/processes.js';
import { writeLedger } from '../../testing/reports/stored.js';
import { goodResult } from '../../testing/values.js';

vi.mock('../../src/host/clients/index.js', { spy: true });

let plan: RunPlan;
let run: RunRef;
beforeEach(() => {
  ({ plan, run } = plannedRun(temporaryFolder(), { sdks: ['go', 'rust'] }));
});
afterEach(() => void vi.clearAllMocks());

const FAULT = { scenario: 'kill', phase: 'fault' } as const;
const CONTROL = { scenario: null, phase: 'control' } as const;

/** A client that has ended, with this as its last line. */
function ended({ scenario, phase }: { scenario: string | null; phase: string }, sdk: string, lastLine: string): void {
  const file = phasePaths(runPaths(plan.runDir).phase(scenario, phase)).client(sdk).exit;
  writeJson(file, {
    kind: 'exited',
    code: 0,
    signal: null,
    lastLine,
    lastLineTruncated: false,
    stdoutBytes: lastLine.length,
    durationSeconds: 21,
    hostCpu: null,
  });
}

const message = (seq: number, ackUs: number | null, recvUs: number | null): Ledger['messages'][number] => ({
  seq,
  intended_us: seq * 1_000_000,
  queued_us: seq * 1_000_000,
  sent_us: seq * 1_000_000,
  attempts: 1,
  ack_us: ackUs,
  recv_us: recvUs,
  dups: 0,
});

describe('what the clients saw during the fault', () => {
  const window = { fromUs: 2_000_000, toUs: 4_000_000 };
  const collect = () => perform(clientActivities.collectFaultPeriod, { run, ...FAULT, ...window });

  it('has the 40 messages that were acknowledged and lost between the recovery and the stop', async () => {
    for (const sdk of plan.sdks) ended(FAULT, sdk, JSON.stringify(goodResult));
    const messages = Array.from({ length: 100 }, (_, seq) => {
      const at = 3_000_000 + seq * 20_000;
      return { ...message(seq, at + 1, seq < 60 ? at + 2 : null), intended_us: at };
    });
    // The last five are acknowledged when the clients had been told to stop.
    const ledger: Ledger = { endUs: 9_000_000, events: [], messages };
    writeLedger(plan.runDir, { ...FAULT, sdk: 'go', ledger });
    const fault = { ...NO_FAULT, injectedUs: window.fromUs, recoveredUs: window.toUs };
    const borders = faultBorders(fault, 4_900_000);
    const { figures } = await perform(clientActivities.collectFaultPeriod, { run, ...FAULT, ...window, borders });
    expect(figures).toMatchObject([
      {
        ackedLost: 40,
        lostByPeriod: [
          { period: 'before', count: 0 },
          { period: 'during', count: 0 },
          { period: 'after', count: 35 },
          { period: 'heal wait', count: 5 },
        ],
      },
    ]);
  });

  it('is cut to the time from inject to recovery', async () => {
    for (const sdk of plan.sdks) ended(FAULT, sdk, JSON.stringify(goodResult));
    const seqs = [1, 2, 3, 5].map((seq) => message(seq, seq * 1_000_000 + 1, seq === 3 ? null : seq * 1_000_000 + 2));
    const ledger: Ledger = { endUs: 9_000_000, events: [], messages: seqs };
    for (const sdk of plan.sdks) writeLedger(plan.runDir, { ...FAULT, sdk, ledger });
    const { figures, notes } = await collect();
    expect(notes).toEqual([]);
    expect(figures.map(({ sdk, planned, ackedLostSeqs }) => ({ sdk, planned, ackedLostSeqs }))).toEqual([
      { sdk: 'go', planned: 2, ackedLostSeqs: [3] },
      { sdk: 'rust', planned: 2, ackedLostSeqs: [3] },
    ]);
  });

  it('is the own word of a client that left no ledger', async () => {
    for (const sdk of plan.sdks) ended(FAULT, sdk, JSON.stringify({ ...goodResult, received: 997, lost: 3 }));
    const { withoutLedger } = await collect();
    expect(withoutLedger?.map(({ sdk, result }) => [sdk, result?.lost])).toEqual([
      ['go', 3],
      ['rust', 3],
    ]);
  });

  it('leaves out a client whose id another one used, and says so', async () => {
    for (const sdk of plan.sdks) ended(FAULT, sdk, JSON.stringify(goodResult));
    const [messages, at] = [[message(3, 3_000_001, null)], { role: 'publisher', endpoint: 'h:1' }] as const;
    const events = [
      { ...at, event: 'connected', at_us: 1, session_present: false, reason_code: null },
      { ...at, event: 'disconnected', at_us: 2, session_present: null, reason_code: 0x8e },
    ] as const;
    writeLedger(plan.runDir, { ...FAULT, sdk: 'go', ledger: { endUs: 9_000_000, events, messages } });
    writeLedger(plan.runDir, { ...FAULT, sdk: 'rust', ledger: { endUs: 9_000_000, events: [], messages } });
    const { figures, notes } = await collect();
    expect(figures.map(({ sdk }) => sdk)).toEqual(['rust']);
    expect(notes).toEqual([expect.stringMatching(/^fault period: go is left out: another client used the client id/)]);
  });

  it('is a note of those that left no ledger, or one that cannot be read; the others are counted', async () => {
    ended(FAULT, 'go', 'panic: no broker');
    const { packedLedger } = phasePaths(runPaths(plan.runDir).phase('kill', 'fault')).client('rust');
    mkdirSync(dirname(packedLedger), { recursive: true });
    writeFileSync(packedLedger, 'no gzip');
    ended(FAULT, 'rust', JSON.stringify(goodResult));
    const { figures, withoutLedger, notes } = await collect();
    expect(figures).toEqual([]);
    expect(withoutLedger).toMatchObject([
      { sdk: 'go', result: null },
      { sdk: 'rust', result: null },
    ]);
    expect(notes).toEqual([
      expect.stringMatching(/go left no ledger \(exited: /),
      expect.stringMatching(/rust's ledger cannot be read/),
    ]);
  });
});

describe('what the clients of a phase said', () => {
  it('is one outcome for each SDK, short enough for a history', async () => {
    const errors = Array.from({ length: 9 }, (_, n) => `${n} ${'x'.repeat(500)}`);
    const lost_seqs = Array.from({ length: 50 }, (_, n) => n);
    ended(CONTROL, 'go', JSON.stringify({ ...goodResult, errors, lost: 50, received: 950, lost_seqs }));
    ended(CONTROL, 'rust', `panic: ${'x'.repeat(5000)}`);
    const { outcomes } = await perform(clientActivities.collectClients, { run, ...CONTROL });
    const [go, rust] = outcomes;
    expect(go?.result?.errors).toEqual(errors.slice(0, 3).map((error) => error.slice(0, 160)));
    expect(go?.result).toMatchObject({ lost: 50, lost_seqs: lost_seqs.slice(0, 20) });
    expect(rust).toMatchObject({ sdk: 'rust', result: null });
    expect(rust?.lineProblem?.length).toBeLessThanOrEqual(300);
  });
});

describe('the clients of a phase', () => {
  const settings = { endpoints: [], username: 'u', password: 'p', ackWaitMs: 1 } as const;
  const started = async (phase: {
    scenario: string | null;
    phase: 'control' | 'fault' | 'validation';
  }): Promise<clients.PhaseRequest> => {
    vi.spyOn(rehearsalDriver, 'clientSettings').mockResolvedValue(settings);
    vi.mocked(clients.startClients).mockResolvedValueOnce({ go: null });
    expect(await perform(clientActivities.startClients, { run, ...phase })).toMatchObject({ ready: { go: null } });
    return vi.mocked(clients.startClients).mock.calls.at(-1)?.[0] as clients.PhaseRequest;
  };

  it('publish what the plan says, and are started again where their runner died', async () => {
    expect(await started(CONTROL)).toMatchObject({
      label: 'control',
      phaseDir: runPaths(plan.runDir).phase(null, 'control'),
      load: plan.load,
      limitMs: plan.timing.clientLimitMs,
      repeatable: true,
      settings,
      mqttVersion: rehearsalDriver.mqttVersion,
    });
  });

  it('of a fault publish for longer than it can last, and are never started again', async () => {
    const scenarios = [{ ...plan.scenarios[0]!, name: FAULT.scenario }];
    ({ plan, run } = plannedRun(temporaryFolder(), { sdks: ['go'], scenarios }));
    const { load, limitMs, label, repeatable } = await started(FAULT);
    const { leadInMs, observeBudgetMs, faultWindowMs, recoveryBudgetMs } = plan.timing;
    expect(limitMs).toBeGreaterThan(leadInMs + observeBudgetMs + faultWindowMs + recoveryBudgetMs);
    expect(load.messages).toBeGreaterThanOrEqual((limitMs / 1000) * plan.load.ratePerSecond);
    expect({ label, repeatable }).toEqual({ label: 'kill-fault', repeatable: false });
  });

  it('have topics made to be led by one node if each publishes to one: not in other workloads', async () => {
    const [kill] = plan.scenarios;
    const mix = { ...kill!, name: 'kill-qos-mix', workload: 'qos-mix' };
    ({ plan, run } = plannedRun(temporaryFolder(), { sdks: ['go'], scenarios: [kill!, mix] }));
    const prepareTopics = vi.fn(() => Promise.resolve());
    const driver: { prepareTopics?: unknown } = Object.assign(rehearsalDriver, { prepareTopics });
    for (const scenario of [kill!.name, mix.name])
      for (const phase of ['fault', 'validation'] as const)
        await (await started({ scenario, phase })).prepareTopics?.(['chaos/go-1']);
    delete driver.prepareTopics;
    const { clusterDir } = plan;
    expect(prepareTopics.mock.calls).toEqual([
      [clusterDir, ['chaos/go-1'], true],
      [clusterDir, ['chaos/go-1'], false],
      [clusterDir, [], true],
      [clusterDir, [], false],
    ]);
  });

  it('are stopped and killed by the folder and the label of their phase', async () => {
    vi.mocked(clients.stopClients).mockReturnValueOnce(7);
    vi.mocked(clients.killClients).mockResolvedValueOnce(2);
    const { stoppedUs } = await perform(clientActivities.stopClients, { run, ...FAULT });
    expect(stoppedUs).toBe(7);
    expect(clients.stopClients).toHaveBeenCalledWith(runPaths(plan.runDir).phase('kill', 'fault'));
    expect(await perform(clientActivities.killClients, { run, ...FAULT })).toBe(2);
    expect(clients.killClients).toHaveBeenCalledWith(plan.clusterDir, 'kill-fault');
  });
});
