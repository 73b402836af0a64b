import { z } from 'zod';
import type { ClientResult } from '../../domain/client-result.js';

const count = z.number().int().min(0);
const ms = z.number().min(0).nullable();

/** The last line of `sdk_clients/CONTRACT.md`: five fields are required, the others checked where they are given, unknown ones dropped. */
const schema = z.object({
  sent: count,
  received: count,
  lost: count,
  p99_ms: ms,
  errors: z.array(z.string()),
  planned: count.optional(),
  acked: count.optional(),
  unconfirmed: count.optional(),
  recovered: count.optional(),
  unsent: count.optional(),
  naive_lost: z.number().int().optional(),
  lost_seqs: z.array(count).optional(),
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
  achieved_rate_ratio: z.number().min(0).max(1).optional(),
  duration_seconds: z.number().min(0).optional(),
  drain_ms: z.number().min(0).optional(),
  publisher_endpoint: z.string().nullable().optional(),
  subscriber_endpoint: z.string().nullable().optional(),
  library: z.string().optional(),
});

/** Reads a client's last line; else the reason why it is no result, with what was expected and what was got. */
export function parseResultLine(line: string, truncated: boolean): { result: ClientResult } | { problem: string } {
  const got = line === '' ? 'nothing' : JSON.stringify(line.slice(0, 120));
  if (truncated) return { problem: `expected a result line, got one of over 64 KiB: ${got}` };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { problem: `expected one JSON object as the last line, got ${got}` };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { result: parsed.data };
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'line'}: ${issue.message}`);
  return { problem: `last line is no result: ${issues.slice(0, 5).join('; ')}` };
}
