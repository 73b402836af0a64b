import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from '../os/files.js';
import { temporalPaths } from '../layout/paths.js';
import { isAlive, ownIdentity, type ProcessId } from '../os/processes.js';

/** The embedded Temporal server of a data folder: `server.json`. Ports stay the same over restarts if they are free. */
export interface ServerState {
  readonly port: number;
  readonly uiPort: number;
  readonly httpPort: number;
  readonly metricsPort: number;
  readonly process: ProcessId | null;
}

export const readServer = (dataRoot: string): ServerState | undefined =>
  readJson<ServerState>(temporalPaths(dataRoot).server);

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
  writeJson(file, { process, role, serves } satisfies ServerUser);
  return () => rmSync(file, { force: true });
}

/** Users that are alive; the files of dead ones are removed. */
export function liveUsers(dataRoot: string): ServerUser[] {
  const place = temporalPaths(dataRoot).users;
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

export const prepareFolder = (dataRoot: string): void =>
  void mkdirSync(temporalPaths(dataRoot).folder, { recursive: true });
