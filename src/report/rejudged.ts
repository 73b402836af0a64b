import type { Rejudged } from '../domain/rejudge.js';
import { table } from './format.js';
import { summaryOf } from './summary.js';

/** What judging a run again came to, as text. */
export function rejudgedText(row: Rejudged & { readonly runId: string; readonly problems: readonly string[] }): string {
  const { runId, data, differences, withoutLedger, problems } = row;
  const differs = table(
    ['where', 'what', 'was', 'is now'],
    differences.map((d) => [d.where, d.what, d.was, d.now]),
  );
  const lines = [
    `${runId}: ${differences.length === 0 ? 'the same' : `${differences.length} differences`}`,
    `  now ${summaryOf(data)}`,
    ...(withoutLedger.length === 0
      ? []
      : [
          `  not recomputed, because there is no ledger to read (their reported figures are used): ${withoutLedger.join(', ')}`,
        ]),
    ...problems.map((problem) => `  ${problem}`),
    ...(differences.length === 0 ? [] : ['', differs, '']),
  ];
  return `${lines.join('\n')}\n`;
}
