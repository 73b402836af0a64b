import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../domain/errors.js';
import { REPORT_JSON, REPORT_MARKDOWN } from '../domain/run-files.js';
import { isDiskFull, writeIfRoom, writeText } from '../host/os/files.js';
import { writeStoredText } from '../host/os/stored.js';

const ESSENTIAL: readonly string[] = [REPORT_JSON, REPORT_MARKDOWN];

/**
 * Writes the files of a report, as far as the disk takes them: verdict and text first, then page and charts. Returns why there is no report if not even
 * those could be written; else null.
 */
export function writeReportFiles(runDir: string, files: ReadonlyMap<string, string>): string | null {
  const write = (path: string): void => {
    const text = files.get(path) ?? '';
    if (path === REPORT_JSON) writeStoredText('report', join(runDir, path), text);
    else writeText(join(runDir, path), text);
  };
  try {
    ESSENTIAL.forEach(write);
  } catch (error) {
    if (isDiskFull(error)) {
      // Nobody is told by half of a report what the run was not counted as.
      for (const path of ESSENTIAL) rmSync(join(runDir, path), { force: true });
      return messageOf(error);
    }
    throw error;
  }
  for (const path of files.keys()) if (!ESSENTIAL.includes(path)) writeIfRoom(() => write(path));
  return null;
}
