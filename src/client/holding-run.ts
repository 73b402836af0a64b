import type { Client } from '@temporalio/client';
import type { RunRequest } from '../domain/plan.js';
import { runCommandLine } from '../domain/command-lines.js';
import { isOpenExecution } from '../domain/execution.js';
import type { Holder } from '../messages/cluster-record.js';
import { runProgressQuery } from '../messages/progress.js';
import { clusterStatus } from './cluster-status.js';

/** An open run that holds a cluster. */
export interface HoldingRun extends Holder {
  /** Somebody has asked it to end, and left. */
  readonly isCancelled: boolean;
}

/** The open run that holds the cluster; undefined also if it cannot be known: then who starts a run is told by that. */
export async function holdingRun(client: Client, cluster: string): Promise<HoldingRun | undefined> {
  const holder = (await clusterStatus(client, cluster).catch(() => undefined))?.holder;
  if (holder == null) return undefined;
  const found = await client.workflow
    .getHandle(holder.workflowId, holder.temporalRunId)
    .describe()
    .catch(() => undefined);
  if (found === undefined || !isOpenExecution(found.status.name)) return undefined;
  return { ...holder, isCancelled: found.raw.workflowExtendedInfo?.cancelRequested === true };
}

/** What a person has asked for, after it was checked against the config. */
export interface Asked {
  readonly request: RunRequest & { readonly config: string };
  readonly scenarios: readonly string[];
  readonly sdks: readonly string[];
}

/** A run that was taken up, and is not what was asked for. */
export interface Other {
  /** In words. */
  readonly why: string;
  /** What to type for what was asked for. */
  readonly command: string;
}

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name) => other.includes(name));

const inWords = (kind: Holder['kind'], scenarios: readonly string[], sdks: readonly string[]): string =>
  `${kind === 'full' ? `a full round (${scenarios.join(', ')})` : scenarios.join(', ')} with ${sdks.join(', ')}`;

/** Undefined where the run is what was asked for, and as long as it does not say what it is. */
export async function otherThanAsked(client: Client, run: Holder, asked: Asked): Promise<Other | undefined> {
  const progress = await client.workflow
    .getHandle(run.workflowId)
    .query(runProgressQuery)
    .catch(() => undefined);
  if (progress === undefined) return undefined;
  const { sdks } = progress;
  const scenarios = progress.scenarios.map(({ name }) => name);
  const kind = asked.request.scenario === undefined ? 'full' : 'single';
  if (kind === run.kind && isSame(scenarios, asked.scenarios) && isSame(sdks, asked.sdks)) return undefined;
  const { config: configPath, scenario, sdks: onlySdks } = asked.request;
  return {
    why: `asked for was ${inWords(kind, asked.scenarios, asked.sdks)}; run ${run.workflowId} is ${inWords(run.kind, scenarios, sdks)}`,
    command: runCommandLine({ configPath, scenario, sdks: onlySdks }),
  };
}
