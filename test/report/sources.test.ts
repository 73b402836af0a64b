import { expect, it } from 'vitest';
import { ledgerOf } from '../../src/report/sources.js';

const ledger = (endUs: number) => ({ endUs, events: [], messages: [] });

const ledgers = [
  { scenario: null, phase: 'control', sdk: 'go', ledger: ledger(1) },
  { scenario: 'kill', phase: 'fault', sdk: 'go', ledger: ledger(2) },
  { scenario: 'kill', phase: 'validation', sdk: 'go', ledger: ledger(3) },
  { scenario: 'kill', phase: 'validation', sdk: 'rust', ledger: ledger(4) },
] as const;

it.each([
  [null, 'control', 'go', 1],
  ['kill', 'fault', 'go', 2],
  ['kill', 'validation', 'go', 3],
  ['kill', 'validation', 'rust', 4],
  ['kill', 'fault', 'rust', undefined],
  ['delay', 'fault', 'go', undefined],
] as const)('the ledger of %s, %s, %s', (scenario, phase, sdk, endUs) => {
  expect(ledgerOf({ ledgers }, scenario, phase, sdk)?.endUs).toBe(endUs);
});
