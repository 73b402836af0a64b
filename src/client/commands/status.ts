import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import type { Config } from '../../config/load.js';
import type { Breaker } from '../../domain/breaker.js';
import { isOpenExecution } from '../../domain/execution.js';
import { scenarioWorkflowId } from '../../domain/ids.js';
import { driverNamed } from '../../host/drivers/index.js';
import { keeperOf } from '../../host/keeper/control.js';
import { readLease } from '../../host/tickets/lease.js';
import { clusterDir } from '../../host/layout/paths.js';
import { openTickets } from '../../host/tickets/store.js';
import { localTime } from '../../report/format.js';
import {
  runProgressQuery,
  scenarioProgressQuery,
  type RunProgress,
  type ScenarioProgress,
} from '../../messages/progress.js';
import type { Holder } from '../../messages/cluster-record.js';
import { clusterStatus, lastResetText } from '../cluster-status.js';
import { connectClient, findPlace, workflowUrl } from '../../temporal/connection.js';
import { configOption, jsonOption, readConfig } from '../options.js';
import { findSchedule, pauseNote } from '../schedule.js';
import { verdictLines, verdictsNow, type Verdicts } from '../verdicts.js';

interface Status {
  readonly cluster: string;
  readonly brokers: string;
  readonly lease: string | null;
  readonly keeper: number | null;
  readonly openFaults: readonly string[];
  readonly temporal: string | null;
  readonly holder: Holder | null;
  readonly breaker: Breaker | null;
  /** In words; null where there is none. */
  readonly schedule: string | null;
  readonly run: RunProgress | null;
  readonly scenario: ScenarioProgress | null;
  readonly url: string | null;
  readonly verdicts: Verdicts;
}

type TemporalPart = Pick<
  Status,
  'temporal' | 'holder' | 'breaker' | 'schedule' | 'run' | 'scenario' | 'url' | 'verdicts'
>;

const NOTHING: Omit<TemporalPart, 'verdicts'> = {
  temporal: null,
  holder: null,
  breaker: null,
  schedule: null,
  run: null,
  scenario: null,
  url: null,
};

async function scheduleText(client: Client, cluster: string, zone: string): Promise<string | null> {
  const schedule = await findSchedule(client, cluster).catch(() => undefined);
  if (schedule === undefined) return null;
  if (schedule.state.paused) return `paused — ${pauseNote(schedule)}`;
  const [next] = schedule.info.nextActionTimes;
  return next === undefined ? 'on' : `on, next ${localTime(next.toISOString(), zone)}`;
}

/** What Temporal knows; nothing is started for it, and a server or worker that does not answer is no error. */
async function fromTemporal(config: Config): Promise<TemporalPart> {
  const {
    dataRoot,
    cluster: { name },
    time_zone,
  } = config;
  const place = findPlace(dataRoot);
  const client = place && (await connectClient(place).catch(() => undefined));
  if (place === undefined || client === undefined)
    return { ...NOTHING, verdicts: await verdictsNow(config, undefined) };
  const [found, schedule, verdicts] = await Promise.all([
    clusterStatus(client, name).catch(() => undefined),
    scheduleText(client, name, time_zone),
    verdictsNow(config, client),
  ]);
  const { holder = null, breaker = null } = found ?? {};
  // A run that waits for a human has given the cluster back, and is what a person should see.
  const shown = holder?.workflowId ?? (breaker?.state.kind === 'open' ? breaker.state.pausedRun.workflowId : undefined);
  if (shown === undefined) return { ...NOTHING, temporal: place.address, breaker, schedule, verdicts };
  // One that was terminated would still answer, with what it was doing then.
  const run = (await isOpen(client, shown))
    ? await client.workflow
        .getHandle(shown)
        .query(runProgressQuery)
        .catch(() => null)
    : null;
  const child = run?.current ? client.workflow.getHandle(scenarioWorkflowId(shown, run.current)) : null;
  const scenario = child && (await child.query(scenarioProgressQuery).catch(() => null));
  return {
    temporal: place.address,
    holder,
    breaker,
    schedule,
    verdicts,
    run,
    scenario,
    url: workflowUrl(place, shown),
  };
}

async function isOpen(client: Client, workflowId: string): Promise<boolean> {
  const found = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch(() => undefined);
  return found !== undefined && isOpenExecution(found.status.name);
}

function breakerLines({ breaker, run }: Status): string[] {
  if (breaker === null) return [];
  const { state, consecutiveFailures } = breaker;
  if (state.kind === 'closed')
    return [`breaker   closed, ${consecutiveFailures} failed in a row${lastResetText(breaker)}`];
  return [
    `breaker   OPEN since ${state.since}, by ${state.byRuns.join(', ')}`,
    `          ${state.pausedRun.workflowId} ${run?.phase === 'paused' ? 'waits for a human' : 'is no longer there'}; to resume:`,
    `          ${run?.pause?.howToResume.command ?? 'robustmq-chaos resume --by NAME --reason TEXT'}`,
  ];
}

function asText(status: Status): string {
  const { run, scenario, holder } = status;
  const lines = [
    `cluster   ${status.cluster}: brokers ${status.brokers}${status.lease === null ? '' : `, run ${status.lease}`}${status.keeper === null ? '' : `, keeper ${status.keeper}`}`,
    `faults    ${status.openFaults.join('; ') || 'none open'}`,
    `Temporal  ${status.temporal ?? 'not running (start it with: robustmq-chaos dev)'}`,
    ...breakerLines(status),
    ...(status.temporal === null
      ? []
      : [`schedule  ${status.schedule ?? 'none (make it with: robustmq-chaos schedule apply)'}`]),
    ...verdictLines(status.verdicts),
    `run       ${holder === null && run === null ? 'none' : `${holder?.workflowId ?? run?.runId ?? ''}, ${run?.phase ?? 'no worker answers'}`}`,
    ...(run?.scenarios ?? []).map(({ name, status: state }) => `          ${name}: ${state}`),
    ...(scenario ? [`step      ${scenario.step} since ${scenario.since}: ${scenario.detail}`] : []),
    ...(status.url === null ? [] : [`Web UI    ${status.url}`]),
  ];
  return `${lines.join('\n')}\n`;
}

export const statusCommand = new Command('status')
  .description('show what is running: cluster, faults, run, step')
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (options: { readonly config: string; readonly json: boolean }) => {
    const config = readConfig(options.config);
    const { name, driver } = config.cluster;
    const dir = clusterDir(config.dataRoot, name);
    const status: Status = {
      cluster: name,
      brokers: await driverNamed(driver).status(dir),
      lease: readLease(dir)?.runId ?? null,
      keeper: keeperOf(dir)?.pid ?? null,
      openFaults: openTickets(dir).map(
        (t) => `${t.faultId} (${t.kind} of ${t.targets.join(', ')}, ${t.state}, run ${t.runId})`,
      ),
      ...(await fromTemporal(config)),
    };
    process.stdout.write(options.json ? `${JSON.stringify(status, null, 2)}\n` : asText(status));
  });
