import type { VersionsComparison } from '../domain/versions.js';
import { verbatim } from '../domain/verbatim.js';
import { table } from './format.js';
import type { Table } from './tables.js';
import { answerOf, versionNotes } from './version-answer.js';
import {
  differencesOfStep,
  failuresTable,
  figuresOfVersions,
  newsOfStep,
  roundsTable,
  versionsTable,
} from './version-tables.js';
import { stepsOf } from './version-words.js';

const SYMBOL = { worse: '✗', undecided: '!', well: '✓' } as const;

/** ✗ is worse, ! cannot be said, ✓ is neither. */
export const symbolOf = ({ worse, undecided }: Pick<VersionsComparison, 'worse' | 'undecided'>): string =>
  SYMBOL[worse ? 'worse' : undecided ? 'undecided' : 'well'];

/** The tables in the order in which they are read: first what has changed. Those without rows are left out. */
export function tablesOf(comparison: VersionsComparison): Table[] {
  const steps = stepsOf(comparison);
  return [
    ...steps.map(newsOfStep),
    ...steps.map((step) => differencesOfStep(step, comparison)),
    figuresOfVersions(comparison),
    failuresTable(comparison),
    versionsTable(comparison),
    roundsTable(comparison),
  ].filter(({ rows }) => rows.length > 0);
}

/** `versions.md`: versions of the broker side by side. */
export function versionsMarkdown(comparison: VersionsComparison): string {
  const sections = [
    `# ${symbolOf(comparison)} ${answerOf(comparison, verbatim)}`,
    versionNotes(comparison, verbatim)
      .map((note) => `> **Note:** ${note}`)
      .join('\n>\n'),
    ...tablesOf(comparison).map(({ caption, head, rows }) => `## ${verbatim(caption)}\n\n${table(head, rows)}`),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}
