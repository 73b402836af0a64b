import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporalPaths } from '../layout/paths.js';
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
}

/** Registers this process as a user of the server; the returned function takes it back. A dead user counts no more. */
export function useServer(dataRoot: string, role: ServerUser['role'], serves: ServerUser['serves'] = null): () => void {
  const process = ownIdentity();
  const file = join(temporalPaths(dataRoot).users, `${process.pid}-${role}.json`);
  writeStored('server user', file, { process, role, serves } satisfies ServerUser);
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

export const prepareFolder = (dataRoot: string): void =>
  void mkdirSync(temporalPaths(dataRoot).folder, { recursive: true });
