import { clusterPaths } from '../layout/paths.js';
import { readJson, writeJson } from '../os/files.js';
import { ownIdentity, type ProcessId } from '../os/processes.js';

/** What a keeper says that it has read: nothing is injected before the living keeper has said so of the fault's ticket. */
interface Awareness {
  readonly keeper: ProcessId;
  readonly faultIds: readonly string[];
}

/** The keeper's side: which open tickets it has seen with its own eyes. Written only when that changes. */
export function createAwareness(clusterDir: string): (faultIds: readonly string[]) => void {
  let told: string | undefined;
  return (faultIds) => {
    const text = faultIds.join();
    if (text === told) return;
    writeJson(clusterPaths(clusterDir).keeperAware, { keeper: ownIdentity(), faultIds } satisfies Awareness);
    told = text;
  };
}

/** Has this very keeper seen the ticket? What an earlier one had seen died with it. */
export function isAware(clusterDir: string, keeper: ProcessId, faultId: string): boolean {
  const said = readJson<Awareness>(clusterPaths(clusterDir).keeperAware);
  const same = said?.keeper.pid === keeper.pid && said.keeper.startTicks === keeper.startTicks;
  return same && said.faultIds.includes(faultId);
}
