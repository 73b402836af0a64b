/** How loud a line of a broker's log is; what is neither of these is not shown. `benign`: loud, and usual where a broker was killed or started. */
export type Loudness = 'never' | 'panic' | 'error' | 'warning' | 'benign';

/** Lines of one node that say the same but for times and numbers. */
export interface LoudLines {
  readonly loudness: Loudness;
  readonly node: string;
  readonly count: number;
  /** The first of them, as it stands in the log. */
  readonly text: string;
}

const LOUD: readonly (readonly [Loudness, RegExp])[] = [
  ['panic', /\bpanic(ked)?\b|\[FTL\]|\bFATAL\b|SIGSEGV/],
  ['error', /\[ERR\]|\bERROR\b/],
  ['warning', /\[WRN\]|\bWARN(ING)?\b/],
];

const ORDER: readonly Loudness[] = ['never', 'panic', 'error', 'warning', 'benign'];

/** Parts of lines that decide about loudness (config): those that must never appear, and those that are usual near a kill or a start. */
export interface LinePatterns {
  readonly never: readonly string[];
  readonly benign: readonly string[];
}

const KEPT_CHARS = 400;

/** Loudness of a line; undefined for what nobody needs to read. A panic is never benign. */
export function loudnessOf(line: string, { never, benign }: LinePatterns): Loudness | undefined {
  if (never.some((part) => line.includes(part))) return 'never';
  const loudness = LOUD.find(([, pattern]) => pattern.test(line))?.[0];
  const usual = (loudness === 'error' || loudness === 'warning') && benign.some((part) => line.includes(part));
  return usual ? 'benign' : loudness;
}

/** The same line but for pid, time, ports and other numbers. */
export const shapeOf = (line: string): string => line.replace(/"[^"]*"/g, '""').replace(/[0-9][0-9a-fA-F.:/]*/g, '0');

/** The loud ones of `node: line` texts, alike ones together, worst first. */
export function loudLines(lines: readonly string[], patterns: LinePatterns): LoudLines[] {
  const groups = new Map<string, { loudness: Loudness; node: string; count: number; text: string }>();
  for (const full of lines) {
    const loudness = loudnessOf(full, patterns);
    if (loudness === undefined) continue;
    const [, node = '', text = ''] = /^([^:]*): (.*)$/.exec(full) ?? ['', '', full];
    const key = `${loudness} ${node} ${shapeOf(text)}`;
    const group = groups.get(key) ?? { loudness, node, count: 0, text: text.slice(0, KEPT_CHARS) };
    group.count += 1;
    groups.set(key, group);
  }
  return [...groups.values()].sort(
    (a, b) => ORDER.indexOf(a.loudness) - ORDER.indexOf(b.loudness) || b.count - a.count,
  );
}
