import { monitorEventLoopDelay } from 'node:perf_hooks';
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runPaths } from '../../src/host/layout/paths.js';
import { phasePaths } from '../../src/host/layout/phase-paths.js';
import { writeJson } from '../../src/host/os/files.js';
import { inThread } from '../../src/threads/index.js';
import { plan as anyPlan } from '../../testing/reports/values.js';
import { writeLedger } from '../../testing/reports/stored.js';
import { syntheticRun } from '../../testing/reports/synthetic.js';
import { table, type Row } from '../row.js';

const MESSAGES = 100_000;
const SDKS = ['python', 'go', 'rust', 'java'];
const LIMIT_S = 60;
const BLOCKED_LIMIT_MS = 100;

/** The folder of a run with a control run and two scenarios, in which every client left a ledger of so many messages. */
function storeRun(runDir: string): Parameters<typeof inThread<'writeReport'>>[1] {
  const { data, ledgers } = syntheticRun({ messages: MESSAGES, sdks: ['python'], lostEvery: 10_000 });
  const scenarios = data.scenarios.slice(0, 2).map((result) => ({ ...result, snapshots: [] }));
  const names = scenarios.map(({ scenario }) => scenario.name);
  for (const ledger of ledgers.filter(({ scenario }) => scenario === null || names.includes(scenario))) {
    writeLedger(runDir, ledger);
    const fileOf = (sdk: string): string =>
      phasePaths(runPaths(runDir).phase(ledger.scenario, ledger.phase)).client(sdk).packedLedger;
    for (const sdk of SDKS.slice(1)) {
      mkdirSync(dirname(fileOf(sdk)), { recursive: true });
      cpSync(fileOf('python'), fileOf(sdk));
    }
  }
  for (const result of scenarios) writeJson(runPaths(runDir).scenario(result.scenario.name), result);
  const plan = { ...anyPlan, ...data.plan, runDir, sdks: SDKS, scenarios: scenarios.map(({ scenario }) => scenario) };
  const request = {
    ...{ run: { runId: plan.runId, runDir }, workflowId: 'bench', startedAt: data.startedAt, cancelled: false },
    ...{ endpoint: data.endpoint, dataDirs: [], control: [], controlVerdicts: [], runFailures: [] },
    ...{ endSnapshot: null, notes: [], verdicts: [] },
  };
  return { plan, request, versions: {} };
}

/** What the whole process, its threads included, has held at most so far. */
const peakMb = (): number => process.resourceUsage().maxRSS / 1024;

/** Whether a long run gets its report, and the worker heartbeats meanwhile. */
export const longReport: Row = {
  id: 13,
  figure: `the report of ${MESSAGES.toLocaleString('en')} messages × 4 SDKs × 5 phases`,
  target: `< ${LIMIT_S} s, the worker's loop never blocked for more than ${BLOCKED_LIMIT_MS} ms`,
  run: async (context) => {
    const task = storeRun(join(context.folder, 'run'));
    const before = peakMb();
    context.say('the run is stored; its report is made');
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const from = performance.now();
    const written = await inThread('writeReport', task);
    const seconds = (performance.now() - from) / 1000;
    delay.disable();
    const blockedMs = delay.max / 1e6;
    const figures = [seconds.toFixed(1), blockedMs.toFixed(0), before.toFixed(0), peakMb().toFixed(0)];
    return {
      reached: seconds < LIMIT_S && blockedMs <= BLOCKED_LIMIT_MS,
      value: `${figures[0]} s, blocked for at most ${figures[1]} ms`,
      detail: [
        `The report says ${written.headline}.`,
        table(['seconds', 'loop blocked at most, ms', 'memory before, MB', 'memory at most, MB'], [figures]),
      ],
      data: { seconds, blockedMs, memoryBeforeMb: before, memoryPeakMb: peakMb() },
    };
  },
};
