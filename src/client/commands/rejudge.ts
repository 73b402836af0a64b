import { Command } from 'commander';
import { knownEntries } from '../../config/known.js';
import { rulesFrom } from '../../config/plan.js';
import type { Config } from '../../config/load.js';
import { dayOf } from '../../domain/day.js';
import type { KnownList } from '../../domain/known-verdict.js';
import { rejudge, type FindLedger } from '../../domain/rejudge.js';
import type { RunData } from '../../domain/report-data.js';
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

/** Reads the ledgers of stored runs again and judges them by the config's rules of today. The stored reports stay as they are. */
export const rejudgeCommand = new Command('rejudge')
  .description(
    'judge stored runs again from their ledgers, by today’s rules; prints differences, changes nothing; exit status 1 if anything differs or a ledger cannot be read',
  )
  .argument('<run_id...>')
  .addOption(configOption())
  .addOption(jsonOption())
  .action((runIds: readonly string[], options: { readonly config: string; readonly json: boolean }) => {
    const config = readConfig(options.config);
    const rows = runIds.map((runId) => {
      const data = storedReport(config.dataRoot, runId);
      const names = data.plan.scenarios.map(({ name }) => name);
      const stored = readLedgers(runDir(config.dataRoot, runId), names, data.plan.sdks);
      const find: FindLedger = (scenario, phase, sdk) => ledgerOf(stored, scenario, phase, sdk);
      const judged = rejudge(data, find, rulesFrom(config), knownListFor(data, config));
      return { runId, was: data.headline, now: judged.data.headline, problems: stored.problems, ...judged };
    });
    const json = rows.map(({ data: _, ...row }) => row);
    process.stdout.write(options.json ? `${JSON.stringify(json, null, 2)}\n` : rows.map(rejudgedText).join('\n'));
    const isSame = rows.every(({ differences, problems }) => differences.length === 0 && problems.length === 0);
    process.exitCode = isSame ? 0 : 1;
  });
