import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createSegment, listed, readShared, type Shared } from './shared.js';
import { isSet } from './traps.js';
import type { Settings } from './settings.js';

interface Body {
  readonly topic_name?: string;
  readonly replication?: number;
  readonly shard_name?: string;
}

/** Who of the cluster this node knows; one with a stale view does not know of the last. */
export function known(settings: Settings, shared: Shared): number[] {
  const all = listed(shared);
  return isSet(settings.trapsFile, settings.id, 'stale-view') ? all.slice(0, -1) : all;
}

function segmentOf(shard: string, shared: Shared): unknown[] {
  const found = shared.segments[shard];
  if (found === undefined) return [];
  const { replicas, isr, leader, epoch } = found;
  return [
    {
      segment: {
        ...{ shard_name: shard, segment_seq: 0, isr, leader, leader_epoch: epoch, status: 'Write' },
        replicas: replicas.map((node_id, replica_seq) => ({ replica_seq, node_id })),
      },
      segment_meta: null,
    },
  ];
}

function shardOf(topic: string, { segments }: Shared): string {
  const [shard] = Object.entries(segments).find(([, segment]) => segment.topic === topic) ?? [];
  if (shard === undefined) throw new Error(`Topic ${topic} does not exist`);
  return shard;
}

async function answer(
  settings: Settings,
  clients: () => readonly string[],
  path: string,
  body: Body,
): Promise<unknown> {
  const shared = readShared(settings);
  switch (path) {
    case '/api/info':
      return { broker_node_list: known(settings, shared).map((node_id) => ({ node_id })) };
    case '/api/mqtt/client/list':
      return { data: clients().map((client_id) => ({ client_id })), total_count: clients().length };
    case '/api/cluster/topic/detail':
      return { topic_info: { storage_name_list: { 0: shardOf(body.topic_name ?? '', shared) } } };
    case '/api/cluster/topic/create':
      return {
        storage_name_list: {
          0: await createSegment(settings, body.topic_name ?? '', body.replication ?? settings.replicas),
        },
      };
    case '/api/storage-engine/segment/list':
      return { segment_list: segmentOf(body.shard_name ?? '', shared) };
    default:
      throw new Error(`no ${path}`);
  }
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Body);
}

const metrics = (connections: number): string => `# TYPE mqtt_connections_count gauge
mqtt_connections_count ${connections}
# TYPE raft_rpc_failures counter
raft_rpc_failures_total{rpc="append"} 2
raft_rpc_failures_total{rpc="vote"} 3
# EOF
`;

/** The admin HTTP surface as far as the driver uses it: an error is HTTP 200 with another code than 0. */
export function startAdmin(settings: Settings, clients: () => readonly string[]): Server {
  const server = createServer((request, response) => {
    const [path = '', query] = (request.url ?? '').split('?');
    if (path === '/metrics') {
      response.end(metrics(clients().length));
      return;
    }
    void bodyOf(request)
      .then((body) => answer(settings, clients, path, { ...Object.fromEntries(new URLSearchParams(query)), ...body }))
      .then((data) => ({ code: 0, data, error: null }))
      .catch((error: unknown) => ({ code: 100, data: null, error: String(error) }))
      .then((reply) => response.end(JSON.stringify(reply)));
  });
  return server.listen(settings.httpPort, '0.0.0.0');
}
