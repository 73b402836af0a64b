import { dirname, join } from 'node:path';

/** Layout of the data folder: the only place that knows where things lie. */
export interface DataPaths {
  readonly root: string;
  readonly runs: string;
  readonly clusters: string;
  readonly temporal: string;
}

export const dataPaths = (root: string): DataPaths => ({
  root,
  runs: join(root, 'runs'),
  clusters: join(root, 'clusters'),
  temporal: join(root, 'temporal'),
});

export const runDir = (root: string, runId: string): string => join(dataPaths(root).runs, runId);
/** The data folder in which the folder of a run or of a cluster lies. */
export const dataRootOf = (folder: string): string => dirname(dirname(folder));

export const clusterDir = (root: string, cluster: string): string => join(dataPaths(root).clusters, cluster);

/** Folder of one phase's clients: `control` or `scenarios/<name>/{fault,validation}`. */
export const phaseDir = (run: string, scenario: string | null, phase: string): string =>
  scenario === null ? join(run, phase) : join(run, 'scenarios', scenario, phase);

/** Which endpoint was which broker, for every cluster that the run started. */
export const brokersFile = (run: string): string => join(run, 'brokers.json');
