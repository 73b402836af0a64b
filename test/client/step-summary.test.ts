import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { writeStepSummary } from '../../src/client/step-summary.js';
import { temporaryFolder } from '../../testing/processes.js';

const folder = temporaryFolder();
const file = join(folder, 'summary.md');
const markdownPath = join(folder, 'report.md');

it('appends the report, or its first line where there is none or it is too long for GitHub', () => {
  writeFileSync(file, 'before\n');
  writeFileSync(markdownPath, '# PASS\n');
  writeStepSummary({ markdownPath, summary: 'PASS' }, file);
  expect(readFileSync(file, 'utf8')).toBe('before\n# PASS\n');
  writeFileSync(markdownPath, 'x'.repeat(1_000_001));
  writeStepSummary({ markdownPath, summary: 'FAIL: 1' }, file);
  writeStepSummary({ markdownPath: join(folder, 'elsewhere.md'), summary: 'INVALID: <img> @team' }, file);
  expect(readFileSync(file, 'utf8')).toBe('before\n# PASS\n# FAIL: 1\n# `INVALID: <img> @team`\n');
});

it('says that it could not be written, and goes on', () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    writeStepSummary({ markdownPath: null, summary: 'PASS' }, join(folder, 'nowhere', 'summary.md'));
    expect(said).toHaveBeenCalledWith(expect.stringMatching(/^The summary of this step could not be written: ENOENT/));
  } finally {
    said.mockRestore();
  }
});

it('writes nothing where nobody asked for it', () => {
  writeStepSummary({ markdownPath: null, summary: 'PASS' }, '');
  expect(existsSync(join(folder, 'undefined'))).toBe(false);
});
