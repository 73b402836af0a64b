import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { natsDriver } from '../../src/host/drivers/nats/index.js';
import type { ClientSettings } from '../../src/host/drivers/contract.js';

export interface TestCluster {
  readonly settings: ClientSettings;
  /** MQTT client ids by the endpoint of the node that they are connected to, as the brokers themselves tell. */
  clientsByEndpoint(): Promise<ReadonlyMap<string, readonly string[]>>;
  stop(): Promise<void>;
}

/** A three-node cluster, started as the program itself starts it. Everything of it lives in `folder`. */
export async function startTestCluster(folder: string): Promise<TestCluster> {
  const dir = join(folder, 'cluster');
  mkdirSync(dir, { recursive: true });
  await natsDriver.start(dir, {
    cluster: 'conformance',
    runId: 'conformance',
    logDir: join(folder, 'logs'),
    nodeCount: 3,
  });
  return {
    settings: await natsDriver.clientSettings(dir),
    clientsByEndpoint: async () => {
      const connections = await natsDriver.connections(dir);
      const nodes = await natsDriver.nodes(dir);
      return new Map(nodes.map((node) => [node.clientEndpoint, connections[node.id] ?? []]));
    },
    stop: () => natsDriver.stop(dir),
  };
}
