import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { writeReportFiles } from '../../src/threads/report-files.js';
import { ChaosError } from '../../src/domain/errors.js';
import { REPORT_JSON, REPORT_MARKDOWN, REPORT_PAGE } from '../../src/domain/run-files.js';
import * as files from '../../src/host/os/files.js';
import { temporaryFolder } from '../../testing/processes.js';

vi.mock('../../src/host/os/files.js', { spy: true });
afterEach(() => vi.mocked(files.writeText).mockReset());

const REPORT = new Map([
  [REPORT_PAGE, 'page'],
  [REPORT_MARKDOWN, 'text'],
  [REPORT_JSON, '{}'],
]);

/** A disk that takes as many files as that, and no more. */
function diskFor(count: number): void {
  let written = 0;
  vi.mocked(files.writeText).mockImplementation((path, text) => {
    if ((written += 1) > count) throw new ChaosError('DISK_FULL', `no room for ${path}`);
    writeFileSync(path, text);
  });
}

it('everything is written where there is room', () => {
  const dir = temporaryFolder();
  expect(writeReportFiles(dir, REPORT)).toBeNull();
  expect(readFileSync(join(dir, REPORT_PAGE), 'utf8')).toBe('page');
});

it('verdict and text are written before anything else', () => {
  const dir = temporaryFolder();
  diskFor(2);
  expect(writeReportFiles(dir, REPORT)).toBeNull();
  expect([REPORT_JSON, REPORT_MARKDOWN, REPORT_PAGE].map((path) => existsSync(join(dir, path)))).toEqual([
    true,
    true,
    false,
  ]);
});

it('where not even these can be, it says why', () => {
  const dir = temporaryFolder();
  diskFor(1);
  expect(writeReportFiles(dir, REPORT)).toMatch(/^no room for .*report\.md$/);
  expect(existsSync(join(dir, REPORT_JSON))).toBe(false);
});

it('an error of another kind is none of the disk', () => {
  const dir = temporaryFolder();
  mkdirSync(join(dir, REPORT_JSON));
  vi.mocked(files.writeText).mockImplementation((path, text) => writeFileSync(path, text));
  expect(() => writeReportFiles(dir, REPORT)).toThrow('EISDIR');
});
