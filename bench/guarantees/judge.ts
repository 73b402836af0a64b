/** Judges a history of a million events, and prints what it took as JSON: row 17 runs it. */
import { NO_LIMITS, type GuaranteeName } from '../../src/domain/guarantees/guarantee.js';
import { guarantees } from '../../src/domain/guarantees/index.js';
import { longHistory, PLANTED } from './long-history.js';

export interface Judged {
  readonly events: number;
  readonly checkers: {
    readonly name: GuaranteeName;
    /** Of a processor, with the garbage collector's threads. */
    readonly cpuMs: number;
    readonly planted: number;
    readonly found: number;
  }[];
  /** Resident: with the history alone, and without the room that making it left free in the heap; and the most of the process. */
  readonly historyMb: number;
  readonly peakMb: number;
}

const MB = 2 ** 20;
const history = longHistory(1_000_000);
globalThis.gc?.();
const { rss, heapTotal, heapUsed } = process.memoryUsage();
const historyMb = (rss - (heapTotal - heapUsed)) / MB;
const circumstances = { fault: null, broker: { ...NO_LIMITS, queuedMessages: 1000 } };
const checkers = guarantees.map(({ name, judge }) => {
  const from = process.cpuUsage();
  const found = judge(history, circumstances).violations.length;
  const { user, system } = process.cpuUsage(from);
  return { name, cpuMs: (user + system) / 1000, planted: PLANTED[name] ?? 0, found };
});
const rows = [history.connections, history.subscriptions, history.sends, history.acks, history.receipts];
const events = rows.reduce((sum, { length }) => sum + length, 0);
const judged: Judged = { events, checkers, historyMb, peakMb: process.resourceUsage().maxRSS / 1024 };
console.log(JSON.stringify(judged));
