import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_FAULT } from '../../../src/domain/fault-record.js';
import { countLedger, type LedgerMessage } from '../../../src/domain/ledger.js';
import { faultBorders } from '../../../src/domain/periods.js';
import { lossesOf, loudLogs } from '../../../src/host/data/run-evidence.js';
import { readLedgers } from '../../../src/host/data/stored-ledgers.js';
import { writeJson } from '../../../src/host/os/files.js';
import { result, runData, snapshot } from '../../../testing/reports/values.js';
import { writeLedger } from '../../../testing/reports/stored.js';
import { outcome, scenario } from '../../../testing/values.js';
import { temporaryFolder } from '../../../testing/processes.js';

let runDir: string;
beforeEach(() => {
  runDir = join(temporaryFolder(), 'run');
});

const message = (seq: number, change: Partial<LedgerMessage> = {}): LedgerMessage => {
  const at = seq * 1_000_000;
  return {
    seq,
    intended_us: at,
    queued_us: at,
    sent_us: at,
    attempts: 1,
    ack_us: at + 1,
    recv_us: at + 2,
    dups: 0,
    ...change,
  };
};

const connected = { event: 'connected', role: 'publisher', endpoint: 'h:1', at_us: 0 } as const;

const write = (phase: 'control' | 'fault' | 'validation', sdk: string, messages: readonly LedgerMessage[]): void =>
  writeLedger(runDir, {
    scenario: phase === 'control' ? null : 'kill',
    phase,
    sdk,
    ledger: { endUs: 99_000_000, events: [connected], messages },
  });

const kill = scenario('kill');
const lost = { recv_us: null };

describe('the losses of a run', () => {
  const fault = { injectedUs: 2_000_000, recoveredUs: 5_000_000 };
  const judged = (validation = [outcome({ sdk: 'go' })]) => ({
    control: [],
    scenarios: [result(kill, { fault, borders: faultBorders({ ...NO_FAULT, ...fault }, 6_500_000), validation })],
  });

  it('are those of every phase, each in one period, with the broker that acknowledged; and no others', () => {
    write('control', 'go', [message(0, lost)]);
    write('fault', 'go', [message(1, lost), message(4, lost), message(6, lost), message(7, lost), message(7.5)]);
    write('validation', 'go', [message(8, lost)]);
    writeJson(join(runDir, 'brokers.json'), [{ sinceUs: 0, endpoints: { 'h:1': 'n2' } }]);
    const stored = readLedgers(runDir, ['kill'], ['go']);
    const found = lossesOf(runDir, stored, judged());
    expect(found.map(({ phase, period, seqs, since }) => [phase, period, seqs, since])).toEqual([
      ['control', 'control run', '0', 'first message'],
      ['fault', 'before', '1', 'inject'],
      ['fault', 'during', '4', 'inject'],
      ['fault', 'after', '6', 'inject'],
      ['fault', 'heal wait', '7', 'inject'],
      ['validation', 'validation', '8', 'inject'],
    ]);
    const total = stored.ledgers.flatMap(({ ledger }) => countLedger(ledger.messages).lostSeqs).length;
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(total);
    expect(found[2]?.messages[0]).toMatchObject({ seq: 4, intendedMs: 2000, ackedBy: 'n2 (h:1)' });
  });

  it('are what a client says where it left no ledger, and never counted twice', () => {
    const claims = (sdk: string) => outcome({ sdk, result: { lost: 2 } });
    write('validation', 'go', [message(8, lost)]);
    const found = lossesOf(runDir, readLedgers(runDir, ['kill'], ['go', 'own']), judged([claims('go'), claims('own')]));
    expect(found.map(({ sdk, count }) => [sdk, count])).toEqual([
      ['go', 1],
      ['own', 2],
    ]);
  });

  it('of a run of 0.1.0, which has no borders, are read by the times of its fault', () => {
    write('fault', 'go', [message(6, lost), message(7, lost)]);
    const of01 = { control: [], scenarios: [result(kill, { fault })] };
    const found = lossesOf(runDir, readLedgers(runDir, ['kill'], ['go']), of01);
    expect(found.map(({ period, seqs }) => [period, seqs])).toEqual([['after', '6–7']]);
  });

  it('of a client of the fault period without a ledger are its own word, at a time that nobody knows', () => {
    const withoutLedger = [outcome({ sdk: 'own', result: { lost: 4 } })];
    const scenarios = [result(kill, { fault, withoutLedger })];
    const found = lossesOf(runDir, readLedgers(runDir, ['kill'], ['own']), { control: [], scenarios });
    expect(found).toMatchObject([{ scenario: 'kill', phase: 'fault', period: 'unknown', sdk: 'own', count: 4 }]);
  });

  it('are none where everything arrived', () => {
    write('control', 'go', [message(0)]);
    expect(
      lossesOf(runDir, readLedgers(runDir, [], ['go']), { control: [outcome({ sdk: 'go' })], scenarios: [] }),
    ).toEqual([]);
  });
});

it('the logs of a scenario are those after its baseline', () => {
  mkdirSync(join(runDir, 'snapshots'), { recursive: true });
  const labels = ['kill-1-baseline', 'kill-2-healed', 'kill-3-missing'];
  writeFileSync(join(runDir, 'snapshots', 'kill-1-baseline.log'), 'n1: panic: before\n');
  writeFileSync(join(runDir, 'snapshots', 'kill-2-healed.log'), 'n1: panic: after\nn2: all is well\n');
  const scenarios = [result(kill, { snapshots: labels.map((label) => snapshot({ label })) })];
  const logs = loudLogs(runDir, runData({ scenarios }));
  expect(Object.keys(logs)).toEqual(['kill']);
  expect(logs['kill']?.map(({ text, node }) => [node, text])).toEqual([['n1', 'panic: after']]);
});
