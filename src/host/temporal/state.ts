import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from '../os/files.js';
import { dataPaths } from '../data/paths.js';
import { isAlive, ownIdentity, type ProcessId } from '../os/processes.js';

/** The embedded Temporal server of a data folder: `server.json`. Ports stay the same over restarts if they are free. */
export interface ServerState {
  readonly port: number;
  readonly uiPort: number;
  readonly httpPort: number;
  readonly metricsPort: number;
  readonly process: ProcessId | null;
}

const folder = (dataRoot: string): string => dataPaths(dataRoot).temporal;

export const serverFile = (dataRoot: string): string => join(folder(dataRoot), 'server.json');
export const databaseFile = (dataRoot: string): string => join(folder(dataRoot), 'temporal.db');
export const serverLog = (dataRoot: string): string => join(folder(dataRoot), 'server.log');
export const supervisorFile = (dataRoot: string): string => join(folder(dataRoot), 'supervisor.json');
export const supervisorLog = (dataRoot: string): string => join(folder(dataRoot), 'supervisor.log');
export const workerLog = (dataRoot: string): string => join(folder(dataRoot), 'worker.log');

export const readServer = (dataRoot: string): ServerState | undefined => readJson<ServerState>(serverFile(dataRoot));

const usersFolder = (dataRoot: string): string => join(folder(dataRoot), 'users');

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
  const file = join(usersFolder(dataRoot), `${process.pid}-${role}.json`);
  writeJson(file, { process, role, serves } satisfies ServerUser);
  return () => rmSync(file, { force: true });
}

/** Users that are alive; the files of dead ones are removed. */
export function liveUsers(dataRoot: string): ServerUser[] {
  const place = usersFolder(dataRoot);
  if (!existsSync(place)) return [];
  return readdirSync(place)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const user = readJson<ServerUser>(join(place, name));
      if (user !== undefined && isAlive(user.process)) return [user];
      rmSync(join(place, name), { force: true });
      return [];
    });
}

export const prepareFolder = (dataRoot: string): void => void mkdirSync(folder(dataRoot), { recursive: true });
