import type { Config } from '../config/load.js';
import { isNewer } from '../domain/format.js';
import { driverNamed } from '../host/drivers/index.js';
import { keeperOf } from '../host/keeper/control.js';
import { clusterDir } from '../host/layout/paths.js';
import { readLease } from '../host/tickets/lease.js';
import { openTickets } from '../host/tickets/store.js';
import { newerInData } from './newer.js';

/** What this host alone says of the config's cluster. */
export interface HostStatus {
  readonly brokers: string;
  /** Run id. */
  readonly lease: string | null;
  readonly keeper: number | null;
  readonly openFaults: readonly string[];
  /** Stored files that a newer program wrote, so that nothing is done with what they are about. */
  readonly leftAlone: readonly string[];
}

/** What a newer program wrote cannot be said, and is named in `leftAlone`. */
async function ifReadable<T>(read: () => Promise<T> | T, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isNewer(error)) return otherwise;
    throw error;
  }
}

export async function hostStatus({ dataRoot, cluster: { name, driver } }: Config): Promise<HostStatus> {
  const dir = clusterDir(dataRoot, name);
  return {
    brokers: await ifReadable<string>(() => driverNamed(driver).status(dir), 'unknown'),
    lease: await ifReadable(() => readLease(dir)?.runId ?? null, null),
    keeper: keeperOf(dir)?.pid ?? null,
    openFaults: openTickets(dir).map(
      (t) => `${t.faultId} (${t.kind} of ${t.targets.join(', ')}, ${t.state}, run ${t.runId})`,
    ),
    leftAlone: newerInData(dataRoot),
  };
}
