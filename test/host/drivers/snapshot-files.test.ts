import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeSnapshot, type Found } from '../../../src/host/drivers/snapshot-files.js';
import { temporaryFolder } from '../../../testing/processes.js';

const runDir = temporaryFolder();
const found: Found = {
  metrics: { n1: { connections: 4 } },
  lines: { n1: ['started', 'panic: oh'], n2: ['fine'] },
  warnings: ['n3 does not answer'],
  figures: { 'n1.connections': 4 },
};
const write = (change: Partial<Found> = {}) =>
  writeSnapshot({ label: 'kill-1-baseline', runDir, neverLines: ['panic:'] }, { ...found, ...change });

describe('a snapshot', () => {
  it('is two files, and the short of them', () => {
    const summary = write();
    expect(summary).toMatchObject({
      label: 'kill-1-baseline',
      warnings: ['n3 does not answer'],
      neverLines: ['n1: panic: oh'],
      newLogLines: 3,
      figures: { 'n1.connections': 4 },
    });
    expect(JSON.parse(readFileSync(join(runDir, summary.file), 'utf8'))).toMatchObject({ metrics: found.metrics });
    const log = readFileSync(join(runDir, 'snapshots', 'kill-1-baseline.log'), 'utf8');
    expect(log).toBe('n1: started\nn1: panic: oh\nn2: fine\n');
  });

  it('stays short, however much is wrong: the files have it all', () => {
    const many = Array.from({ length: 50 }, (_, i) => `panic: ${i} ${'x'.repeat(400)}`);
    const summary = write({ lines: { n1: many }, warnings: many });
    expect(summary.neverLines).toHaveLength(20);
    expect(summary.warnings).toHaveLength(10);
    expect(summary.newLogLines).toBe(50);
    for (const text of [...summary.neverLines, ...summary.warnings]) expect(text.length).toBeLessThanOrEqual(300);
    expect(readFileSync(join(runDir, 'snapshots', 'kill-1-baseline.log'), 'utf8').split('\n')).toHaveLength(51);
  });
});
