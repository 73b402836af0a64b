import { Command } from 'commander';
import { knownEntries } from '../../config/known.js';
import { rulesFrom } from '../../config/plan.js';
import type { Config } from '../../config/load.js';
import { dayOf } from '../../domain/day.js';
import type { KnownList } from '../../domain/known-verdict.js';
import { NO_LIMITS } from '../../domain/guarantees/guarantee.js';
import { rejudge, type Evidence, type Rejudged } from '../../domain/rejudge.js';
import type { Headline } from '../../domain/status.js';
import type { RunData } from '../../domain/report-data.js';
import { judgeStoredRun } from '../../host/data/judged-guarantees.js';
import { drivers } from '../../host/drivers/index.js';
import { runDir } from '../../host/layout/paths.js';
import { readLedgers } from '../../host/data/stored-ledgers.js';
import { reportsBefore, storedReport } from '../../host/data/stored-runs.js';
import { sightingsIn } from '../../report/known-check.js';
import { rejudgedText } from '../../report/rejudged.js';
import { ledgerOf } from '../../report/sources.js';
import { configOption, jsonOption, readConfig } from '../options.js';

/** The list of today, with what the rounds before a run saw of it. */
function knownListFor(data: RunData, { known, dataRoot }: Config): KnownList | null {
  if (known === undefined) return null;
  const entries = knownEntries(known);
  const { finishedAt, plan } = data;
  return {
    entries,
    day: dayOf(new Date(finishedAt), plan.timeZone),
    earlier: sightingsIn(reportsBefore(dataRoot, data), entries),
  };
}

type Row = Rejudged & {
  readonly runId: string;
  readonly was: Headline;
  readonly now: Headline;
  readonly problems: readonly string[];
};

async function judgedAgain(config: Config, runId: string): Promise<Row> {
  const data = storedReport(config.dataRoot, runId);
  const names = data.plan.scenarios.map(({ name }) => name);
  const dir = runDir(config.dataRoot, runId);
  const stored = readLedgers(dir, names, data.plan.sdks);
  const limits = drivers.find(({ name }) => name === data.plan.driver)?.limits;
  const { find: guarantees, notes } = await judgeStoredRun(
    dir,
    data,
    limits?.({ nodes: data.plan.nodeCount }) ?? NO_LIMITS,
  );
  const ledger: Evidence['ledger'] = (scenario, phase, sdk) => ledgerOf(stored, scenario, phase, sdk);
  const judged = rejudge(data, { ledger, guarantees }, rulesFrom(config), knownListFor(data, config));
  return { runId, was: data.headline, now: judged.data.headline, problems: [...stored.problems, ...notes], ...judged };
}

/** Reads the ledgers of stored runs again and judges them by the config's rules of today. The stored reports stay as they are. */
export const rejudgeCommand = new Command('rejudge')
  .description(
    'judge stored runs again from their ledgers, by today’s rules; prints differences, changes nothing; exit status 1 if anything differs or a ledger cannot be read',
  )
  .argument('<run_id...>')
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (runIds: readonly string[], options: { readonly config: string; readonly json: boolean }) => {
    const config = readConfig(options.config);
    const rows: Row[] = [];
    for (const runId of runIds) rows.push(await judgedAgain(config, runId));
    const json = rows.map(({ data: _, ...row }) => row);
    process.stdout.write(options.json ? `${JSON.stringify(json, null, 2)}\n` : rows.map(rejudgedText).join('\n'));
    const isSame = rows.every(({ differences, problems }) => differences.length === 0 && problems.length === 0);
    process.exitCode = isSame ? 0 : 1;
  });
