// What is looked at after each round, on the processes and the disk themselves.

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { keeperOf } from '../../src/host/keeper/control.js';
import { dataPaths, temporalPaths } from '../../src/host/layout/paths.js';
import { findOwned, type ProcessId } from '../../src/host/os/processes.js';
import { liveUsers, readServer } from '../../src/host/temporal/state.js';
import type { Limit } from './trend.js';

/** In the order in which they are shown. Memory and sizes in MB. */
export const FIGURES = {
  'worker MB': { kind: 'share', percent: 10 },
  'server MB': { kind: 'share', percent: 10 },
  'keeper MB': { kind: 'share', percent: 10 },
  'worker files': { kind: 'total', most: 0 },
  'server files': { kind: 'total', most: 0 },
  'keeper files': { kind: 'total', most: 0 },
  processes: { kind: 'total', most: 0 },
  'temporary files': { kind: 'total', most: 0 },
  'disk MB': { kind: 'each', most: 0.02 },
  'temporal.db MB': { kind: 'each', most: 0.5 },
} as const satisfies Record<string, Limit>;

export type Figure = keyof typeof FIGURES;
export type Figures = Readonly<Record<Figure, number>>;

/** The place of one soak. */
export interface Soak {
  readonly folder: string;
  readonly dataRoot: string;
  readonly clusterDir: string;
  readonly temporary: string;
}

/** Memory of its own (RssAnon: without the pages of its program, which the kernel takes back as it likes) and open files of one process. */
export interface Use {
  readonly mb: number;
  readonly files: number;
}

const MB = 1024 * 1024;
const oneDigit = (mb: number): number => Math.round(mb * 10) / 10;

/** Undefined if it is gone. */
export function useOf(id: ProcessId | null | undefined): Use | undefined {
  if (id == null) return undefined;
  try {
    const [, kb] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${id.pid}/status`, 'utf8')) ?? [];
    return { mb: oneDigit(Number(kb) / 1024), files: readdirSync(`/proc/${id.pid}/fd`).length };
  } catch {
    return undefined;
  }
}

/** Bytes of every file below a folder, but for what is left out. Files come and go meanwhile. */
function bytesBelow(folder: string, without: (path: string) => boolean): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (without(path)) return sum;
    if (entry.isDirectory()) return sum + bytesBelow(path, without);
    return sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}

export const workersOf = ({ dataRoot }: Soak): ProcessId[] =>
  liveUsers(dataRoot).flatMap((user) => (user.role === 'worker' ? [user.process] : []));

export const serverOf = ({ dataRoot }: Soak): ProcessId | null | undefined => readServer(dataRoot)?.process;

/** Follows the keeper of a round, which goes with its cluster: what it used last. While it starts it has all of its modules open. */
export function followKeeper({ clusterDir }: Soak): { readonly end: () => Use | undefined } {
  let last: Use | undefined;
  const looking = setInterval(() => (last = useOf(keeperOf(clusterDir)) ?? last), 500);
  return {
    end: () => {
      clearInterval(looking);
      return last;
    },
  };
}

/** After a round, when nothing of its cluster runs any more. */
export function figuresOf(soak: Soak, lastOfKeeper: Use | undefined): Figures {
  const gone: Use = { mb: NaN, files: NaN };
  const keeper = lastOfKeeper ?? gone;
  const worker = useOf(workersOf(soak)[0]) ?? gone;
  const server = useOf(serverOf(soak)) ?? gone;
  const { runs } = dataPaths(soak.dataRoot);
  const { folder, database } = temporalPaths(soak.dataRoot);
  const isDatabase = (path: string): boolean => path.startsWith(database);
  const rest = bytesBelow(soak.dataRoot, (path) => path === runs || isDatabase(path));
  const tables = bytesBelow(folder, (path) => !isDatabase(path));
  return {
    'worker MB': worker.mb,
    'server MB': server.mb,
    'keeper MB': keeper.mb,
    'worker files': worker.files,
    'server files': server.files,
    'keeper files': keeper.files,
    processes: findOwned((owner) => owner.startsWith(soak.folder)).length,
    'temporary files': readdirSync(soak.temporary).length,
    'disk MB': Math.round((rest / MB) * 1000) / 1000,
    'temporal.db MB': Math.round((tables / MB) * 1000) / 1000,
  };
}
