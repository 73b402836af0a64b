import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readLedgers } from '../../../src/host/data/stored-ledgers.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { writeLedger } from '../../../testing/reports/stored.js';

let runDir: string;
beforeEach(() => {
  runDir = join(temporaryFolder(), 'run');
});

const write = (scenario: string | null, phase: 'control' | 'fault' | 'validation', sdk: string): void =>
  writeLedger(runDir, { scenario, phase, sdk, ledger: { endUs: 99_000_000, events: [], messages: [] } });

describe('the ledgers of a run', () => {
  it('are those of every phase and SDK; one that cannot be read is a problem, and hides no other', () => {
    write(null, 'control', 'go');
    write('kill', 'fault', 'go');
    write('kill', 'validation', 'rust');
    mkdirSync(join(runDir, 'scenarios', 'kill', 'validation', 'go'), { recursive: true });
    writeFileSync(join(runDir, 'scenarios', 'kill', 'validation', 'go', 'ledger.ndjson.gz'), 'no ledger');
    const { ledgers, problems } = readLedgers(runDir, ['kill'], ['go', 'rust']);
    expect(ledgers.map(({ scenario: name, phase, sdk }) => [name, phase, sdk])).toEqual([
      [null, 'control', 'go'],
      ['kill', 'fault', 'go'],
      ['kill', 'validation', 'rust'],
    ]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^kill, validation: go/);
  });

  it('stay in memory as long as nobody asks for those of another scenario', () => {
    for (const scenario of ['a', 'b']) for (const sdk of ['go', 'rust']) write(scenario, 'fault', sdk);
    const [ofA, alsoOfA, ofB] = readLedgers(runDir, ['a', 'b'], ['go', 'rust']).ledgers;
    const first = ofA!.ledger;
    expect(alsoOfA!.ledger).toEqual(first);
    expect(ofA!.ledger).toBe(first);
    expect(ofB!.ledger).toEqual(first);
    expect(ofA!.ledger).not.toBe(first);
  });
});
