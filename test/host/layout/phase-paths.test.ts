import { expect, test } from 'vitest';
import { phasePaths } from '../../../src/host/layout/phase-paths.js';

test('every file of a phase has the name that it had in earlier versions', () => {
  const { client, ...ofPhase } = phasePaths('');
  expect(Object.values(ofPhase).join(' ')).toBe('phase.json runner.json runner.log start stopped.json guarantees.json');
  expect(Object.values(client('go')).join(' ')).toBe(
    'go go/ready.json go/exit.json go/result.json go/ledger.ndjson go/ledger.ndjson.gz go/stdout.log go/stderr.log',
  );
});
