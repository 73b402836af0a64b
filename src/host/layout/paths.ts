import { dirname, join } from 'node:path';
import { isOfSeries } from '../../domain/ids.js';
import * as names from '../../domain/run-files.js';

/** Layout of the data folder: the only place that knows where things lie. Arithmetic on paths alone; nothing is read or made. */
export interface DataPaths {
  readonly root: string;
  readonly runs: string;
  /** Runs of series, and what came of each series. */
  readonly series: string;
  readonly clusters: string;
  readonly historyJson: string;
  readonly historyPage: string;
  /** What was last known of each cluster's breaker. */
  readonly breakers: string;
  /** Messages about a cluster and no run. */
  readonly notices: string;
  /** Held by the one process that publishes; what it works with lies in `publishing`. */
  readonly publishLock: string;
  readonly publishing: string;
  /** Config and data folder of an alarm that is rehearsed. */
  readonly rehearsal: string;
}

export const dataPaths = (root: string): DataPaths => ({
  root,
  runs: join(root, names.RUNS_FOLDER),
  series: join(root, 'series'),
  clusters: join(root, 'clusters'),
  historyJson: join(root, names.HISTORY_JSON),
  historyPage: join(root, names.HISTORY_PAGE),
  breakers: join(root, 'breakers.json'),
  notices: join(root, 'notices'),
  publishLock: join(root, 'publish.lock'),
  publishing: join(root, 'publishing'),
  rehearsal: join(root, 'rehearsal'),
});

export const runDir = (root: string, runId: string): string =>
  join(isOfSeries(runId) ? dataPaths(root).series : dataPaths(root).runs, runId);
export const clusterDir = (root: string, cluster: string): string => join(dataPaths(root).clusters, cluster);

/** A message about a cluster and no run has a folder of its own. */
export const noticeDir = (root: string, cluster: string, since: string): string =>
  join(dataPaths(root).notices, `${cluster}-${since.replace(/[^\w.-]/g, '-')}`);

/** The data folder in which the folder of a run or of a cluster lies. */
export const dataRootOf = (folder: string): string => dirname(dirname(folder));

/** The embedded Temporal server of a data folder. */
export interface TemporalPaths {
  readonly folder: string;
  readonly server: string;
  readonly database: string;
  readonly serverLog: string;
  readonly supervisor: string;
  readonly supervisorLock: string;
  readonly supervisorLog: string;
  readonly workerLog: string;
  /** One file for each process that needs the server. */
  readonly users: string;
  /** Who takes up a run that nobody follows any more. */
  readonly followLock: string;
}

export function temporalPaths(root: string): TemporalPaths {
  const folder = join(root, 'temporal');
  const supervisor = join(folder, 'supervisor.json');
  return {
    folder,
    server: join(folder, 'server.json'),
    database: join(folder, 'temporal.db'),
    serverLog: join(folder, 'server.log'),
    supervisor,
    supervisorLock: `${supervisor}.lock`,
    supervisorLog: join(folder, 'supervisor.log'),
    workerLog: join(folder, 'worker.log'),
    users: join(folder, 'users'),
    followLock: join(folder, 'follow.lock'),
  };
}

/** What every command that starts something writes to. Parts of a data folder that root has once used belong to root. */
export function writtenIn(root: string): {
  readonly folder: string;
  readonly parts: readonly { readonly path: string; readonly isFolder: boolean }[];
} {
  const { runs, series, clusters } = dataPaths(root);
  const { folder, users, database, supervisorLock, supervisorLog, serverLog, workerLog } = temporalPaths(root);
  const parts = (paths: readonly string[], isFolder: boolean): { path: string; isFolder: boolean }[] =>
    paths.map((path) => ({ path, isFolder }));
  return {
    folder: root,
    parts: [
      ...parts([runs, series, clusters, folder, users], true),
      ...parts([database, supervisorLock, supervisorLog, serverLog, workerLog], false),
    ],
  };
}

/** A run's folder: what happened, as it was seen. What readers find in it has its names in `domain/run-files.ts`. */
export interface RunPaths {
  /** Which workflow it is; the first file of every run. */
  readonly mark: string;
  readonly plan: string;
  readonly versions: string;
  /** Which endpoint was which broker, for every cluster that the run started. */
  readonly brokers: string;
  readonly reportJson: string;
  readonly reportMarkdown: string;
  /** What became of publishing it. */
  readonly publication: string;
  /** What retention has taken away. */
  readonly pruned: string;
  readonly scenario: (name: string) => string;
  /** Folder of one phase's clients: see `phasePaths`. */
  readonly phase: (scenario: string | null, phase: string) => string;
  /** A copy of the fault's ticket, which outlives the cluster. */
  readonly ticket: (faultId: string) => string;
  readonly snapshot: (label: string) => { readonly metrics: string; readonly log: string };
  /** A message about the run, and who has delivered it. */
  readonly notification: (kind: string) => { readonly message: string; readonly sent: string };
  /** Everything that brokers wrote. */
  readonly brokerFiles: string;
  /** Configs, logs and data of one start of the brokers. */
  readonly brokerLogs: (startedUs: number) => string;
}

export const runPaths = (dir: string): RunPaths => ({
  mark: join(dir, 'run.json'),
  plan: join(dir, 'plan.json'),
  versions: join(dir, 'versions.json'),
  brokers: join(dir, 'brokers.json'),
  reportJson: join(dir, names.REPORT_JSON),
  reportMarkdown: join(dir, names.REPORT_MARKDOWN),
  publication: join(dir, 'publication.json'),
  pruned: join(dir, 'pruned.json'),
  scenario: (name) => join(dir, names.scenarioFolder(name), 'scenario.json'),
  phase: (scenario, phase) => join(dir, names.phaseFolder(scenario, phase)),
  ticket: (faultId) => join(dir, 'faults', `${faultId}.json`),
  snapshot: (label) => ({
    metrics: join(dir, 'snapshots', `${label}.json`),
    log: join(dir, 'snapshots', `${label}.log`),
  }),
  notification: (kind) => ({
    message: join(dir, 'notifications', `${kind}.json`),
    sent: join(dir, 'notifications', `${kind}.sent.json`),
  }),
  brokerFiles: join(dir, 'cluster'),
  brokerLogs: (startedUs) => join(dir, 'cluster', String(startedUs)),
});

/** A cluster's state folder: what is running, who keeps it, and which faults are open on it. */
export interface ClusterPaths {
  /** The driver's own state, from which every process finds the same cluster again. */
  readonly state: string;
  /** Held while processes of the cluster are started or stopped. */
  readonly operationLock: string;
  readonly logMarks: string;
  readonly lease: string;
  readonly leaseLock: string;
  /** The number of the last claim. */
  readonly claims: string;
  readonly clientsLock: string;
  readonly dirty: string;
  readonly keeper: string;
  /** Held while a keeper starts or goes. */
  readonly keeperLock: string;
  readonly keeperLog: string;
  readonly keeperAware: string;
  readonly faults: string;
  readonly ticket: (faultId: string) => string;
  readonly ticketLock: (faultId: string) => string;
  readonly ticketsLock: string;
  /** Output of the process that holds a cut by nftables. */
  readonly nftOwnerLog: string;
  /** Where the disks of the nodes are mounted, if they have any; everything in it goes with the cluster. */
  readonly disks: string;
}

export const clusterPaths = (dir: string): ClusterPaths => ({
  state: join(dir, 'cluster.json'),
  operationLock: join(dir, 'operation.lock'),
  logMarks: join(dir, 'log-marks.json'),
  lease: join(dir, 'lease.json'),
  leaseLock: join(dir, 'lease.lock'),
  claims: join(dir, 'claims.json'),
  clientsLock: join(dir, 'clients.lock'),
  dirty: join(dir, 'dirty.json'),
  keeper: join(dir, 'keeper.json'),
  keeperLock: join(dir, 'keeper.lock'),
  keeperLog: join(dir, 'keeper.log'),
  keeperAware: join(dir, 'keeper-aware.json'),
  faults: join(dir, 'faults'),
  ticket: (faultId) => join(dir, 'faults', `${faultId}.json`),
  ticketLock: (faultId) => join(dir, 'faults', `${faultId}.json.lock`),
  ticketsLock: join(dir, 'faults.lock'),
  nftOwnerLog: join(dir, 'holder.log'),
  disks: join(dir, 'disks'),
});
