import { clusterPaths } from '../layout/paths.js';
import { readStored, writeStored } from '../os/stored.js';
import { ownIdentity, type ProcessId } from '../os/processes.js';

/** What a keeper has seen of the open tickets. */
export interface Seen {
  readonly faultIds: readonly string[];
  /** Tickets that it has seen and could not end: why, by fault id. Absent: of an older keeper, which did not look. */
  readonly unknown?: Readonly<Record<string, string>>;
}

/** What a keeper says that it has read: nothing is injected before the living keeper has said so of the fault's ticket. */
interface Awareness extends Seen {
  readonly keeper: ProcessId;
}

/** The keeper's side: which open tickets it has seen with its own eyes and could end. Written only when that changes. */
export function createAwareness(clusterDir: string): (seen: Seen) => void {
  let told: string | undefined;
  return (seen) => {
    const text = JSON.stringify(seen);
    if (text === told) return;
    const said: Awareness = { keeper: ownIdentity(), ...seen };
    writeStored('keeper awareness', clusterPaths(clusterDir).keeperAware, said);
    told = text;
  };
}

/** What this very keeper has said: what an earlier one had seen died with it. */
function saidBy(clusterDir: string, keeper: ProcessId): Awareness | undefined {
  const said = readStored<Awareness>('keeper awareness', clusterPaths(clusterDir).keeperAware);
  return said?.keeper.pid === keeper.pid && said.keeper.startTicks === keeper.startTicks ? said : undefined;
}

/** Has this very keeper seen the ticket, and does it vouch for the end of the fault? */
export const isAware = (clusterDir: string, keeper: ProcessId, faultId: string): boolean =>
  saidBy(clusterDir, keeper)?.faultIds.includes(faultId) === true;

/** Why it does not vouch for a ticket that it has seen, in its own words. */
export const whyNotAware = (clusterDir: string, keeper: ProcessId, faultId: string): string | undefined =>
  saidBy(clusterDir, keeper)?.unknown?.[faultId];
