import { objectIn } from '../../../domain/shape.js';

interface Entry {
  readonly timestamp?: string;
  readonly level?: string;
  readonly target?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A line of the broker's JSON log as people read it: time, level, where, what. Any other line, such as a panic's, as it is. */
export function readableLine(line: string): string {
  const entry: Entry | undefined = objectIn(line);
  if (entry?.level === undefined) return line;
  const { message, ...rest } = entry.fields ?? {};
  const extra = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const text = typeof message === 'string' ? message : JSON.stringify(message ?? '');
  return [entry.timestamp, entry.level, `${entry.target ?? '?'}:`, text, ...extra].join(' ');
}
