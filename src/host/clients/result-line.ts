import { z } from 'zod';
import type { ClientResult } from '../../domain/client-result.js';

const count = z
  .number('expected a whole number')
  .int('expected a whole number')
  .min(0, 'expected a whole number of 0 or more');
const number = z.number('expected a number').min(0, 'expected a number of 0 or more');
const ms = z.number('expected a number or null').min(0, 'expected a number of 0 or more, or null').nullable();
const text = z.string('expected a text');

/** The last line of `sdk_clients/CONTRACT.md`: five fields are required, the others checked where they are given, unknown ones dropped. */
const schema = z.object(
  {
    sent: count,
    received: count,
    lost: count,
    p99_ms: ms,
    errors: z.array(text, 'expected a list of texts'),
    planned: count.optional(),
    acked: count.optional(),
    unconfirmed: count.optional(),
    recovered: count.optional(),
    unsent: count.optional(),
    naive_lost: z.number('expected a whole number').int('expected a whole number').optional(),
    lost_seqs: z.array(count, 'expected a list of whole numbers').optional(),
    duplicates: count.optional(),
    unexpected: count.optional(),
    inversions: count.optional(),
    reconnects: count.optional(),
    refused_acks: count.optional(),
    p50_ms: ms.optional(),
    p90_ms: ms.optional(),
    p999_ms: ms.optional(),
    max_ms: ms.optional(),
    ack_p99_ms: ms.optional(),
    lateness_p99_ms: ms.optional(),
    achieved_rate_ratio: number.max(1, 'expected a number from 0 to 1').optional(),
    duration_seconds: number.optional(),
    drain_ms: number.optional(),
    publisher_endpoint: text.nullable().optional(),
    subscriber_endpoint: text.nullable().optional(),
    library: text.optional(),
    workload: text.optional(),
    events: count.optional(),
  },
  'expected one JSON object',
);

/** JSON has no such numbers, but printers of JSON write them. */
const NO_NUMBER = /"((?:[^"\\]|\\.)*)"\s*:\s*([-+]?(?:NaN|Infinity|inf))\b/gi;

function notJson(line: string, got: string): string {
  const named = [...line.matchAll(NO_NUMBER)].map(([, field = '', value = '']) => `${field.slice(0, 40)} is ${value}`);
  if (named.length === 0) return `expected one JSON object as the last line, got ${got}`;
  return `last line is no result: ${named.slice(0, 5).join('; ')}: expected a number; for a p99_ms that could not be measured, null`;
}

/** What stands at a path of a value, in the words of the line. */
function shown(value: unknown, path: readonly PropertyKey[]): string {
  const found = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  if (found === undefined) return 'nothing';
  // JSON.parse makes Infinity of 1e999.
  return (typeof found === 'number' ? String(found) : JSON.stringify(found)).slice(0, 60);
}

/** Reads a client's last line; else the reason why it is no result, with what was expected and what was got. */
export function parseResultLine(line: string, truncated: boolean): { result: ClientResult } | { problem: string } {
  const got = line === '' ? 'nothing' : JSON.stringify(line.slice(0, 120));
  if (truncated) return { problem: `expected a result line, got one of over 64 KiB: ${got}` };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { problem: notJson(line, got) };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { result: parsed.data };
  const issues = parsed.error.issues.map(({ path, message }) => {
    const where = path.join('.') || 'line';
    return `${where}: ${message}, got ${shown(value, path)}`;
  });
  return { problem: `last line is no result: ${issues.slice(0, 5).join('; ')}` };
}
