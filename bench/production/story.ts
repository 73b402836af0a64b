// What the set-up is for, played through on it: a schedule, three failing rounds, the pause, what may die meanwhile, the resume, the next tick.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { clusterStatus } from '../../src/client/cluster-status.js';
import { connectClient } from '../../src/temporal/connection.js';
import { findSchedule } from '../../src/client/schedule.js';
import { sleepMs } from '../../src/host/os/clock.js';
import type { Breaker } from '../../src/domain/breaker.js';
import { endService, finish, waitFor, type Service, type ServiceOptions, type Stage } from '../stage.js';

const CLUSTER = 'production-trial';
const TICK_SECONDS = 5;
const ROUNDS_LIMIT_MS = 120_000;

/** A cluster that fails to start, every time: each round fails within a second, and nothing of it is about a broker. */
export const CONFIG = `cluster: { name: ${CLUSTER}, driver: rehearsal }
data_dir: data
schedule: { every_seconds: ${TICK_SECONDS} }
scenarios:
  - { name: broker-kill-single, fault: broker-kill, target: robustmq-server, core: true, priority: P0 }
`;

/** An expectation of the story; the error says what was found instead. */
function must(what: string, ok: boolean, found: unknown): void {
  if (!ok) throw new Error(`expected ${what}, found ${JSON.stringify(found)}`);
}

const pausedRunOf = ({ state }: Breaker): string | undefined =>
  state.kind === 'open' ? state.pausedRun.runId : undefined;

/** Runs whose folder holds the urgent message. */
const runsWithAlarm = (folder: string): string[] =>
  readdirSync(join(folder, 'data', 'runs')).filter((run) =>
    existsSync(join(folder, 'data', 'runs', run, 'notifications', 'breaker.json')),
  );

export interface SetUp {
  readonly stage: Stage;
  /** Does one thing, and enters it into the table. */
  readonly step: <T>(what: string, work: () => Promise<T>) => Promise<T>;
  readonly workers: readonly [Service, ...Service[]];
  readonly cli: (...args: string[]) => string[];
  readonly address: string;
  readonly cliOptions: ServiceOptions;
  readonly restartServer: () => Promise<void>;
}

export async function playStory(setUp: SetUp): Promise<void> {
  const { stage, step, workers, cli, address, cliOptions, restartServer } = setUp;
  const client = await connectClient({
    address,
    namespace: 'default',
    kind: 'outside',
    uiUrl: null,
    options: { address },
  });
  const breaker = async (): Promise<Breaker> => (await clusterStatus(client, CLUSTER)).breaker;
  const isPaused = async (): Promise<boolean | undefined> => (await findSchedule(client, CLUSTER))?.state.paused;
  let commands = 0;
  const run = (...args: string[]): Promise<void> =>
    finish(stage.start(`command-${++commands}`, cli(...args), cliOptions));

  await step('schedule: applied by the command line', () => run('schedule', 'apply'));
  const open = await step('three rounds failed, the breaker is open', () =>
    waitFor('the breaker', async () => ((await breaker()).state.kind === 'open' ? breaker() : undefined), {
      limitMs: ROUNDS_LIMIT_MS,
    }),
  );
  must('a count of 3', open.consecutiveFailures === 3, open.consecutiveFailures);
  await step('the schedule is paused', () => waitFor('the pause', async () => (await isPaused()) || undefined));

  await step('one worker killed: the other one answers', async () => {
    await endService(workers[0], 'SIGKILL');
    must('the open breaker', (await breaker()).state.kind === 'open', await breaker());
  });
  await step('the server killed and started again on its database', restartServer);
  const after = await step('the breaker is still open', () =>
    waitFor('an answer', () => breaker().catch(() => undefined)),
  );
  must('the same count and run', pausedRunOf(after) === pausedRunOf(open), after);
  must('a count of 3', after.consecutiveFailures === 3, after.consecutiveFailures);
  await step('two more ticks would have been due: no round starts', async () => {
    await sleepMs(2 * TICK_SECONDS * 1000);
    const { outcomes, consecutiveFailures } = await breaker();
    must('three outcomes', outcomes.length === 3 && consecutiveFailures === 3, outcomes);
    must('a paused schedule', (await isPaused()) === true, false);
  });

  await step('resumed by the command line', () => run('resume', '--by', 'operator', '--reason', 'the trial goes on'));
  const resumed = await breaker();
  must('a closed breaker', resumed.state.kind === 'closed' && resumed.lastReset?.by === 'operator', resumed);
  must('a schedule that goes on', !(await isPaused()), true);
  const next = await step('the schedule went on: the next round was counted', () =>
    waitFor('the next round', async () => (await breaker()).outcomes[3]),
  );
  must('a count of 1', next.consecutiveFailures === 1, next);
  await step('schedule: removed', () => run('schedule', 'remove'));
  const alarms = runsWithAlarm(stage.folder);
  must('one urgent message', alarms.length === 1 && alarms[0] === pausedRunOf(open), alarms);
  await client.connection.close();
}
