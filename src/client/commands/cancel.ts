import { existsSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { Command } from 'commander';
import type { Config } from '../../config/load.js';
import { ChaosError } from '../../domain/errors.js';
import { isOpenExecution } from '../../domain/execution.js';
import { CHAOS_QUEUE, isOfSeries, versionsWorkflowId } from '../../domain/ids.js';
import { pollUntil } from '../../host/os/clock.js';
import { temporalPaths } from '../../host/layout/paths.js';
import { askersOf, isThere } from '../../temporal/askers.js';
import { connectClient, findPlace } from '../../temporal/connection.js';
import { announce } from '../announce.js';
import { clusterStatus, isOpen } from '../cluster-status.js';
import { createDisplay, type Display } from '../display.js';
import { EXIT_LOST } from '../exit.js';
import { ending, seeToEnd } from '../follow.js';
import { configOption, readConfig } from '../options.js';
import { openSession, type Session } from '../session.js';

/** Its run ends its fault, and what was played is compared. */
const SERIES_LIMIT_MS = 900_000;

const nothing = (why: string): ChaosError => new ChaosError('PREFLIGHT_FAILED', `nothing is cancelled: ${why}`);

/** The series that is played on a cluster, or was left alone between two of its runs. */
async function openSeriesOf(client: Client, cluster: string): Promise<string | undefined> {
  const id = versionsWorkflowId(cluster);
  return (await isOpen(client, id)) ? id : undefined;
}

/** The run that is meant, or the series: it is open. */
async function openRunOf(client: Client, config: Config, named: string | undefined): Promise<string> {
  const { name } = config.cluster;
  const id = named ?? (await clusterStatus(client, name)).holder?.workflowId ?? (await openSeriesOf(client, name));
  if (id === undefined) throw nothing(`no run holds cluster ${name}, and no series is played on it`);
  try {
    const { status } = await client.workflow.getHandle(id).describe();
    if (isOpenExecution(status.name)) return id;
    throw nothing(`run ${id} has ended (${status.name.toLowerCase()})`);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      throw nothing(`there is no run ${id}; robustmq-chaos status shows which one runs`);
    throw error;
  }
}

const asked = (workflowId: string): void =>
  void process.stdout.write(`asked ${workflowId} to cancel; watch it with: robustmq-chaos status\n`);

/** On a server of somebody else whose workers answer: they end the run, and nothing is started for it here. False if there are none. */
async function askThoseThere(config: Config, named: string | undefined): Promise<boolean> {
  const place = findPlace(config.dataRoot);
  if (place?.kind !== 'outside') return false;
  const client = await connectClient(place);
  try {
    if (!(await askersOf(client, CHAOS_QUEUE, 'workflows')).some(isThere)) return false;
    const workflowId = await openRunOf(client, config, named);
    await client.workflow.getHandle(workflowId).cancel();
    asked(workflowId);
    return true;
  } finally {
    await client.connection.close();
  }
}

/** With a server and a worker, which are started where none run. What another process follows ends with that; else this command waits for the end. */
async function cancelHere(config: Config, named: string | undefined): Promise<number> {
  const session = await openSession(config);
  try {
    const workflowId = await openRunOf(session.client, config, named);
    const isLeftAlone = await session.follow(workflowId);
    await session.client.workflow.getHandle(workflowId).cancel();
    if (!isLeftAlone && session.place.kind === 'embedded') {
      asked(workflowId);
      return 0;
    }
    const display = createDisplay(process.stdout);
    const { type, parentExecution } = await session.client.workflow.getHandle(workflowId).describe();
    if (type === 'VersionsWorkflow') return await endSeries(session, workflowId, display);
    const desk = { session, display, json: false, cluster: config.cluster.name };
    display.say(`cancelling ${workflowId}: ending the fault, stopping the cluster, writing the report`);
    const end = await seeToEnd(desk, workflowId, ending(desk, 'it is cancelled already'));
    if (end.kind === 'lost') return EXIT_LOST;
    await announce(desk, workflowId, end);
    // A series ends with its run, and needs this command's worker for that.
    const series = isOfSeries(workflowId) ? parentExecution?.workflowId : null;
    return series == null ? 0 : await endSeries(session, series, display);
  } finally {
    await session.close();
  }
}

/** Waits until a series that is cancelled, or whose run is, has compared what was played. */
async function endSeries(session: Session, workflowId: string, display: Display): Promise<number> {
  const closed = await pollUntil(
    async () => {
      await session.keepAlive();
      const { status } = await session.client.workflow.getHandle(workflowId).describe();
      return isOpenExecution(status.name) ? undefined : true;
    },
    { limitMs: SERIES_LIMIT_MS, everyMs: 200 },
  );
  display.say(
    closed ? `series ${workflowId} has ended` : `series ${workflowId} has not ended yet; it goes on to its end`,
  );
  return closed ? 0 : EXIT_LOST;
}

export const cancelCommand = new Command('cancel')
  .description(
    'cancel the run that holds the cluster, and its series if it is of one: ends its fault, stops its cluster, writes its report',
  )
  .argument('[workflow_id]', 'default: the run that holds the cluster')
  .addOption(configOption())
  .action(async (workflowId: string | undefined, options: { readonly config: string }) => {
    const config = readConfig(options.config);
    const { database } = temporalPaths(config.dataRoot);
    if (findPlace(config.dataRoot) === undefined && !existsSync(database))
      throw nothing(`no run was ever started here: there is no Temporal database ${database}`);
    if (await askThoseThere(config, workflowId)) return;
    process.exitCode = await cancelHere(config, workflowId);
  });
