import { visible } from '../domain/verbatim.js';
import { dash } from './format.js';
import type { Table } from './tables.js';

const GAP = '  ';
/** No column gets narrower than this. */
const LEAST_CHARS = 6;

/** Words in lines of at most so many characters; a longer word is broken. */
export function wrapped(text: string, chars: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= chars) {
      lines[lines.length - 1] = `${last} ${word}`;
      continue;
    }
    for (let at = 0; at === 0 || at < word.length; at += chars) lines.push(word.slice(at, at + chars));
  }
  return lines;
}

/** Widths of the columns. The widest give way until all fit, and words are broken only where that is not enough. */
function widthsOf(rows: readonly (readonly string[])[], columns: number): number[] {
  const cellsOf = (i: number): string[] => rows.map((row) => row[i] ?? '');
  const widest = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length));
  const widths = (rows[0] ?? []).map((_, i) => widest(cellsOf(i)));
  const words = widths.map((_, i) => widest(cellsOf(i).flatMap((cell) => cell.split(' '))));
  const room = columns - GAP.length * (widths.length - 1);
  for (const least of [words, widths.map(() => LEAST_CHARS)]) {
    for (;;) {
      const wide = Math.max(...widths.filter((width, i) => width > (least[i] ?? 0)));
      if (wide < 0 || widths.reduce((sum, width) => sum + width, 0) <= room) break;
      widths[widths.findIndex((width, i) => width === wide && width > (least[i] ?? 0))] = wide - 1;
    }
  }
  return widths;
}

/** A table for a terminal of so many columns. What a row has in common with the row above in its first cell is not said again, and a column that says nothing is left out. */
export function columnsText({ head, rows }: Pick<Table, 'head' | 'rows'>, columns: number): string {
  const says = head.map((_, i) => rows.some((row) => !['', dash].includes(row[i] ?? '')));
  const kept = [head, ...rows].map((row) => row.filter((_, i) => says[i]).map(visible));
  const shown = kept.map((row, i) => row.map((cell, at) => (at === 0 && cell === kept[i - 1]?.[0] ? '' : cell)));
  const widths = widthsOf(shown, columns);
  return shown
    .flatMap((row) => {
      const cells = row.map((cell, i) => wrapped(cell, widths[i] ?? LEAST_CHARS));
      const height = Math.max(...cells.map(({ length }) => length));
      return Array.from({ length: height }, (_, line) =>
        cells
          .map((lines, i) => (lines[line] ?? '').padEnd(widths[i] ?? 0))
          .join(GAP)
          .trimEnd(),
      );
    })
    .join('\n');
}
