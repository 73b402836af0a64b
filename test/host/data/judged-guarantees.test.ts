import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_LIMITS } from '../../../src/domain/guarantees/guarantee.js';
import {
  judgeAndKeep,
  judgePhase,
  judgeStoredRun,
  storedGuarantees,
} from '../../../src/host/data/judged-guarantees.js';
import { phasePaths } from '../../../src/host/layout/phase-paths.js';
import { runPaths } from '../../../src/host/layout/paths.js';
import { writeText } from '../../../src/host/os/files.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { writeLedger } from '../../../testing/reports/stored.js';
import { plan, result, runData } from '../../../testing/reports/values.js';
import { catalogue, goodFault, outcome } from '../../../testing/values.js';

let runDir: string;
beforeEach(() => {
  runDir = temporaryFolder();
});

const [kill] = catalogue;
const at = { intended_us: 3, queued_us: 3, sent_us: 3, attempts: 1, ack_us: 4, dups: 0 };
/** One message arrived, one was lost. */
const ledger = {
  endUs: 9,
  events: [{ event: 'connected', role: 'subscriber', endpoint: 'h:1', at_us: 1, session_present: null } as const],
  messages: [
    { ...at, seq: 0, recv_us: 5 },
    { ...at, seq: 1, recv_us: null },
  ],
};
const leave = (phase: 'control' | 'fault' | 'validation', sdk: string): void =>
  writeLedger(runDir, { scenario: phase === 'control' ? null : kill!.name, phase, sdk, ledger });
const asked = (over: object = {}) => ({
  ...{ runDir, scenario: kill!.name, phase: 'fault' as const, sdks: ['go', 'rust'], limits: NO_LIMITS },
  workload: 'basic-pubsub',
  fault: { kind: 'broker-kill', record: { ...goodFault, injectedUs: 1, recoveredUs: 2 } },
  ...over,
});
const lost = { guarantee: 'at-least-once', phase: 'fault', state: 'violated', checked: 2, violations: 1 };

describe('a phase', () => {
  it('is judged client by client; who left no ledger says nothing, and who left a broken one is a note', async () => {
    leave('fault', 'go');
    expect(await judgePhase(asked())).toEqual({
      results: expect.arrayContaining([expect.objectContaining({ ...lost, sdk: 'go' })]),
      judged: ['go'],
      notes: [],
    });
    const file = phasePaths(runPaths(runDir).phase(kill!.name, 'fault')).client('rust').packedLedger;
    writeText(file, 'no gzip');
    const { results, notes } = await judgePhase(asked());
    expect(results.every(({ sdk }) => sdk === 'go')).toBe(true);
    expect(notes).toEqual([expect.stringMatching(/^broker-kill-single, fault: the guarantees of rust are not judged/)]);
  });

  it('is not judged after an injection that failed: nobody knows what was done', async () => {
    leave('fault', 'go');
    const record = { ...goodFault, injectError: 'no such node' };
    expect(await judgePhase(asked({ fault: { kind: 'broker-kill', record } }))).toEqual({
      results: [],
      judged: [],
      notes: [],
    });
  });

  it('is kept with its violations in full, and read again', async () => {
    leave('fault', 'go');
    const { results } = await judgeAndKeep(asked());
    expect(storedGuarantees(runDir, { scenario: kill!.name, phase: 'fault' })).toEqual(results);
    expect(results[0]?.shown).toHaveLength(1);
    expect(storedGuarantees(runDir, { scenario: null, phase: 'control' })).toBeUndefined();
  });
});

it('of a crowd it is said when it was back, if something was done to its brokers', async () => {
  leave('fault', 'go');
  const file = phasePaths(runPaths(runDir).phase(kill!.name, 'fault')).client('go').packedLedger;
  const of = { client: 'c', connection: 1 };
  const events = [
    { event: 'connect', ...of, at_us: 1, endpoint: 'h:1', clean: true, keep_alive_s: 5, expiry_s: 0, will: null },
    { event: 'connack', ...of, at_us: 2, code: 0, session_present: false, maximum_qos: null },
    { event: 'close', ...of, at_us: 9, by: 'peer', reason_code: null },
  ].map((event) => ({ ...event, retain_available: null, shared_available: null }));
  const lines = [{ ledger: 2, end_us: 20 }, ...events].map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(file, gzipSync(lines.join('')));
  const crowdIn = async (over: object) => (await judgePhase(asked({ ...over, sdks: ['go'] }))).crowd;
  const fault = { kind: 'broker-kill', record: { ...goodFault, injectedUs: 5, recoveredUs: 12 } };
  const workload = 'crowd';
  expect(await crowdIn({ workload, fault })).toMatchObject([{ sdk: 'go', connections: 1, thrownOut: 1, back: 0 }]);
  expect(await crowdIn({ workload, fault: null })).toBeUndefined();
  expect(await crowdIn({ fault })).toBeUndefined();
});

it('a stored run is judged in every phase, but for clients whose id a stranger used', async () => {
  leave('control', 'go');
  leave('fault', 'go');
  leave('validation', 'go');
  const taken = { ...outcome({ sdk: 'go' }), idTaken: 'another client' };
  const data = runData({ plan: { ...plan, scenarios: [kill!], sdks: ['go'] }, scenarios: [result(kill!)] });
  const phases = async (change: Partial<typeof data> = {}) => {
    const judged = await judgeStoredRun(runDir, { ...data, ...change }, NO_LIMITS);
    const places = [
      { scenario: null, phase: 'control' },
      ...(['fault', 'validation'] as const).map((phase) => ({ scenario: kill!.name, phase })),
    ] as const;
    return places.map(({ scenario, phase }) =>
      judged.find(scenario, phase, 'go')?.some(({ state }) => state === 'violated'),
    );
  };
  expect(await phases()).toEqual([true, true, true]);
  expect(await phases({ control: [taken] })).toEqual([undefined, true, true]);
  expect(await phases({ scenarios: [result(kill!, { withoutLedger: [taken] })] })).toEqual([true, undefined, true]);
  expect(await phases({ scenarios: [result(kill!, { validation: [taken] })] })).toEqual([true, true, undefined]);
  expect(await phases({ scenarios: [] })).toEqual([true, undefined, undefined]);
});
