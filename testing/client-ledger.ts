import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { countLedger, latenciesUs, percentile, type LedgerMessage } from '../src/domain/ledger.js';
import type { FullLine } from './result-line.js';

const us = z.number().int().min(0);
const header = z.strictObject({
  ledger: z.literal(1),
  run: z.string(),
  phase: z.string(),
  sdk: z.string(),
  publisher: z.string(),
  topic: z.string(),
  t0_us: us.nullable(),
  rate: z.number(),
  end_us: us,
  unexpected: us,
});
const event = z.strictObject({
  event: z.enum(['connected', 'disconnected']),
  role: z.enum(['publisher', 'subscriber']),
  endpoint: z.string(),
  at_us: us,
  session_present: z.boolean().nullable(),
  reason: z.string(),
  reason_code: z.number().int().min(0).max(255).nullable(),
});
const impostor = z.strictObject({
  unexpected: z.strictObject({ seq: us, intended_us: us }),
  at_us: us,
});
const message = z.strictObject({
  seq: us,
  intended_us: us,
  queued_us: us,
  sent_us: us.nullable(),
  attempts: us,
  ack_us: us.nullable(),
  recv_us: us.nullable(),
  dups: us,
});

export interface ClientLedger {
  readonly header: z.infer<typeof header>;
  readonly events: readonly z.infer<typeof event>[];
  readonly impostors: readonly z.infer<typeof impostor>[];
  readonly messages: readonly LedgerMessage[];
}

/** Reads a ledger file: header, events, receipts in its name, messages, in this order, each with exactly the members of the contract. */
export function parseLedger(path: string): ClientLedger {
  const content = readFileSync(path, 'utf8');
  if (!content.endsWith('\n')) throw new Error(`${path}: expected a last line that is whole`);
  const [first, ...rest] = content
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const from = (isLater: (row: Record<string, unknown>) => boolean): number => {
    const found = rest.findIndex(isLater);
    return found < 0 ? rest.length : found;
  };
  const [split, firstMessage] = [from((row) => !('event' in row)), from((row) => 'seq' in row)];
  return {
    header: header.parse(first),
    events: z.array(event).parse(rest.slice(0, split)),
    impostors: z.array(impostor).parse(rest.slice(split, firstMessage)),
    messages: z.array(message).parse(rest.slice(firstMessage)),
  };
}

/** What the result line must say if the ledger is right: counted anew by the judge's own code. */
export function countsFrom(ledger: ClientLedger, planned: number): Partial<FullLine> {
  const { messages } = ledger;
  const { lostSeqs, unsent, ...counts } = countLedger(messages);
  const sum = (value: (m: LedgerMessage) => number): number => messages.reduce((total, m) => total + value(m), 0);
  return {
    ...counts,
    lost: lostSeqs.length,
    lost_seqs: lostSeqs.slice(0, 200),
    unsent: unsent + planned - messages.length,
    duplicates: sum((m) => m.dups),
    attempts: sum((m) => m.attempts),
  };
}

/** Latencies in ms from the ledger alone, under the names of the result line. */
export function latenciesFrom(ledger: ClientLedger): Readonly<Record<string, number>> {
  const { messages } = ledger;
  const endUs = ledger.header.end_us;
  const receipts = latenciesUs(messages, endUs);
  const acks = messages.filter((m) => m.sent_us !== null).map((m) => (m.ack_us ?? endUs) - m.intended_us);
  const lateness = messages.map((m) => Math.max(1, m.queued_us - m.intended_us));
  const at = (values: readonly number[], p: number): number => (percentile(values, p) ?? NaN) / 1000;
  return {
    p50_ms: at(receipts, 50),
    p90_ms: at(receipts, 90),
    p99_ms: at(receipts, 99),
    p999_ms: at(receipts, 99.9),
    max_ms: at(receipts, 100),
    ack_p50_ms: at(acks, 50),
    ack_p99_ms: at(acks, 99),
    ack_max_ms: at(acks, 100),
    lateness_p99_ms: at(lateness, 99),
    lateness_max_ms: at(lateness, 100),
  };
}

/** The contract's definition: the planned span is stretched by the lateness of the last message. */
export function rateRatioFrom(ledger: ClientLedger, planned: number): number {
  const last = ledger.messages.at(-1);
  if (last === undefined) return 0;
  const spanUs = (planned / ledger.header.rate) * 1e6;
  const lateUs = Math.max(0, last.queued_us - last.intended_us);
  return Math.min(1, ((ledger.messages.length / planned) * spanUs) / (spanUs + lateUs));
}
