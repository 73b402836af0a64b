import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { phasePaths } from '../../src/host/layout/phase-paths.js';
import { runPaths } from '../../src/host/layout/paths.js';
import { faultPeriodOf } from '../../src/threads/fault-period.js';
import { temporaryFolder } from '../../testing/processes.js';
import { writeLedger } from '../../testing/reports/stored.js';
import { outcome } from '../../testing/values.js';

it('is figures of each client that left a ledger of messages, and a note of each that left none at all', () => {
  const runDir = temporaryFolder();
  const at = { seq: 0, intended_us: 3, queued_us: 3, sent_us: 3, attempts: 1, ack_us: 4, recv_us: null, dups: 0 };
  const ledger = { endUs: 9, events: [], messages: [at, { ...at, seq: 1, intended_us: 8 }] };
  writeLedger(runDir, { scenario: 'kill', phase: 'fault', sdk: 'go', ledger });
  const phaseDir = runPaths(runDir).phase('kill', 'fault');
  const events = phasePaths(phaseDir).client('rust').packedLedger;
  mkdirSync(dirname(events), { recursive: true });
  writeFileSync(events, gzipSync('{"ledger":2}\n'));
  const outcomes = [
    outcome({ sdk: 'go' }),
    outcome({ sdk: 'rust' }),
    { ...outcome({ sdk: 'own' }), lineProblem: 'no JSON' },
  ];
  expect(faultPeriodOf({ phaseDir, outcomes, fromUs: 2, toUs: 5, borders: [] })).toMatchObject({
    figures: [{ sdk: 'go', planned: 1, acked: 1, ackedLostSeqs: [0, 1] }],
    notes: ['fault period: own left no ledger (exited: no JSON)'],
  });
});
