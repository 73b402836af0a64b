import type { Info } from '@temporalio/activity';
import { join } from 'node:path';
import type { ActivityFunction } from '@temporalio/common';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Hosts } from '../src/activities/hosts.js';
import type { RunPlan, RunRef } from '../src/domain/plan.js';
import { writeJson } from '../src/host/os/files.js';
import { clusterDir as clusterDirOf, runDir as runDirOf, runPaths } from '../src/host/layout/paths.js';
import { installRoot } from '../src/host/os/tools.js';
import { plan as basePlan } from './reports/values.js';

/** A run whose plan lies where activities look for it. Its cluster is the driver's that never starts, unless given otherwise. */
export function plannedRun(dataRoot: string, change: Partial<RunPlan> = {}): { plan: RunPlan; run: RunRef } {
  const runId = change.runId ?? 'run-1';
  const runDir = runDirOf(dataRoot, runId);
  const configPath = join(dataRoot, 'chaos.yml');
  const cluster = 'local';
  const clusterDir = clusterDirOf(dataRoot, cluster);
  const sdkRoot = join(installRoot, 'sdk_clients');
  const plan = { ...basePlan, driver: 'rehearsal', cluster, clusterDir, sdkRoot, configPath, ...change, runId, runDir };
  writeJson(runPaths(runDir).plan, plan);
  return { plan, run: { runId, runDir } };
}

/** No other host serves the server. */
export const ONE_HOST: Hosts = { own: 'a', serving: () => Promise.resolve(['a']) };

/** Where an activity runs; `client` is the server that it asks, if it asks one; `info` is what else it is told. An activity that fails is what many tests are about: it is not logged. */
export const activityEnvironment = (client?: Client, info: Partial<Info> = {}): MockActivityEnvironment =>
  new MockActivityEnvironment(info, {
    logger: new DefaultLogger('ERROR'),
    ...(client === undefined ? {} : { client }),
  });

/** Performs an activity as a worker would. */
export const perform = <P, R>(activity: (input: P) => Promise<R>, input: P, client?: Client): Promise<R> =>
  activityEnvironment(client).run<[P], R, ActivityFunction<[P], R>>(activity, input);

/** A server that knows of these workflows, by workflow id and run id, and of nothing else. */
export function serverWith(states: Readonly<Record<string, string>>): Client {
  const getHandle = (workflowId: string, runId: string) => ({
    describe: () => {
      const name = states[`${workflowId}/${runId}`];
      return name === undefined
        ? Promise.reject(new WorkflowNotFoundError('not found', workflowId, runId))
        : Promise.resolve({ status: { name } });
    },
  });
  // What an activity asks of the server ends with the activity.
  const withAbortSignal = <T>(_: AbortSignal, ask: () => T): T => ask();
  return { workflow: { getHandle }, withAbortSignal } as unknown as Client;
}
