import { ChaosError } from '../../domain/errors.js';
import { tooBusyToTell } from '../../domain/host-trouble.js';
import { watchHost } from '../os/host-cpu.js';
import { PortTaken } from '../os/ports.js';
import { endProcess, findOwned, identify, isAlive, signalProcess, sweepOwned, waitGone } from '../os/processes.js';
import { findTool, type Tool } from '../os/tools.js';
import { remount, removeDisks } from './node-disks.js';
import { hasEndedAtOnce } from './spawn-broker.js';
import type { ClusterStatus, StartOptions } from './contract.js';
import { clusterPaths } from '../layout/paths.js';
import { removeStored } from '../os/stored.js';
import type { Locked, Node, State, StateFile } from './state-file.js';

/** Ports are free when they are chosen, and may be taken when they are bound (PortTaken): then all are chosen again. */
const PORT_TRIES = 3;

/** Names of a cluster's nodes. */
export const nodeIds = ({ nodeCount }: Pick<StartOptions, 'nodeCount'>): string[] =>
  Array.from({ length: nodeCount }, (_, i) => `n${i + 1}`);

/** What a scenario's target may call a broker, whatever it runs on: any of them, or one by its name. */
export const brokerTargets = (ids: readonly string[]): string[] => ['robustmq-server', 'broker-server', ...ids];

/** The mark of everything that is started for one node. */
export const nodeOwner = (dir: string, id: string): string => `${dir}#node-${id}`;

export const isUp = ({ process }: Node): boolean => process !== null && isAlive(process);
export const liveNodes = <N extends Node>({ nodes }: { readonly nodes: readonly N[] }): readonly N[] =>
  nodes.filter(isUp);

/** Asks live nodes in turn until one answers. */
export async function fromAny<N extends Node, T>(nodes: readonly N[], ask: (node: N) => Promise<T>): Promise<T> {
  const errors: string[] = [];
  for (const node of nodes) {
    try {
      return await ask(node);
    } catch (error) {
      errors.push(`${node.id}: ${String(error)}`);
    }
  }
  throw new Error(`no broker answered (${errors.join('; ') || 'none is alive'})`);
}

/** What a driver of broker processes needs of this machine and does not find, each with its remedy; also proves that processes can be told apart (/proc). */
export function missingHere(tools: readonly Tool[]): string[] {
  const problems = tools
    .filter((tool) => findTool(tool) === undefined)
    .map((tool) => `${tool}: expected in .tools/bin or on PATH, found nowhere; run npm run setup`);
  if (identify(process.pid) === undefined)
    problems.push('/proc: expected the start time of processes there, found none; Linux only');
  return problems;
}

/** What one kind of broker adds to the start and stop of any. */
interface Kind<N extends Node, S extends State<N>, O extends StartOptions> {
  readonly file: StateFile<N, S>;
  readonly locked: Locked;
  /** Brokers that have not ended by themselves this long after SIGTERM are killed. */
  readonly stopGraceMs: number;
  /** Plans the cluster, writes its state file and starts it; done under the lock. */
  readonly startOnce: (dir: string, options: O) => Promise<void>;
  /** What is waited for after that, without the lock. */
  readonly awaitServing?: (dir: string, signal?: AbortSignal) => Promise<void>;
  readonly launchNode: (dir: string, state: S, node: N) => Promise<void>;
  /** As of the driver: what stood in the way of brokers that did not come up. */
  readonly equipmentProblem?: (dir: string) => Promise<string | undefined>;
  /** Absent: the host itself is watched. */
  readonly watchHost?: typeof watchHost;
  /** What is to be taken away beside processes and the state file. */
  readonly removeRest?: (dir: string) => Promise<void>;
}

export interface BrokerProcesses<S, O> {
  /**
   * Resolves when every node serves. Rejects, and leaves nothing running then: with CLUSTER_START_FAILED where the brokers did not come up, with
   * EQUIPMENT_FAILED for whatever else kept them from it.
   */
  readonly start: (dir: string, options: O) => Promise<S>;
  readonly stop: (dir: string) => Promise<void>;
  readonly killNode: (dir: string, id: string) => Promise<void>;
  readonly startNode: (dir: string, id: string) => Promise<void>;
  readonly status: (dir: string) => Promise<ClusterStatus>;
  readonly remountDisk: (dir: string, id: string) => Promise<void>;
}

/** Ends brokers gracefully, then everything else that was ever started for this cluster; the state file goes last. Done under the lock. */
const stopping =
  <N extends Node, S extends State<N>, O extends StartOptions>({ file, stopGraceMs, removeRest }: Kind<N, S, O>) =>
  async (dir: string): Promise<void> => {
    const processes = (file.find(dir)?.nodes ?? []).flatMap((node) => node.process ?? []);
    for (const id of processes) signalProcess(id, 'SIGCONT');
    await Promise.all(processes.map((id) => endProcess(id, stopGraceMs)));
    await sweepOwned((owner) => owner.startsWith(`${dir}#`) && owner !== `${dir}#keeper`);
    await removeDisks(dir);
    await removeRest?.(dir);
    removeStored('cluster state', clusterPaths(dir).state);
  };

const superseded = ({ cluster, claim = 0 }: StartOptions, by = 0): Error =>
  new ChaosError('SUPERSEDED', `cluster ${cluster}: expected claim ${claim}, found claim ${by}`);

/** Starts for one claim, while other attempts may start for theirs: whoever has the highest claim keeps its brokers. */
function starting<N extends Node, S extends State<N>, O extends StartOptions>(
  kind: Kind<N, S, O>,
  stopAll: (dir: string) => Promise<void>,
): (dir: string, options: O) => Promise<S> {
  const { file, locked } = kind;

  /** What an earlier claim has started meanwhile is stopped; nothing is started in place of a later one. */
  const begin = (dir: string, options: O): Promise<void> =>
    locked(dir, async () => {
      options.signal?.throwIfAborted();
      const found = file.find(dir);
      if (found !== undefined && (found.claim ?? 0) > (options.claim ?? 0)) throw superseded(options, found.claim);
      if (found !== undefined) await stopAll(dir);
      await kind.startOnce(dir, options);
    });

  /** After a failed start: what runs there by now may be somebody else's, started since. */
  const undo = (dir: string, claim: number | undefined): Promise<void> =>
    locked(dir, async () => {
      const found = file.find(dir);
      if (found === undefined || found.claim === claim) await stopAll(dir);
    });

  /** A broker that has ended has failed on any host; one that is only late may be so because the host is. */
  const hasDied = (dir: string): boolean =>
    file.find(dir)?.nodes.some((node) => node.process !== null && !isUp(node)) === true;

  const loadOwn = (dir: string, options: O): S => {
    const state = file.load(dir);
    if (state.claim !== options.claim) throw superseded(options, state.claim);
    return state;
  };

  return async (dir, options) => {
    for (let attempt = 1; ; attempt += 1) {
      // What an earlier attempt wrote knows ports that could not be had.
      const logDir = attempt === 1 ? options.logDir : `${options.logDir}-${attempt}`;
      const host = (kind.watchHost ?? watchHost)(dir);
      try {
        await begin(dir, { ...options, logDir });
        await kind.awaitServing?.(dir, options.signal);
        return loadOwn(dir, options);
      } catch (error) {
        const busy = hasDied(dir) || hasEndedAtOnce(error) ? undefined : tooBusyToTell(host.soFar());
        const problem = (await kind.equipmentProblem?.(dir).catch(String)) ?? busy;
        await undo(dir, options.claim);
        options.signal?.throwIfAborted();
        if (attempt < PORT_TRIES && error instanceof PortTaken) continue;
        if (error instanceof ChaosError && (problem === undefined || error.code !== 'CLUSTER_START_FAILED'))
          throw error;
        throw new ChaosError(
          'EQUIPMENT_FAILED',
          `cluster ${options.cluster} could not be started: ${String(error)}${problem === undefined ? '' : `; ${problem}`}`,
        );
      } finally {
        host.end();
      }
    }
  };
}

/** Start, stop, kill and restart of brokers that are processes of this host. */
export function brokerProcesses<N extends Node, S extends State<N>, O extends StartOptions>(
  kind: Kind<N, S, O>,
): BrokerProcesses<S, O> {
  const { file, locked } = kind;
  const stopAll = stopping(kind);
  return {
    start: starting(kind, stopAll),
    stop: (dir) => locked(dir, () => stopAll(dir)),
    killNode: async (dir, id) => {
      const node = file.node(file.load(dir), id);
      if (node.process === null || !signalProcess(node.process, 'SIGKILL')) {
        throw new ChaosError('INJECT_FAILED', `expected ${id} to run, found no such process`);
      }
      await waitGone(node.process, 5000);
    },
    startNode: (dir, id) =>
      locked(dir, async () => {
        const state = file.load(dir);
        const node = file.node(state, id);
        if (isUp(node)) return;
        // Started by a process that could not write that down any more.
        const [running, ...more] = findOwned((owner) => owner === nodeOwner(dir, id));
        if (running !== undefined && more.length === 0) file.update(dir, id, { process: running } as Partial<N>);
        else await kind.launchNode(dir, state, node);
      }),
    remountDisk: (dir, id) => locked(dir, async () => remount(file.node(file.load(dir), id).disk)),
    status: (dir) => {
      const state = file.find(dir);
      if (state === undefined) return Promise.resolve('stopped');
      return Promise.resolve(state.nodes.every(isUp) ? 'running' : 'degraded');
    },
  };
}
