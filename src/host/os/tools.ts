import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChaosError } from '../../domain/errors.js';
import { projectRoot } from './files.js';

export type Tool = 'temporal' | 'nats-server' | 'toxiproxy-server';

/** Root of the installation: where `package.json`, `sdk_clients/` and `.tools/` are. */
export const installRoot = projectRoot(fileURLToPath(new URL('..', import.meta.url)));

/** Is it a file that this user may run? */
export const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** Why a program cannot be run; undefined if it can. */
export const programProblem = (path: string): string | undefined =>
  isExecutable(path) ? undefined : `expected a program at ${path}, found nothing to execute`;

/** Path of a tool: set-up's own pinned copy, else the one on PATH that set-up accepted. */
export function findTool(tool: Tool): string | undefined {
  const places = [join(installRoot, '.tools', 'bin'), ...(process.env['PATH'] ?? '').split(delimiter)];
  return places.map((place) => join(place, tool)).find(isExecutable);
}

/** A server of the distribution's: on PATH, or where Debian has servers, which is not on the PATH of ordinary users. */
export const findServer = (name: string): string | undefined =>
  [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'].map((place) => join(place, name)).find(isExecutable);

export function requireTool(tool: Tool): string {
  const path = findTool(tool);
  if (path !== undefined) return path;
  throw new ChaosError(
    'PREFLIGHT_FAILED',
    `${tool}: expected in .tools/bin or on PATH, found nowhere; run npm run setup`,
  );
}
