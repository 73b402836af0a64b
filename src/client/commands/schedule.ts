import { ScheduleOverlapPolicy, type Client, type ScheduleDescription, type ScheduleHandle } from '@temporalio/client';
import { Command } from 'commander';
import type { Config } from '../../config/load.js';
import { resumeCommandLine, type Breaker, type RecordedOutcome } from '../../domain/breaker.js';
import { ChaosError } from '../../domain/errors.js';
import { personNote } from '../../domain/schedule.js';
import { sleepMs } from '../../host/os/clock.js';
import { localTime } from '../../report/format.js';
import { clusterStatus, lastResetText } from '../cluster-status.js';
import { requireTemporal } from '../../temporal/connection.js';
import { EXIT_REFUSED } from '../exit.js';
import { byOption, configOption, jsonOption, readConfig } from '../options.js';
import { applySchedule, pauseNote, requireSchedule, termsInForce, termsOf, termsText } from '../schedule.js';

interface Options {
  readonly config: string;
}
interface OpenSchedule {
  readonly config: Config;
  readonly client: Client;
  readonly handle: ScheduleHandle;
  readonly schedule: ScheduleDescription;
}
interface PersonOptions extends Options {
  readonly by: string;
  readonly reason: string;
}

const RUNS_SHOWN = 10;
const TIMES_SHOWN = 5;
const TRIGGER_LIMIT_MS = 10_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** The config that an option names, and the schedule of its cluster as the server has it. */
async function openSchedule(file: string): Promise<OpenSchedule> {
  const config = readConfig(file);
  const { client } = await requireTemporal(config.dataRoot);
  return { config, client, ...(await requireSchedule(client, config.cluster.name)) };
}

/** What would only be refused or paused again is refused here, with the way on. */
function refuseIfOpen({ state }: Breaker, configPath: string): void {
  if (state.kind === 'closed') return;
  throw new ChaosError(
    'BREAKER_OPEN',
    `the breaker is open since ${state.since}: ${state.byRuns.length} rounds in a row failed, and ${state.pausedRun.workflowId} waits for a human. ` +
      `To resume: ${resumeCommandLine(configPath)}`,
  );
}

const apply = new Command('apply')
  .description('create the schedule, or update it from the config; a paused schedule stays paused')
  .addOption(configOption())
  .action(async (options: Options) => {
    const config = readConfig(options.config);
    const { client } = await requireTemporal(config.dataRoot);
    const applied = await applySchedule(client, config);
    const { schedule } = await requireSchedule(client, config.cluster.name);
    say(`schedule ${schedule.scheduleId}: ${applied.kind}, ${termsText(termsOf(config))}`);
    if (applied.kind === 'updated') for (const change of applied.changes) say(`  ${change}`);
    if (schedule.state.paused) say(`  paused: ${pauseNote(schedule)}`);
    for (const time of nextTimes(schedule, config)) say(`  next ${time}`);
  });

const nextTimes = ({ info }: ScheduleDescription, config: Config): string[] =>
  info.nextActionTimes.slice(0, TIMES_SHOWN).map((time) => localTime(time.toISOString(), config.time_zone));

const outcomeText = ({ finishedAt, runId, headline, effect, consecutiveFailures }: RecordedOutcome, zone: string) =>
  `  ${localTime(finishedAt, zone)}  ${headline.padEnd(9)} ${runId} (${effect}${effect === 'counted' ? `, ${consecutiveFailures} in a row` : ''})`;

const show = new Command('show')
  .description('show the next times, the last runs, skipped ticks, and who paused it and why')
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (options: Options & { readonly json: boolean }) => {
    const { config, client, schedule } = await openSchedule(options.config);
    const { breaker } = await clusterStatus(client, config.cluster.name);
    const { paused, note } = schedule.state;
    const { numActionsTaken, numActionsSkippedOverlap, numActionsMissedCatchupWindow } = schedule.info;
    const terms = termsInForce(schedule);
    const next = nextTimes(schedule, config);
    const found = {
      scheduleId: schedule.scheduleId,
      terms: terms ?? null,
      paused,
      note: note ?? null,
      nextTimes: next,
      ticks: { started: numActionsTaken, skipped: numActionsSkippedOverlap, missed: numActionsMissedCatchupWindow },
      breaker: { ...breaker, outcomes: breaker.outcomes.slice(-RUNS_SHOWN) },
    };
    if (options.json) return say(JSON.stringify(found, null, 2));
    const { state, consecutiveFailures, outcomes } = found.breaker;
    say(`schedule  ${found.scheduleId}: ${terms === undefined ? 'not made by this program' : termsText(terms)}`);
    say(`state     ${paused ? `paused — ${pauseNote(schedule)}` : 'on'}`);
    say(`next      ${paused ? 'nothing until it is resumed; it would be ' : ''}${next.join(', ')}`);
    say(
      `ticks     ${numActionsTaken} started a run, ${numActionsSkippedOverlap} skipped (a run was open), ` +
        `${numActionsMissedCatchupWindow} missed (the server was away)`,
    );
    say(`breaker   ${state.kind}, ${consecutiveFailures} failed in a row` + lastResetText(found.breaker));
    say(`last runs ${outcomes.length === 0 ? 'none' : ''}`);
    for (const outcome of outcomes) say(outcomeText(outcome, config.time_zone));
  });

const pause = new Command('pause')
  .description('pause the schedule: no tick starts a run until somebody resumes')
  .addOption(byOption('your name'))
  .requiredOption('--reason <text>', 'why')
  .addOption(configOption())
  .action(async ({ by, reason, config: file }: PersonOptions) => {
    const { handle, schedule } = await openSchedule(file);
    if (schedule.state.paused) return say(`already paused: ${pauseNote(schedule)}`);
    await handle.pause(personNote('paused', { by, reason }));
    say(`schedule ${schedule.scheduleId} is paused; an open run continues`);
  });

const resume = new Command('resume')
  .description('end a pause that a person made; the breaker’s own pause ends with: robustmq-chaos resume')
  .addOption(byOption('your name'))
  .requiredOption('--reason <text>', 'why')
  .addOption(configOption())
  .action(async ({ by, reason, config: file }: PersonOptions) => {
    const { config, client, handle, schedule } = await openSchedule(file);
    refuseIfOpen((await clusterStatus(client, config.cluster.name)).breaker, config.path);
    if (!schedule.state.paused) return say('the schedule is not paused; nothing to do');
    await handle.unpause(personNote('resumed', { by, reason }));
    say(`schedule ${schedule.scheduleId} goes on`);
  });

const trigger = new Command('trigger')
  .description('start a scheduled run now; skipped while a scheduled run is open')
  .addOption(configOption())
  .action(async (options: Options) => {
    const { config, client, handle, schedule } = await openSchedule(options.config);
    refuseIfOpen((await clusterStatus(client, config.cluster.name)).breaker, config.path);
    const [open] = schedule.info.runningActions;
    if (open !== undefined) {
      say(`skipped: ${open.workflow.workflowId} is open`);
      process.exitCode = EXIT_REFUSED;
      return;
    }
    const before = schedule.info.numActionsTaken;
    await handle.trigger(ScheduleOverlapPolicy.SKIP);
    const end = Date.now() + TRIGGER_LIMIT_MS;
    while (Date.now() < end) {
      const { info } = await handle.describe();
      const latest = info.recentActions.at(-1);
      if (info.numActionsTaken > before && latest?.action.type === 'startWorkflow') {
        return say(`started ${latest.action.workflow.workflowId}; watch it with: robustmq-chaos status`);
      }
      await sleepMs(100);
    }
    say('asked for a tick; no run has started yet, see: robustmq-chaos schedule show');
  });

const remove = new Command('remove')
  .description('delete the schedule; runs and the cluster’s record stay')
  .addOption(configOption())
  .action(async (options: Options) => {
    const { handle, schedule } = await openSchedule(options.config);
    await handle.delete();
    say(`schedule ${schedule.scheduleId} is removed`);
  });

export const scheduleCommand = new Command('schedule').description(
  'run a round every four hours, or as often as the config says',
);
for (const command of [apply, show, pause, resume, trigger, remove]) scheduleCommand.addCommand(command);
