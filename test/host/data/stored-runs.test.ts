import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  latestReport,
  storedFile,
  storedMarkdown,
  storedReport,
  storedRuns,
} from '../../../src/host/data/stored-runs.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { storeRun } from '../../../testing/reports/publishable-run.js';

let root: string;
beforeEach(() => {
  root = join(temporaryFolder(), 'data');
});

const runFile = (runId: string, name: string): string => join(root, 'runs', runId, name);
const listed = () => storedRuns(root).map(({ runId, data }) => [runId, data !== null]);

describe('the stored runs', () => {
  it('are none where there is no folder', () => {
    expect(storedRuns(root)).toEqual([]);
    expect(() => latestReport(root)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('are listed by their start, with those that have no report yet', () => {
    storeRun(root, 'b', 1);
    storeRun(root, 'a', 2);
    storeRun(root, 'c', 3);
    rmSync(runFile('c', 'report.json'));
    mkdirSync(join(root, 'runs', 'no-run'));
    expect(listed()).toEqual([
      ['b', true],
      ['a', true],
      ['c', false],
    ]);
    expect(latestReport(root)).toBe('a');
  });

  it('that are damaged are listed with what is wrong, and hide no other', () => {
    storeRun(root, 'good', 1);
    storeRun(root, 'bad', 2);
    writeFileSync(runFile('bad', 'report.json'), '{"half');
    const bad = storedRuns(root).find(({ runId }) => runId === 'bad');
    expect(bad?.data).toBeNull();
    expect(bad?.problem).toContain(runFile('bad', 'report.json'));
    expect(latestReport(root)).toBe('good');
  });
});

describe('one report', () => {
  it('is found by its id', () => {
    storeRun(root, 'r1', 1);
    expect(storedReport(root, 'r1').runId).toBe('r1');
    expect(storedMarkdown(root, 'r1')).toContain('r1');
    expect(storedFile(root, 'r1', 'report.md')).toBe(runFile('r1', 'report.md'));
  });

  it('that is not there is an error with the latest five that are', () => {
    for (let i = 1; i <= 6; i += 1) storeRun(root, `run-${i}`, i);
    expect(() => storedReport(root, 'nowhere')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/got nowhere.* run-2, run-3, run-4, run-5, run-6$/),
      }),
    );
  });

  it.each(['..', '../runs/r1', '', '/etc', 'r1/../r1'])('cannot be a way out of the folder of runs: %j', (runId) => {
    storeRun(root, 'r1', 1);
    expect(() => storedReport(root, runId)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('that is damaged, or lacks a file, says which file', () => {
    storeRun(root, 'r1', 1);
    expect(() => storedFile(root, 'r1', 'report.html')).toThrow(
      expect.objectContaining({ code: 'REPORT_DAMAGED', message: expect.stringContaining('report.html') }),
    );
    writeFileSync(runFile('r1', 'report.json'), 'no');
    expect(() => storedReport(root, 'r1')).toThrow(expect.objectContaining({ code: 'REPORT_DAMAGED' }));
  });
});
