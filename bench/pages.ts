// `npm run bench:pages`: how long the pages take and how big they are, at their largest. Limits are of processor time: on an idle machine that is
// what a person waits, and another load does not change it. Exit status 1 past a limit.
import { historyFiles } from '../src/report/history-files.js';
import { runFiles } from '../src/report/run-files.js';
import { syntheticHistory } from '../testing/reports/synthetic-history.js';
import { syntheticRun } from '../testing/reports/synthetic.js';

const RUNS_OF_A_YEAR = 2190;
const MB = 1_000_000;

interface Case {
  readonly name: string;
  readonly make: () => ReadonlyMap<string, string>;
  readonly page: string;
  readonly limitSeconds: number;
  readonly limitMb: number | null;
}

/** Made before the clock starts: ledgers are read from disk in a real run, and that is not what is measured here. */
const run = syntheticRun({ messages: 10_000, sdks: ['python', 'go', 'rust', 'java'], lostEvery: 500 });
const year = syntheticHistory(RUNS_OF_A_YEAR);

const CASES: readonly Case[] = [
  {
    name: '10,000 messages × 4 SDKs × 3 scenarios, fault period and validation each',
    make: () => runFiles(run),
    page: 'report.html',
    limitSeconds: 3,
    limitMb: 5,
  },
  {
    name: `history of ${RUNS_OF_A_YEAR} runs`,
    make: () => historyFiles(year, { runsAt: 'runs/' }),
    page: 'index.html',
    limitSeconds: 5,
    limitMb: null,
  },
];

for (const { name, make, page, limitSeconds, limitMb } of CASES) {
  const started = performance.now();
  const cpu = process.cpuUsage();
  const size = (make().get(page) ?? '').length / MB;
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(cpu);
  const cpuSeconds = (used.user + used.system) / 1e6;
  const good = size > 0 && cpuSeconds < limitSeconds && (limitMb === null || size < limitMb);
  const limits = `limit ${limitSeconds} s${limitMb === null ? '' : `, ${limitMb} MB`}`;
  console.log(
    `${good ? 'ok' : 'TOO MUCH'}  ${name}: ${cpuSeconds.toFixed(2)} s of processor (${seconds.toFixed(2)} s waited), ${page} ${size.toFixed(2)} MB; ${limits}`,
  );
  if (!good) process.exitCode = 1;
}
