// Takes a run apart: `npm run recheck -- <folder of a run>` counts every message of its ledgers anew and compares that with what
// report.json and report.html say. It shares no code with the program. Exit status 0: they agree; 1: they do not, each difference a line.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A client's histogram keeps three significant digits. */
const HISTOGRAM_ERROR = 0.002;

const KEYS = ['sent', 'received', 'lost', 'p99_ms'] as const;
type Key = (typeof KEYS)[number];
type Figures = Readonly<Record<Key, number | null>>;
type Row = Figures & { readonly sdk: string };

interface Report {
  readonly scenarios: readonly { readonly name: string; readonly sdks: readonly Row[] }[];
  readonly details: {
    readonly plan: { readonly sdks: readonly string[] };
    readonly scenarios: readonly {
      readonly scenario: { readonly name: string };
      /** Absent in runs of 0.1.0. */
      readonly borders?: readonly { readonly period: string; readonly sinceUs: number | null }[];
    }[];
    readonly losses: readonly {
      readonly scenario: string | null;
      readonly phase: string;
      readonly period?: string;
      readonly sdk: string;
      readonly count: number;
    }[];
  };
}

interface Message {
  readonly seq: number;
  readonly intended_us: number;
  readonly sent_us: number | null;
  readonly ack_us: number | null;
  readonly recv_us: number | null;
}
type LedgerLine = Message | { readonly seq?: undefined; readonly end_us: number };

/** The first line of a ledger, and its messages. */
function readLedger(file: string): {
  readonly head: { readonly end_us: number };
  readonly messages: readonly Message[];
} {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as LedgerLine);
  const [head] = rows;
  if (head === undefined || !('end_us' in head)) throw new Error(`${file}: expected end_us in its first line`);
  return { head, messages: rows.flatMap((row) => (row.seq !== undefined ? [row] : [])) };
}

/** What a ledger says, by nothing but its lines. */
function countLedger(file: string): Figures {
  const { head, messages } = readLedger(file);
  const sent = messages.filter((m) => m.sent_us !== null);
  const received = messages.filter((m) => m.recv_us !== null).length;
  const lost = messages.filter((m) => m.ack_us !== null && m.recv_us === null).length;
  const late = sent.map((m) => ((m.recv_us ?? head.end_us) - m.intended_us) / 1000).sort((a, b) => a - b);
  const p99 = received === 0 ? null : (late[Math.ceil(late.length * 0.99) - 1] ?? null);
  return { sent: sent.length, received, lost, p99_ms: p99 };
}

function agrees(key: Key, said: number | null, counted: number | null): boolean {
  if (said === null || counted === null) return said === counted;
  return key === 'p99_ms'
    ? Math.abs(said - counted) <= Math.max(said, counted) * HISTOGRAM_ERROR + 0.002
    : said === counted;
}

/** The page's own text of a figure, found by the name of its cell. */
function cellOf(page: string, name: string): string | undefined {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`data-cell="${escaped}"[^>]*>([^<]*)<`).exec(page)?.[1];
}

/** The page rounds to one decimal and leaves `.0` away. */
const shown = (value: number | null): string => (value === null ? '–' : String(Number(value.toFixed(1))));

function checkRow(dir: string, page: string, scenario: string, row: Row): string[] {
  const file = join(dir, 'scenarios', scenario, 'validation', row.sdk, 'ledger.ndjson.gz');
  if (!existsSync(file)) return [`${scenario} ${row.sdk}: no ledger`];
  const counted = countLedger(file);
  return KEYS.flatMap((key) => {
    const cell = cellOf(page, `${scenario}/validation/${row.sdk}/${key === 'p99_ms' ? 'p99' : key}`);
    const at = `${scenario} ${row.sdk} ${key}`;
    return [
      ...(agrees(key, row[key], counted[key])
        ? []
        : [`${at}: report.json says ${String(row[key])}, the ledger ${String(counted[key])}`]),
      ...(cell === shown(row[key]) ? [] : [`${at}: report.html says ${String(cell)}, report.json ${String(row[key])}`]),
    ];
  });
}

/** Every loss of the fault periods is in the report, in the period in which it was acknowledged, and in no other. */
function checkPeriods(dir: string, { plan, scenarios, losses }: Report['details']): string[] {
  return scenarios.flatMap(({ scenario: { name }, borders }) =>
    plan.sdks.flatMap((sdk) => {
      const file = join(dir, 'scenarios', name, 'fault', sdk, 'ledger.ndjson.gz');
      if (borders === undefined || !existsSync(file)) return [];
      const counted = new Map<string, number>();
      for (const { ack_us, recv_us } of readLedger(file).messages) {
        if (ack_us === null || recv_us !== null) continue;
        let period = 'unknown';
        for (const border of borders) if (border.sinceUs === null || border.sinceUs <= ack_us) period = border.period;
        counted.set(period, (counted.get(period) ?? 0) + 1);
      }
      const said = new Map<string, number>();
      for (const loss of losses)
        if (loss.scenario === name && loss.phase === 'fault' && loss.sdk === sdk)
          said.set(loss.period ?? 'unknown', (said.get(loss.period ?? 'unknown') ?? 0) + loss.count);
      return [...new Set([...counted.keys(), ...said.keys()])].flatMap((period) => {
        const [report, ledger] = [said.get(period) ?? 0, counted.get(period) ?? 0];
        return report === ledger
          ? []
          : [`${name} ${sdk} lost, ${period}: report.json says ${report}, the ledger ${ledger}`];
      });
    }),
  );
}

const dir = process.argv[2];
if (dir === undefined || !existsSync(join(dir, 'report.json'))) {
  console.error('usage: npm run recheck -- <folder of a run with a report>');
  process.exit(64);
}
const report = JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8')) as Report;
const page = readFileSync(join(dir, 'report.html'), 'utf8');
const clients = report.scenarios.flatMap(({ name, sdks }) => sdks.map((row) => ({ name, row })));
const differences = [
  ...clients.flatMap(({ name, row }) => checkRow(dir, page, name, row)),
  ...checkPeriods(dir, report.details),
];
for (const difference of differences) console.log(difference);
console.log(`${clients.length} clients, ${differences.length} differences`);
process.exitCode = differences.length === 0 && clients.length > 0 ? 0 : 1;
