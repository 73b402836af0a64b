import { isSeq, parseDocument, stringify } from 'yaml';
import type { WrittenEntry } from '../domain/known-from.js';

const indented = (text: string, by: number): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? line : `${' '.repeat(by)}${line}`))
    .join('\n');

/** Entries as a list of YAML. */
export const entriesText = (entries: readonly WrittenEntry[]): string =>
  stringify(entries, {
    lineWidth: 120,
    flowCollectionPadding: true,
    defaultStringType: 'PLAIN',
    defaultKeyType: 'PLAIN',
  });

/** Where the line after an offset begins. */
function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

/**
 * The text of a config with further known failures, and everything else in it as it was, byte for byte; undefined where its list is written in a way that nothing can be added to,
 * e.g. in one line.
 */
export function withEntries(text: string, entries: readonly WrittenEntry[]): string | undefined {
  const document = parseDocument(text);
  const list = document.get('known', true);
  const added = entriesText(entries);
  const ended = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  if (!document.has('known')) return `${ended}${ended === '' ? '' : '\n'}known:\n${indented(added, 2)}`;
  if (!isSeq(list) || list.flow === true || list.range == null) return undefined;
  const [start, end] = list.range;
  const indent = start - (text.lastIndexOf('\n', start - 1) + 1);
  // The end of a block list is the beginning of the line behind it, or lies in its last line.
  const at = ended[end - 1] === '\n' ? end : nextLine(ended, end);
  return `${ended.slice(0, at)}${indented(added, indent)}${ended.slice(at)}`;
}
