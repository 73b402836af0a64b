import { markdownTable } from 'markdown-table';
import { verbatim } from '../domain/verbatim.js';

/** Small words of the reports. */

export const dash = '–';

export const number = (value: number | null | undefined, digits = 1): string =>
  value === null || value === undefined ? dash : value.toFixed(digits).replace(/\.0+$/, '');

export const seconds = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? dash : `${(ms / 1000).toFixed(2)} s`;

export const mark = (ok: boolean): string => (ok ? '✓' : '✗');

/** ISO 8601 with the offset of a time zone, e.g. 2026-11-22T20:15:04+08:00. */
export function localTime(iso: string, timeZone: string): string {
  const date = new Date(iso);
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  }).formatToParts(date);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((p) => p.type === type)?.value ?? '';
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}${offset}`;
}

/** A Markdown table. Any cell may hold words of others. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  markdownTable(
    [head, ...rows].map((row) => row.map(verbatim)),
    { alignDelimiters: false },
  );

/** A report's time as people read it: `2026-11-22T20:15:04+08:00` → `2026-11-22 20:15 +08:00`. */
export const localTimeOf = (reported: string): string =>
  reported.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(\.\d+)?(.*)$/, '$1 $2 $4');
