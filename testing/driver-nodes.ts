import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { planState as planNats } from '../src/host/drivers/nats/plan.js';
import { saveState as saveNats, type NatsNode } from '../src/host/drivers/nats/state.js';
import { planState as planRobust } from '../src/host/drivers/robustmq/plan.js';
import { saveState as saveRobust, type RobustNode } from '../src/host/drivers/robustmq/state.js';
import { ownIdentity } from '../src/host/os/processes.js';
import { startMqttBroker } from './mqtt-broker.js';
import { temporaryFolder } from './processes.js';

/** What a node's HTTP port answers: JSON, or nothing (and then it hangs up). */
export type Pages = (nodeId: string, path: string, body: string) => unknown;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

/** A small HTTP server; it ends with the test. */
export async function startPages(nodeId: string, pages: Pages): Promise<number> {
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const page = pages(nodeId, request.url ?? '', body);
      if (page === undefined) request.socket.destroy();
      else response.end(typeof page === 'string' ? page : JSON.stringify(page));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** The state of a NATS cluster whose nodes are this very process: HTTP pages and MQTT, as told. Returns its state folder. */
export async function natsNodes(
  pages: Pages,
  { nodeCount = 3, change = {} }: { readonly nodeCount?: number; readonly change?: Partial<NatsNode> } = {},
): Promise<string> {
  const root = temporaryFolder();
  const dir = join(root, 'cluster');
  const state = await planNats(dir, { cluster: 'local', runId: 'r1', logDir: join(root, 'logs'), nodeCount });
  const { port: mqttPort } = await startMqttBroker();
  const nodes = await Promise.all(
    state.nodes.map(async (node) => ({
      ...node,
      ...{ process: ownIdentity(), mqttPort, httpPort: await startPages(node.id, pages) },
      ...change,
    })),
  );
  saveNats(dir, { ...state, nodes });
  return dir;
}

/** The same for RobustMQ: its admin pages and MQTT. */
export async function robustNodes(
  pages: Pages,
  { nodeCount = 3, grpc = () => 1 }: { readonly nodeCount?: number; readonly grpc?: (id: string) => number } = {},
): Promise<{ readonly dir: string; readonly nodes: readonly RobustNode[] }> {
  const root = temporaryFolder();
  const dir = join(root, 'cluster');
  const state = await planRobust(dir, {
    ...{ cluster: 'local', runId: 'r1', logDir: join(root, 'logs'), nodeCount, binary: '/opt/broker' },
  });
  const { port: mqtt } = await startMqttBroker();
  const nodes = await Promise.all(
    state.nodes.map(async (node) => ({
      ...node,
      process: ownIdentity(),
      ports: { ...node.ports, mqtt, proxiedMqtt: mqtt, grpc: grpc(node.id), http: await startPages(node.id, pages) },
    })),
  );
  saveRobust(dir, { ...state, nodes });
  return { dir, nodes };
}
