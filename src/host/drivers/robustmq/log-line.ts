interface Entry {
  readonly timestamp?: string;
  readonly level?: string;
  readonly target?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

function entryIn(line: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A line of the broker's JSON log as people read it: time, level, where, what. Any other line, such as a panic's, as it is. */
export function readableLine(line: string): string {
  const entry = line.startsWith('{') ? entryIn(line) : undefined;
  if (entry?.level === undefined) return line;
  const { message, ...rest } = entry.fields ?? {};
  const extra = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const text = typeof message === 'string' ? message : JSON.stringify(message ?? '');
  return [entry.timestamp, entry.level, `${entry.target ?? '?'}:`, text, ...extra].join(' ');
}
