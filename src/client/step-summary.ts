import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { messageOf } from '../domain/errors.js';
import { verbatimSummary } from '../domain/verbatim.js';

/** GitHub takes 1 MiB for each step, and shows nothing of more. */
const LIMIT_BYTES = 1_000_000;

/**
 * Under GitHub Actions a report is also the summary of its step: its Markdown, or its first line if it is too long. A summary that cannot be written is said,
 * and changes nothing else.
 * Source: GitHub's documentation of `GITHUB_STEP_SUMMARY`.
 */
export function writeStepSummary(
  { markdownPath, summary }: { readonly markdownPath: string | null; readonly summary: string },
  file = process.env['GITHUB_STEP_SUMMARY'],
): void {
  if (file === undefined || file === '') return;
  try {
    appendFileSync(file, shortReport(markdownPath) ?? `# ${verbatimSummary(summary)}\n`);
  } catch (error) {
    process.stderr.write(`The summary of this step could not be written: ${messageOf(error)}\n`);
  }
}

/** Undefined where there is none, where it lies on another host, or where it is too long. */
function shortReport(path: string | null): string | undefined {
  try {
    return path !== null && statSync(path).size <= LIMIT_BYTES ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
