import type { VersionsComparison } from '../domain/versions.js';
import { visible } from '../domain/verbatim.js';
import { columnsText, wrapped } from './columns.js';
import { answerOf, versionNotes } from './version-answer.js';
import { symbolOf, tablesOf } from './versions.js';

const LEAST_COLUMNS = 80;

/** Versions of the broker side by side, for a terminal of so many columns, 80 at least. The first line is the answer, however long it is. */
export function versionsText(comparison: VersionsComparison, columns: number = LEAST_COLUMNS): string {
  const width = Math.max(LEAST_COLUMNS, columns);
  const sections = [
    `${symbolOf(comparison)} ${answerOf(comparison, visible)}`,
    versionNotes(comparison, visible)
      .flatMap((note) => wrapped(note, width))
      .join('\n'),
    ...tablesOf(comparison).map((of) => `${visible(of.caption)}\n\n${columnsText(of, width)}`),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}
