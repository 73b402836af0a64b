import type { HistoryEntry } from '../domain/history.js';

const COLOURS = { PASS: 'brightgreen', KNOWN: 'yellowgreen', FAIL: 'red', INVALID: 'orange' } as const;

const isVerdict = (headline: string): headline is keyof typeof COLOURS => headline in COLOURS;

/** The latest round that has a verdict. */
export const latestVerdict = (runs: readonly HistoryEntry[]): HistoryEntry | undefined =>
  runs.findLast(({ kind, headline }) => kind === 'full' && isVerdict(headline));

/** `badge.json`: the latest verdict as shields.io shows it. Source: shields.io's schema of endpoint badges, version 1. */
export function badge(runs: readonly HistoryEntry[]): string {
  const latest = latestVerdict(runs);
  const headline = latest?.headline ?? '';
  const count = latest?.known?.new_failures ?? 0;
  const news = count > 0 ? `, ${count} new` : '';
  const shown = isVerdict(headline)
    ? { message: `${headline}${news}`, color: COLOURS[headline] }
    : { message: 'no verdict', color: 'lightgrey' };
  return `${JSON.stringify({ schemaVersion: 1, label: 'chaos', ...shown })}\n`;
}
