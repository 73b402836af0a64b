/** Names that several processes must agree on: workflow ids and task queues. */

/** Queue of the workflows. */
export const CHAOS_QUEUE = 'chaos';

/** Queue of the activities that touch one host; `hostId` is stable and comes from the config. */
export const hostQueue = (hostId: string): string => `host-${hostId}`;

/** Id of the one durable record per cluster. */
export const clusterWorkflowId = (cluster: string): string => `cluster-${cluster}`;

/** Id of a cluster's schedule. */
export const scheduleIdOf = (cluster: string): string => `chaos-${cluster}`;

/** The cluster of a schedule, by its id; undefined if it is none of ours. */
export const clusterOfSchedule = (scheduleId: string): string | undefined => /^chaos-(.+)$/.exec(scheduleId)?.[1];

/** Start of the ids of scheduled runs; the server appends the tick's time. */
export const scheduledRunIdPrefix = (cluster: string): string => `chaos-run-${cluster}`;

/** Id of a run started by a person; `at` is the start time, `suffix` makes two starts in one second differ. */
export const chaosRunWorkflowId = (cluster: string, at: Date, suffix: string): string =>
  `chaos-run-${cluster}-${stampOf(at)}-${suffix}`;

/** In whole seconds. */
const stampOf = (at: Date): string =>
  at
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z');

/** Id of the one comparison of versions that a cluster can have at a time. */
export const versionsWorkflowId = (cluster: string): string => `versions-${cluster}`;

const SERIES_PREFIX = 'chaos-series-';

/** Id of a series of runs, and the name of the folder of what comes of it. */
export const seriesIdOf = (cluster: string, at: Date): string => `${SERIES_PREFIX}${cluster}-${stampOf(at)}`;

/** Id of a run of a series; round and version count from 1. */
export const seriesRunWorkflowId = (series: string, round: number, version: number): string =>
  `${series}-r${round}-v${version}`;

/** Runs of a series lie beside the others, so that no list of runs has them. */
export const isOfSeries = (runId: string): boolean => runId.startsWith(SERIES_PREFIX);

export const scenarioWorkflowId = (runWorkflowId: string, scenario: string): string => `${runWorkflowId}/${scenario}`;

/** The run id as people see it, and the name of the run's folder: the workflow id in characters that every file system takes. */
export const runIdOf = (workflowId: string): string => workflowId.replace(/[^A-Za-z0-9._-]/g, '-');
