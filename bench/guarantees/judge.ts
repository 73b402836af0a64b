/** Judges a history of a million events, and prints what it took as JSON: row 17 runs it. */
import { NO_LIMITS, type GuaranteeName } from '../../src/domain/guarantees/guarantee.js';
import { guarantees } from '../../src/domain/guarantees/index.js';
import { longHistory, PLANTED } from './long-history.js';

export interface Judged {
  readonly events: number;
  readonly checkers: {
    readonly name: GuaranteeName;
    readonly ms: number;
    readonly planted: number;
    readonly found: number;
  }[];
  /** Resident: before there is a history, what the history takes, and the most of the process. */
  readonly emptyMb: number;
  readonly historyMb: number;
  readonly peakMb: number;
}

const MB = 2 ** 20;
const emptyMb = process.memoryUsage.rss() / MB;
const history = longHistory(1_000_000);
const historyMb = process.memoryUsage.rss() / MB - emptyMb;
const circumstances = { fault: null, broker: { ...NO_LIMITS, queuedMessages: 1000 } };
const checkers = guarantees.map(({ name, judge }) => {
  const from = performance.now();
  const found = judge(history, circumstances).violations.length;
  return { name, ms: performance.now() - from, planted: PLANTED[name] ?? 0, found };
});
const rows = [history.connections, history.subscriptions, history.sends, history.acks, history.receipts];
const events = rows.reduce((sum, { length }) => sum + length, 0);
const judged: Judged = { events, checkers, emptyMb, historyMb, peakMb: process.resourceUsage().maxRSS / 1024 };
console.log(JSON.stringify(judged));
