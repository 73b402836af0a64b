import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { natsDriver } from '../src/host/drivers/nats/index.js';
import type { ClientSettings, ClusterDriver, StartOptions } from '../src/host/drivers/contract.js';
import { ensureKeeper } from '../src/host/keeper/control.js';
import { waitGone } from '../src/host/os/processes.js';
import { renewLease } from '../src/host/tickets/claim.js';
import { endLease, writeLease } from '../src/host/tickets/lease.js';

/** Whoever dies without stopping its cluster has it stopped by the keeper after this time. */
const LEASE_MS = 20_000;
const RENEW_EVERY_MS = 2_000;
const KEEPER_GOES_MS = 10_000;

export interface TestCluster {
  readonly settings: ClientSettings;
  /** MQTT client ids by the endpoint of the node that they are connected to, as the brokers themselves tell. */
  clientsByEndpoint(): Promise<ReadonlyMap<string, readonly string[]>>;
  stop(): Promise<void>;
}

/** What is started unless somebody asks for something else: three nodes of the embedded cluster. */
type Wanted = Partial<Pick<StartOptions, 'nodeCount' | 'network'>> & { readonly driver?: ClusterDriver };

/** A cluster, started and kept as the program itself does it. Everything of it lives in `folder`. */
export async function startTestCluster(
  folder: string,
  { driver = natsDriver, nodeCount = 3, network }: Wanted = {},
): Promise<TestCluster> {
  const dir = join(folder, 'cluster');
  mkdirSync(dir, { recursive: true });
  const named = { cluster: 'conformance', runId: 'conformance' };
  writeLease(dir, { ...named, driver: driver.name, leaseMs: LEASE_MS });
  const keeper = await ensureKeeper(dir);
  const renewing = setInterval(() => void renewLease(dir, named.runId), RENEW_EVERY_MS);
  const stop = async (): Promise<void> => {
    clearInterval(renewing);
    await driver.stop(dir);
    // The keeper goes when there is nothing to keep.
    endLease(dir);
    await waitGone(keeper, KEEPER_GOES_MS);
  };
  await driver
    .start(dir, { ...named, logDir: join(folder, 'logs'), nodeCount, network })
    .catch(async (error: unknown) => {
      await stop();
      throw error;
    });
  return {
    settings: await driver.clientSettings(dir),
    clientsByEndpoint: async () => {
      const connections = await driver.connections(dir);
      const nodes = await driver.nodes(dir);
      return new Map(nodes.map((node) => [node.clientEndpoint, connections[node.id] ?? []]));
    },
    stop,
  };
}
