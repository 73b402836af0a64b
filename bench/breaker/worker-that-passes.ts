// Test equipment: a worker as the program's own, but that a run whose scenario is called `passes` is reported as passed, though its cluster, a rehearsal,
// never started; and that says in a file of the folder `at-work` which cluster it is counting or pausing for. Arguments: the config, that folder.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Activities } from '../../src/activities/index.js';
import type { RunPlan } from '../../src/domain/plan.js';
import type { ReportFile } from '../../src/domain/report-data.js';
import type { ReportWritten } from '../../src/messages/requests.js';
import { serve } from '../../testing/rounds/serve.mjs';

const [config = '', atWork = ''] = process.argv.slice(2);

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

function reportedAsPassed(written: ReportWritten): ReportWritten {
  const path = written.jsonPath ?? '';
  const report = readJson<ReportFile>(path);
  writeFileSync(path, JSON.stringify({ ...report, headline: 'PASS', run_passed: true, pass_rate: 100 }));
  return { ...written, headline: 'PASS', runPassed: true, passRatePercent: 100 };
}

let calls = 0;
async function marked<T>(cluster: string, work: () => Promise<T>): Promise<T> {
  const mark = join(atWork, `${cluster}.${process.pid}.${(calls += 1)}`);
  writeFileSync(mark, '');
  try {
    return await work();
  } finally {
    rmSync(mark, { force: true });
  }
}

const alter = ({ writeReport, recordOutcome, pauseSchedule, ...others }: Activities): Activities => ({
  ...others,
  writeReport: async (request) => {
    const written = await writeReport(request);
    const { scenarios } = readJson<RunPlan>(join(request.run.runDir, 'plan.json'));
    return scenarios[0]?.name === 'passes' ? reportedAsPassed(written) : written;
  },
  recordOutcome: (request) => marked(request.cluster, () => recordOutcome(request)),
  pauseSchedule: (request) => marked(request.cluster, () => pauseSchedule(request)),
});

await serve(config, { alter });
