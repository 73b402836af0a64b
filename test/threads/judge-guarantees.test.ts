import { expect, it } from 'vitest';
import { NO_LIMITS } from '../../src/domain/guarantees/guarantee.js';
import { storedGuarantees } from '../../src/host/data/judged-guarantees.js';
import { judgeGuarantees } from '../../src/threads/judge-guarantees.js';
import { temporaryFolder } from '../../testing/processes.js';
import { writeLedger } from '../../testing/reports/stored.js';

it('answers in short what was violated, and keeps the rest in the folder of the phase', async () => {
  const runDir = temporaryFolder();
  const at = { intended_us: 3, queued_us: 3, sent_us: 3, attempts: 1, ack_us: 4, recv_us: null, dups: 0 };
  const events = [
    { event: 'connected', role: 'subscriber', endpoint: 'h:1', at_us: 1, session_present: null } as const,
  ];
  const ledger = { endUs: 9, events, messages: [{ ...at, seq: 0 }] };
  const place = { scenario: null, phase: 'control' } as const;
  writeLedger(runDir, { ...place, sdk: 'go', ledger });
  const answer = await judgeGuarantees({
    runDir,
    ...place,
    sdks: ['go'],
    workload: 'basic-pubsub',
    fault: null,
    limits: NO_LIMITS,
  });
  const violated = [{ guarantee: 'at-least-once', phase: 'control', sdk: 'go', violations: 1 }];
  expect(answer).toEqual({ violated, notes: [] });
  expect(storedGuarantees(runDir, place)).toMatchObject([{ ...violated[0], shown: [{ moments: [{}, {}] }] }]);
});
