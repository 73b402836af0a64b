import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const isThere = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/**
 * Must a test that needs this program of Debian's be skipped? Says so, since a skipped test is easily taken for one that passed. In continuous
 * integration, which installs the package, nothing is skipped: there the test fails.
 */
export function skippedWithout(program: string, debianPackage: string): boolean {
  if (isThere(program) || process.env['CI'] === 'true') return false;
  process.stderr.write(`SKIPPED: no ${program} on PATH; it comes with Debian's package ${debianPackage}\n`);
  return true;
}
