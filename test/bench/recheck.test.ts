import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, test } from 'vitest';
import { runFiles } from '../../src/report/run-files.js';
import { writeLedger, writeRun } from '../../testing/reports/stored.js';
import { syntheticRun } from '../../testing/reports/synthetic.js';
import { scratchFolder } from '../../testing/scratch.js';
import { runTypeScript } from '../../testing/typescript.js';

// The script shares no code with the program: what it recounts is what the clients wrote.
const sources = syntheticRun({ messages: 120, sdks: ['go', 'rust'], lostEvery: 4 });
const files = runFiles(sources);
let folder: string;

const program = runTypeScript(new URL('../../bench/recheck.ts', import.meta.url));
const recheck = () => execa(process.execPath, [...program, folder], { reject: false });

beforeEach(() => {
  folder = scratchFolder('recheck');
  writeRun(folder, sources);
});

describe('a run taken apart', () => {
  test('agrees with its report, losses included', async () => {
    const { stdout, exitCode } = await recheck();
    expect([stdout, exitCode]).toEqual(['6 clients, 0 differences', 0]);
    expect(files.get('report.json')).toMatch(/"lost": [1-9]/);
  });

  test('tells of a message less in one ledger', async () => {
    const chosen = sources.ledgers.find((l) => l.scenario === 'leader-transfer' && l.phase === 'validation')!;
    const messages = chosen.ledger.messages.map((m) => (m.seq === 3 ? { ...m, recv_us: null } : m));
    writeLedger(folder, { ...chosen, ledger: { ...chosen.ledger, messages } });
    const { stdout, exitCode } = await recheck();
    expect(exitCode).toBe(1);
    expect(stdout).toContain('leader-transfer go lost: report.json says 0, the ledger 1');
    expect(stdout).toContain('leader-transfer go received: report.json says 120, the ledger 119');
  });

  test('tells of a loss of the fault period that is in another period, or in none', async () => {
    const chosen = sources.ledgers.find((l) => l.scenario === 'leader-transfer' && l.phase === 'fault')!;
    const lost = chosen.ledger.messages.find((m) => m.ack_us !== null && m.recv_us === null)!;
    // As if it had been acknowledged long after the clients were stopped.
    const messages = chosen.ledger.messages.map((m) => (m.seq === lost.seq ? { ...m, ack_us: 999_000_000 } : m));
    writeLedger(folder, { ...chosen, ledger: { ...chosen.ledger, messages } });
    const { stdout, exitCode } = await recheck();
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/leader-transfer go lost, before: report.json says \d+, the ledger \d+/);
    expect(stdout).toMatch(/leader-transfer go lost, heal wait: report.json says \d+, the ledger \d+/);
  });

  test('tells of a page that says something else than the JSON', async () => {
    const page = files.get('report.html') ?? '';
    writeFileSync(
      join(folder, 'report.html'),
      page.replace(/(data-cell="leader-transfer\/validation\/go\/p99">)[^<]*/, '$10.1'),
    );
    const { stdout, exitCode } = await recheck();
    expect(exitCode).toBe(1);
    expect(stdout).toContain('leader-transfer go p99_ms: report.html says 0.1');
  });
});
