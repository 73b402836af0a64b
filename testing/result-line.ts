import { z } from 'zod';
import type { ClientRun } from './sdk-client.js';

const count = z.number().int().min(0);
const ms = z.number().min(0);

/** Every field of `sdk_clients/CONTRACT.md`, and no other. */
const fullLine = z.strictObject({
  sdk: z.string(),
  library: z.string().regex(/^\S+ \d+\.\d+\.\d+$/),
  mqtt_version: z.enum(['3.1.1', '5']),
  planned: count,
  sent: count,
  acked: count,
  received: count,
  lost: count,
  recovered: count,
  unconfirmed: count,
  unsent: count,
  lost_seqs: z.array(count).max(200),
  naive_lost: z.number().int(),
  duplicates: count,
  duplicates_flagged: count.nullable(),
  unexpected: count,
  inversions: count,
  attempts: count,
  refused_acks: count,
  reconnects: count,
  p50_ms: ms.nullable(),
  p90_ms: ms.nullable(),
  p99_ms: ms.nullable(),
  p999_ms: ms.nullable(),
  max_ms: ms.nullable(),
  ack_p50_ms: ms.nullable(),
  ack_p99_ms: ms.nullable(),
  ack_max_ms: ms.nullable(),
  lateness_p99_ms: ms.nullable(),
  lateness_max_ms: ms.nullable(),
  achieved_rate_ratio: z.number().min(0).max(1),
  duration_seconds: ms,
  drain_ms: ms,
  publisher_endpoint: z.string().nullable(),
  subscriber_endpoint: z.string().nullable(),
  errors: z.array(z.string().min(1).max(300)).max(20),
});

export type FullLine = z.infer<typeof fullLine>;

/** The last line of a run; throws with every field that is wrong. Also proves that no message was forgotten in the classes. */
export function resultOf(run: ClientRun): FullLine {
  const line = fullLine.parse(JSON.parse(run.lines.at(-1) ?? 'null'));
  const ok = line.acked - line.lost;
  const classes = ok + line.lost + line.recovered + line.unconfirmed + line.unsent;
  if (classes !== line.planned) throw new Error(`classes: expected them to add up to ${line.planned}, got ${classes}`);
  if (ok + line.recovered !== line.received) throw new Error(`received: expected ok + recovered, got ${line.received}`);
  const naive = line.sent - line.received - line.duplicates;
  if (line.naive_lost !== naive) throw new Error(`naive_lost: expected ${naive}, got ${line.naive_lost}`);
  return line;
}
