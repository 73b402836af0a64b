import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Command } from 'commander';
import { entriesText, withEntries } from '../../config/add-known.js';
import { knownEntries } from '../../config/known.js';
import type { Config } from '../../config/load.js';
import { dayOf } from '../../domain/day.js';
import { ChaosError } from '../../domain/errors.js';
import { findingsOf } from '../../domain/findings.js';
import { entriesFrom, type WrittenEntry } from '../../domain/known-from.js';
import { sortFinding } from '../../domain/known.js';
import type { RunData } from '../../domain/report-data.js';
import { storedReport, storedRuns } from '../../host/data/stored-runs.js';
import { checkedText, checkKnown } from '../../report/known-check.js';
import { configOption, jsonOption, readConfig } from '../options.js';

const entriesOf = ({ known }: Config) => knownEntries(known ?? []);

const checkCommand = new Command('check')
  .description(
    'play all stored runs against the list: which entry covered what, how often and when last, and what none covers',
  )
  .addOption(configOption())
  .addOption(jsonOption())
  .action((options: { readonly config: string; readonly json: boolean }) => {
    const config = readConfig(options.config);
    const runs = storedRuns(config.dataRoot).flatMap(({ data }) =>
      data === null || data.plan.cluster !== config.cluster.name ? [] : [data],
    );
    const day = ({ finishedAt, plan }: RunData): string => dayOf(new Date(finishedAt), plan.timeZone);
    const checked = checkKnown(runs, entriesOf(config), day);
    process.stdout.write(`${options.json ? JSON.stringify(checked, null, 2) : checkedText(checked)}\n`);
  });

/** The build of the broker, as far as the run knows it. */
function buildOf({ versions }: RunData): string | undefined {
  const [name, version] =
    Object.entries(versions).find(([key]) => /^(broker|nats|robustmq)/.test(key) && key !== 'robustmq-chaos-test') ??
    [];
  return name === undefined ? undefined : `${name} ${(version ?? '').slice(0, 40)}`;
}

/** What of a scenario is new, by the list of today. */
function newIn(data: RunData, name: string, config: Config) {
  const places = [...data.scenarios.map(({ scenario }) => scenario.name), 'control'];
  if (!places.includes(name)) {
    throw new ChaosError(
      'CONFIG_INVALID',
      `scenario: expected one of ${places.join(', ')} of run ${data.runId}, got ${name}`,
    );
  }
  const entries = entriesOf(config);
  const own = findingsOf(data).filter(({ scenario, where }) =>
    name === 'control' ? where === 'control' : scenario === name,
  );
  const seen = own.filter(({ blame, symptoms }) => blame !== 'equipment' && symptoms.length > 0);
  const isNew = seen.filter((finding) => sortFinding(finding, entries).ids.length === 0);
  if (isNew.length > 0) return isNew;
  const why = seen.length > 0 ? 'everything in it is known' : 'nothing of the broker failed in it';
  throw new ChaosError(
    'CONFIG_INVALID',
    `scenario: expected one with a new failure or warning in run ${data.runId}, got ${name}: ${why}`,
  );
}

/** Writes the config anew, whole or not at all: what cannot be read as a config does not take its place. */
function writeConfig(path: string, entries: readonly WrittenEntry[]): void {
  const text = withEntries(readFileSync(path, 'utf8'), entries);
  if (text === undefined) {
    throw new ChaosError(
      'CONFIG_INVALID',
      `${path}: expected known as a list with one entry under another, got another way of writing it; add this yourself:\n${entriesText(entries)}`,
    );
  }
  const next = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    writeFileSync(next, text, { mode: statSync(path).mode });
    readConfig(next);
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    if (!(error instanceof ChaosError))
      throw new ChaosError(
        'CONFIG_INVALID',
        `${path}: could not be written: ${(error as Error).message}; add this yourself:\n${entriesText(entries)}`,
      );
    throw new ChaosError(error.code, error.message.replaceAll(next, `${path}, with what was to be added`));
  }
}

interface AddOptions {
  readonly config: string;
  readonly from: string;
  readonly id: string;
  readonly why: string;
  readonly dryRun: boolean;
}

const addCommand = new Command('add')
  .description(
    'write entries for what is new in a scenario of a run, as narrow as can be: its clients, its checks, and the worst figures as bounds',
  )
  .argument('<scenario>', 'its name, or control for the control run')
  .requiredOption('--from <run_id>', 'the run that it failed in')
  .requiredOption('--id <id>', 'shown everywhere, e.g. RMQ-8')
  .requiredOption('--why <text>', 'what is known of it')
  .addOption(configOption())
  .option('--dry-run', 'only print the entries', false)
  .action((scenario: string, { from, id, why, dryRun, config: file }: AddOptions) => {
    const config = readConfig(file);
    const data = storedReport(config.dataRoot, from);
    const entries = entriesFrom(newIn(data, scenario, config), { id, why, since: buildOf(data) });
    // Of a link, what it leads to is written.
    if (!dryRun) writeConfig(realpathSync(config.path), entries);
    process.stdout.write(`${dryRun ? '' : `added to ${config.path}:\n\n`}${entriesText(entries)}`);
  });

/** The list of known failures: what it covers, and how to add to it. */
export const knownCommand = new Command('known')
  .description('the list of known failures')
  .addCommand(checkCommand)
  .addCommand(addCommand);
