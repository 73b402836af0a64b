import { statSync } from 'node:fs';
import { ChaosError } from '../../domain/errors.js';
import { clusterPaths } from '../layout/paths.js';
import { writeIfRoom } from '../os/files.js';
import { withLock } from '../os/lock.js';
import type { LoopDisk } from '../os/loop-disks.js';
import type { ProcessId } from '../os/processes.js';
import { readStored, writeStored } from '../os/stored.js';

export interface Node {
  readonly id: string;
  readonly process: ProcessId | null;
  /** Absent or null: it has none of its own. */
  readonly disk?: LoopDisk | null;
}

export interface State<N extends Node> {
  readonly cluster: string;
  readonly nodes: readonly N[];
  /** The claim that it was started for; absent in states of older versions. */
  readonly claim?: number | undefined;
}

/** What a driver does with its `cluster.json`, the file from which worker, keeper and command line find the same cluster again. */
export interface StateFile<N extends Node, S extends State<N>> {
  readonly find: (dir: string) => S | undefined;
  /** Throws CLUSTER_GONE where there is none. */
  readonly load: (dir: string) => S;
  readonly save: (dir: string, state: S) => void;
  readonly update: (dir: string, id: string, change: Partial<N>) => void;
  /** Throws INJECT_FAILED, with the nodes that there are. */
  readonly node: (state: S, id: string) => N;
}

/** Which writing of a file this is; undefined where there is none. */
function writingOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.ino}/${found.mtimeMs}`;
}

/**
 * A state that the full disk did not take is known to this process alone, until it can be written or somebody else has written: a broker that had to be
 * started is not started again and again.
 */
function rememberingFile<S extends object>(): {
  find: (path: string) => S | undefined;
  save: (path: string, state: S) => void;
} {
  const unwritten = new Map<string, { readonly state: S; readonly over: string }>();
  return {
    find: (path) => {
      const known = unwritten.get(path);
      if (known !== undefined && known.over === writingOf(path)) return known.state;
      unwritten.delete(path);
      return readStored<S>('cluster state', path);
    },
    save: (path, state) => {
      const over = writingOf(path);
      if (over !== undefined && !writeIfRoom(() => writeStored('cluster state', path, state))) {
        unwritten.set(path, { state, over });
        return;
      }
      // A cluster that nobody else could find is not started.
      if (over === undefined) writeStored('cluster state', path, state);
      unwritten.delete(path);
    },
  };
}

/** The state file of one kind of cluster. */
export function stateFile<N extends Node, S extends State<N>>(): StateFile<N, S> {
  const file = rememberingFile<S>();
  const find = (dir: string): S | undefined => file.find(clusterPaths(dir).state);
  const load = (dir: string): S => {
    const state = find(dir);
    if (state === undefined) throw new ChaosError('CLUSTER_GONE', `${dir}: expected a started cluster, found none`);
    return state;
  };
  const save = (dir: string, state: S): void => file.save(clusterPaths(dir).state, state);
  return {
    find,
    load,
    save,
    update: (dir, id, change) => {
      const state = load(dir);
      save(dir, { ...state, nodes: state.nodes.map((node) => (node.id === id ? { ...node, ...change } : node)) });
    },
    node: (state, id) => {
      const node = state.nodes.find((n) => n.id === id);
      if (node !== undefined) return node;
      const known = state.nodes.map((n) => n.id).join(', ');
      throw new ChaosError('INJECT_FAILED', `cluster ${state.cluster} has no broker ${id}; it has ${known}`);
    },
  };
}

export type Locked = <T>(dir: string, work: () => Promise<T>) => Promise<T>;

/** Starting, stopping and restarting of processes happen one at a time, whether worker, keeper or command line asks. */
export const clusterLock =
  (limitMs: number): Locked =>
  (dir, work) =>
    withLock(clusterPaths(dir).operationLock, limitMs, work);
