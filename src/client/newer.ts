import { newerReserve } from '../host/os/disk.js';
import { newerAmong } from '../host/os/stored.js';
import { dataPaths } from '../host/layout/paths.js';
import { newerOnHost } from '../host/tickets/newer.js';

/** What of a data folder a newer program wrote, each a sentence; of single runs `runs` says it. */
export function newerInData(dataRoot: string): string[] {
  const { historyJson, breakers } = dataPaths(dataRoot);
  const history = newerAmong([
    { kind: 'history', path: historyJson },
    { kind: 'breakers', path: breakers },
  ]);
  const reserve = newerReserve(dataRoot);
  return [...newerOnHost(dataRoot), ...history, ...(reserve === undefined ? [] : [reserve])];
}

/** One line each, for a person. */
export const newerLines = (dataRoot: string): string[] => newerInData(dataRoot).map((text) => `left alone: ${text}`);
