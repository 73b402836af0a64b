import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import type { Config } from '../../config/load.js';
import type { Breaker } from '../../domain/breaker.js';
import { buildsText, whyNobodyAnswers, type BuildInUse } from '../../domain/builds.js';
import { clusterWorkflowId, scenarioWorkflowId } from '../../domain/ids.js';
import { localTime } from '../../report/format.js';
import {
  runProgressQuery,
  scenarioProgressQuery,
  type RunProgress,
  type ScenarioProgress,
} from '../../messages/progress.js';
import type { Holder } from '../../messages/cluster-record.js';
import { isOpen, lastResetText, pausedRunOf } from '../cluster-status.js';
import { hostStatus, type HostStatus } from '../host-status.js';
import { buildsNow } from '../../temporal/builds.js';
import { connectClient, findPlace, workflowUrl, type TemporalPlace } from '../../temporal/connection.js';
import { configOption, jsonOption, readConfig } from '../options.js';
import { pauseNote } from '../schedule.js';
import { whyNotGoingOn, whyStuck } from '../stuck.js';
import { askNow, verdictLines, verdictsOf, type Asked, type Verdicts } from '../verdicts.js';

interface Status extends HostStatus {
  readonly cluster: string;
  readonly temporal: string | null;
  /** Of this program, as the server knows them; empty where it does not answer. */
  readonly builds: readonly BuildInUse[];
  readonly holder: Holder | null;
  /** The run that waits for the cluster; null where none does. */
  readonly waiting: Holder | null;
  readonly breaker: Breaker | null;
  /** In words; null where there is none. */
  readonly schedule: string | null;
  readonly run: RunProgress | null;
  readonly scenario: ScenarioProgress | null;
  readonly url: string | null;
  readonly verdicts: Verdicts;
  /** Workflows that do not go on, and why. */
  readonly stuck: readonly string[];
}

type TemporalPart = Omit<Status, 'cluster' | keyof HostStatus>;

const NOTHING: Omit<TemporalPart, 'verdicts'> = {
  temporal: null,
  builds: [],
  holder: null,
  waiting: null,
  breaker: null,
  schedule: null,
  run: null,
  scenario: null,
  url: null,
  stuck: [],
};

function scheduleText({ schedule }: Asked, zone: string): string | null {
  if (schedule === undefined || schedule === null) return null;
  if (schedule.state.paused) return `paused — ${pauseNote(schedule)}`;
  const [next] = schedule.info.nextActionTimes;
  return next === undefined ? 'on' : `on, next ${localTime(next.toISOString(), zone)}`;
}

/** Who is remembered for asking, and has not given up. */
function waitingOf({ status }: Asked): Holder | null {
  const { waiting = null, holder = null } = status ?? {};
  return waiting !== null && holder !== null && Date.parse(waiting.until) > Date.now() ? waiting.by : null;
}

/** What Temporal knows; nothing is started for it, and a server or worker that does not answer is no error. */
async function fromTemporal(config: Config): Promise<TemporalPart> {
  const place = findPlace(config.dataRoot);
  const client = place && (await connectClient(place).catch(() => undefined));
  if (place === undefined || client === undefined)
    return { ...NOTHING, verdicts: verdictsOf(await askNow(config, undefined), Date.now()) };
  return knownTo(client, place, config);
}

export async function knownTo(client: Client, place: TemporalPlace, config: Config): Promise<TemporalPart> {
  const { name } = config.cluster;
  const builds = await buildsNow(client).catch(() => []);
  const stuckRecord = (await whyStuck(client, clusterWorkflowId(name))) ?? whyNobodyAnswers(builds);
  const asked = await askNow(config, client, stuckRecord === undefined);
  const { holder = null, breaker = null } = asked.status ?? {};
  // A run that waits for a human has given the cluster back, and is what a person should see.
  const paused = breaker?.state.kind === 'open' ? breaker.state.pausedRun.workflowId : pausedRunOf(client, name);
  const shown = holder?.workflowId ?? (await paused);
  const schedule = scheduleText(asked, config.time_zone);
  const verdicts = verdictsOf(asked, Date.now());
  const waiting = waitingOf(asked);
  const common = { ...NOTHING, temporal: place.address, builds, holder, waiting, breaker, schedule, verdicts };
  if (shown === undefined) return { ...common, stuck: stuckRecord === undefined ? [] : [stuckRecord] };
  return { ...common, ...(await runPart(client, shown)), url: workflowUrl(place, shown) };
}

/** What a run says of itself, and why it does not where it cannot. One that was terminated would still answer, with what it was doing then. */
async function runPart(client: Client, workflowId: string): Promise<Pick<Status, 'run' | 'scenario' | 'stuck'>> {
  const stuck = await whyNotGoingOn(client, workflowId);
  if (stuck !== undefined) return { run: null, scenario: null, stuck: [stuck] };
  const run = (await isOpen(client, workflowId))
    ? await client.workflow
        .getHandle(workflowId)
        .query(runProgressQuery)
        .catch(() => null)
    : null;
  if (!run?.current) return { run, scenario: null, stuck: [] };
  const child = scenarioWorkflowId(workflowId, run.current);
  const stuckChild = await whyNotGoingOn(client, child);
  if (stuckChild !== undefined) return { run, scenario: null, stuck: [stuckChild] };
  const scenario = await client.workflow
    .getHandle(child)
    .query(scenarioProgressQuery)
    .catch(() => null);
  return { run, scenario, stuck: [] };
}

/** What is known of the breaker was answered by a worker: a run that answers nothing is gone. */
function pausedRunText(run: RunProgress | null, stuck: readonly string[]): string {
  if (stuck.length > 0) return 'does not go on';
  return run === null ? 'is no longer there' : 'waits for a human';
}

function breakerLines({ breaker, run, stuck }: Status): string[] {
  if (breaker === null) return [];
  const { state, consecutiveFailures } = breaker;
  const command = run?.pause?.howToResume.command ?? 'robustmq-chaos resume --by NAME --reason TEXT';
  if (state.kind === 'closed') {
    const closed = `breaker   closed, ${consecutiveFailures} failed in a row${lastResetText(breaker)}`;
    if (run?.phase !== 'paused') return [closed];
    return [
      closed,
      `          ${run.runId ?? 'a run'} is paused, but its cluster’s record was ended; to resume:`,
      `          ${command}`,
    ];
  }
  return [
    `breaker   OPEN since ${state.since}, by ${state.byRuns.join(', ')}`,
    `          ${state.pausedRun.workflowId} ${pausedRunText(run, stuck)}; to resume:`,
    `          ${command}`,
  ];
}

function asText(status: Status): string {
  const { run, scenario, holder } = status;
  const lines = [
    `cluster   ${status.cluster}: brokers ${status.brokers}${status.lease === null ? '' : `, run ${status.lease}`}${status.keeper === null ? '' : `, keeper ${status.keeper}`}`,
    `faults    ${status.openFaults.join('; ') || 'none open'}`,
    ...status.leftAlone.map((why) => `left      alone: ${why}`),
    `Temporal  ${status.temporal ?? 'not running (start it with: robustmq-chaos dev)'}`,
    ...(buildsText(status.builds) === null ? [] : [`builds    ${buildsText(status.builds)}`]),
    ...breakerLines(status),
    ...(status.temporal === null
      ? []
      : [`schedule  ${status.schedule ?? 'none (make it with: robustmq-chaos schedule apply)'}`]),
    ...verdictLines(status.verdicts),
    `run       ${holder === null && run === null ? (status.stuck.length > 0 ? 'does not go on' : 'none') : `${holder?.workflowId ?? run?.runId ?? ''}, ${run?.phase ?? 'no worker answers'}`}`,
    ...(status.waiting === null ? [] : [`waiting   ${status.waiting.workflowId} goes next`]),
    ...(run?.scenarios ?? []).map(({ name, status: state }) => `          ${name}: ${state}`),
    ...(scenario ? [`step      ${scenario.step} since ${scenario.since}: ${scenario.detail}`] : []),
    ...status.stuck.map((why) => `stuck     ${why}`),
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
    const host = await hostStatus(config);
    const status: Status = { cluster: config.cluster.name, ...host, ...(await fromTemporal(config)) };
    process.stdout.write(options.json ? `${JSON.stringify(status, null, 2)}\n` : asText(status));
  });
