import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScheduleNotFoundError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { Command } from 'commander';
import { stringify } from 'yaml';
import type { Config } from '../../config/load.js';
import type { OpenBreaker, RecordedOutcome } from '../../domain/breaker.js';
import { clusterWorkflowId, scheduledRunIdPrefix, scheduleIdOf } from '../../domain/ids.js';
import { dataPaths, writtenIn } from '../../host/layout/paths.js';
import { requireWritable } from '../../host/os/writable.js';
import { sleepMs } from '../../host/os/clock.js';
import { runProgressQuery } from '../../messages/progress.js';
import { openRunIds } from '../../messages/search-attributes.js';
import type { RunPause } from '../../messages/resume.js';
import { clusterStatus } from '../cluster-status.js';
import { workflowUrl } from '../../temporal/connection.js';
import { INTERRUPTS } from '../interrupts.js';
import { configOption, readConfig } from '../options.js';
import { applySchedule, requireSchedule } from '../schedule.js';
import { openSession, type Session } from '../session.js';
import { resume } from './resume.js';

const CLUSTER = 'rehearsal';
const TICK_SECONDS = 10;
const LOOK_EVERY_MS = 300;

const say = (text: string): void => void process.stdout.write(`${new Date().toLocaleTimeString('en-GB')}  ${text}\n`);

/** A config of its own: cluster, schedule, server and reports of the real rounds are not touched. Nobody but this console is told. */
export function rehearsalConfig(real: Config): Config {
  requireWritable(writtenIn(real.dataRoot));
  const folder = dataPaths(real.dataRoot).rehearsal;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'config.yml');
  const { name, fault, target, params } = real.scenarios[0] as Config['scenarios'][number];
  writeFileSync(
    file,
    stringify({
      cluster: { name: CLUSTER, driver: 'rehearsal' },
      host: { id: CLUSTER },
      data_dir: 'data',
      time_zone: real.time_zone,
      schedule: { every_seconds: TICK_SECONDS },
      scenarios: [{ name, fault, target, params, core: true }],
    }),
  );
  mkdirSync(join(folder, 'data'), { recursive: true });
  return readConfig(file);
}

/** By its id, as its schedule makes it: a namespace need not have our search attributes. */
const isRehearsed = (workflowId: string): boolean =>
  workflowId.startsWith(scheduledRunIdPrefix(CLUSTER)) &&
  /^-\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(workflowId.slice(scheduledRunIdPrefix(CLUSTER).length));

/** Takes away what a rehearsal leaves in Temporal: the schedule, an open run, the record. */
async function clear(client: Client): Promise<void> {
  const gone = (error: unknown): undefined => {
    if (error instanceof ScheduleNotFoundError || error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  };
  await client.schedule.getHandle(scheduleIdOf(CLUSTER)).delete().catch(gone);
  for (const workflowId of (await openRunIds(client.workflow)).filter(isRehearsed)) {
    await client.workflow.getHandle(workflowId).terminate('the rehearsal is over').catch(gone);
  }
  await client.workflow.getHandle(clusterWorkflowId(CLUSTER)).terminate('the rehearsal is over').catch(gone);
}

interface Watch {
  readonly session: Session;
  readonly stop: AbortSignal;
  readonly seen: Set<string>;
}

/** Shows every run that ends, until `isEnough`; server and worker are brought back meanwhile if they die. */
async function watch<T>({ session, stop, seen }: Watch, isEnough: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    await session.keepAlive();
    const { breaker } = await clusterStatus(session.client, CLUSTER);
    for (const outcome of breaker.outcomes.filter(({ runId }) => !seen.has(runId))) {
      seen.add(outcome.runId);
      say(outcomeText(outcome));
    }
    const enough = await isEnough();
    if (enough !== undefined) return enough;
    await sleepMs(LOOK_EVERY_MS, stop);
  }
}

const outcomeText = ({ headline, runId, effect, consecutiveFailures }: RecordedOutcome): string =>
  `${headline}: ${runId} — ${effect}, ${consecutiveFailures} in a row`;

const openBreaker = async (client: Client): Promise<OpenBreaker | undefined> => {
  const { state } = (await clusterStatus(client, CLUSTER)).breaker;
  return state.kind === 'open' ? state : undefined;
};

async function pauseOf(client: Client, workflowId: string): Promise<RunPause | undefined> {
  try {
    return (await client.workflow.getHandle(workflowId).query(runProgressQuery)).pause ?? undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Three ticks fail, the breaker opens, somebody resumes, the schedule goes on. */
async function play(config: Config, watching: Watch, auto: boolean): Promise<void> {
  const { client, place } = watching.session;
  await applySchedule(client, config);
  say(`a round every ${TICK_SECONDS} s on cluster "${CLUSTER}", which never starts: each round fails`);
  const { pausedRun } = await watch(watching, () => openBreaker(client));
  const { howToResume } = await watch(watching, () => pauseOf(client, pausedRun.workflowId));
  const { schedule } = await requireSchedule(client, CLUSTER);
  say(`the schedule is paused: ${schedule.state.note ?? ''}`);
  say(`the run ${pausedRun.workflowId} waits for a human. Any of these resumes the rounds:`);
  const ui = workflowUrl(place, pausedRun.workflowId);
  if (ui !== null) say(`  ${ui} → More Actions → Send a Signal → ${howToResume.signal} → ${howToResume.payload}`);
  say(`  ${howToResume.temporal} --address ${place.address}`);
  say(`  ${howToResume.command}`);
  if (auto) await resume(client, CLUSTER, { by: 'rehearsal', reason: 'asked for with --auto' });
  await watch(watching, async () => (await openBreaker(client)) === undefined || undefined);
  const { lastReset } = (await clusterStatus(client, CLUSTER)).breaker;
  say(`resumed by ${lastReset?.by ?? '?'}: ${lastReset?.reason ?? '?'}; the count is 0`);
  const before = watching.seen.size;
  await watch(watching, async () => watching.seen.size > before || undefined);
  say('the schedule runs again: the next tick has come. Real rounds behave the same, every four hours.');
}

const breaker = new Command('breaker')
  .description('play three failing rounds, the pause and the resume in under two minutes; does not touch real rounds')
  .option('--auto', 'resume automatically', false)
  .addOption(configOption())
  .action(async (options: { readonly config: string; readonly auto: boolean }) => {
    const config = rehearsalConfig(readConfig(options.config));
    const ending = new AbortController();
    for (const signal of INTERRUPTS) process.on(signal, () => ending.abort());
    const session = await openSession(config);
    try {
      await clear(session.client);
      await play(config, { session, stop: ending.signal, seen: new Set() }, options.auto);
    } catch (error) {
      if (!ending.signal.aborted) throw error;
      process.exitCode = 130;
    } finally {
      await clear(session.client);
      await session.close();
      say(`the rehearsal is over; its reports and messages are in ${config.dataRoot}`);
    }
  });

export const rehearseCommand = new Command('rehearse').description('practise an alarm before it is real');
rehearseCommand.addCommand(breaker);
