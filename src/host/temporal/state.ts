import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporalPaths } from '../layout/paths.js';
import { withLock } from '../os/lock.js';
import { isAlive, ownIdentity, type ProcessId } from '../os/processes.js';
import { newerAmong, readStored, removeStored, writeStored, type StoredFile } from '../os/stored.js';

/** The embedded Temporal server of a data folder: `server.json`. Ports stay the same over restarts if they are free. */
export interface ServerState {
  readonly port: number;
  readonly uiPort: number;
  readonly httpPort: number;
  readonly metricsPort: number;
  readonly process: ProcessId | null;
}

export const readServer = (dataRoot: string): ServerState | undefined =>
  readStored<ServerState>('server', temporalPaths(dataRoot).server);

/** A process that needs the server: it lives as long as one of them does. */
export interface ServerUser {
  readonly process: ProcessId;
  readonly role: 'command' | 'worker';
  /** Of a worker: the host whose queue it serves, and the server that it serves it for. */
  readonly serves: { readonly hostId: string; readonly address: string } | null;
  /**
   * The run that this process sees to its end, by its workflow id; null: none. One that serves every run, as `dev` and a service do, and one of an older
   * version, of which nobody can tell: absent.
   */
  readonly follows?: string | null;
  /** Of a worker that a command brought for itself: that command, with which it ends. */
  readonly owner?: ProcessId;
}

type Use = Pick<ServerUser, 'follows' | 'owner'>;

/** Registers this process as a user of the server; the returned function takes it back. A dead user counts no more. */
export function useServer(
  dataRoot: string,
  role: ServerUser['role'],
  serves: ServerUser['serves'] = null,
  use: Use = {},
): () => void {
  const process = ownIdentity();
  const file = join(temporalPaths(dataRoot).users, `${process.pid}-${role}.json`);
  writeStored('server user', file, { process, role, serves, ...use } satisfies ServerUser);
  return () => removeStored('server user', file);
}

function userFiles(dataRoot: string): StoredFile[] {
  const place = temporalPaths(dataRoot).users;
  if (!existsSync(place)) return [];
  const names = readdirSync(place).filter((name) => name.endsWith('.json'));
  return names.map((name) => ({ kind: 'server user', path: join(place, name) }));
}

const isNewer = (file: StoredFile): boolean => newerAmong([file]).length > 0;

/** Users that are alive; the files of dead ones are removed. Of those of a newer program nobody can tell. */
export const liveUsers = (dataRoot: string): ServerUser[] =>
  userFiles(dataRoot).flatMap((file) => {
    if (isNewer(file)) return [];
    const user = readStored<ServerUser>(file.kind, file.path);
    if (user !== undefined && isAlive(user.process)) return [user];
    removeStored(file.kind, file.path);
    return [];
  });

/** Does anybody need the server? A user of a newer program may. */
export const isServerUsed = (dataRoot: string): boolean =>
  liveUsers(dataRoot).length > 0 || userFiles(dataRoot).some(isNewer);

/** A worker whose command is gone ends in a moment: nothing is begun with it. */
export const isStaying = ({ owner }: ServerUser): boolean => owner === undefined || isAlive(owner);

/** A living process, other than this one, that sees a run to its end, in words; undefined: nobody does. */
export function followerOf(dataRoot: string, workflowId: string): string | undefined {
  const own = ownIdentity().pid;
  const other = liveUsers(dataRoot).find(
    ({ process, owner, follows }) =>
      process.pid !== own && owner === undefined && (follows === undefined || follows === workflowId),
  );
  if (other !== undefined) return `process ${other.process.pid}`;
  return userFiles(dataRoot).some(isNewer) ? 'a process of a newer version' : undefined;
}

const TAKE_UP_LIMIT_MS = 10_000;

/** From now on this command sees the run to its end, unless another living process does: then its name. Of two that ask at once, one takes it up. */
export const takeUp = (dataRoot: string, workflowId: string): Promise<string | undefined> =>
  withLock(temporalPaths(dataRoot).followLock, TAKE_UP_LIMIT_MS, () => {
    const other = followerOf(dataRoot, workflowId);
    if (other === undefined) useServer(dataRoot, 'command', null, { follows: workflowId });
    return Promise.resolve(other);
  });

export const prepareFolder = (dataRoot: string): void =>
  void mkdirSync(temporalPaths(dataRoot).folder, { recursive: true });
