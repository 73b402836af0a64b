import { fields, list, number, objectIn, orNull, shown } from '../../../domain/shape.js';
import { NO_GRPC_PROXY } from '../../os/proxy.js';
import { HOST, type RobustNode } from './state.js';

const LIMIT_MS = 3000;
const METHOD = '/meta.service.common.MetaServiceService/ClusterStatus';

/** One raft group as a node itself sees it: openraft's metrics, as far as they are used here. */
export interface RaftGroup {
  readonly current_leader: number | null;
  readonly current_term: number;
  readonly membership_config: { readonly membership: { readonly configs: readonly (readonly number[])[] } };
}

/** The raft group that leads the cluster. */
export const METADATA_GROUP = 'metadata_0';

export type RaftView = Readonly<Record<string, RaftGroup>>;

const led = { current_leader: orNull(number), current_term: number };
const groupShape = fields<RaftGroup>(led);
/** Only of this one anybody asks for the voters. */
const metadataShape = fields<RaftGroup>({
  ...led,
  membership_config: fields({ membership: fields({ configs: list(list(number)) }) }),
});

function viewIn(node: RobustNode, content: string): RaftView {
  const view = objectIn(content);
  if (view === undefined) throw new Error(`${node.id}: expected its raft groups as JSON, got ${shown(content)}`);
  for (const [name, group] of Object.entries(view)) {
    const problem = (name === METADATA_GROUP ? metadataShape : groupShape)(
      group,
      `${node.id}: raft group ${shown(name)}`,
    );
    if (problem !== undefined) throw new Error(problem);
  }
  return view as RaftView;
}

/** gRPC and protobuf are loaded when a broker is asked: every command loads the drivers, and few ask one. */
async function grpc() {
  const [{ Client, credentials }, { default: protobuf }] = await Promise.all([
    import('@grpc/grpc-js'),
    import('protobufjs'),
  ]);
  // `ClusterStatusReply { string content = 1; }` of the broker's common.proto. The request is empty.
  const Reply = new protobuf.Type('ClusterStatusReply').add(new protobuf.Field('content', 1, 'string'));
  const decode = (bytes: Buffer): string => (Reply.decode(bytes) as unknown as { content: string }).content;
  return { connect: (address: string) => new Client(address, credentials.createInsecure(), NO_GRPC_PROXY), decode };
}

/**
 * What this very node thinks of the raft groups, by name. Asked by gRPC, because the same question by HTTP is passed on to one node, whichever was
 * asked: an agreement seen that way is no agreement.
 */
export async function raftView(node: RobustNode): Promise<RaftView> {
  const { connect, decode } = await grpc();
  const client = connect(`${HOST}:${node.ports.grpc}`);
  try {
    const content = await new Promise<string>((resolve, reject) => {
      client.makeUnaryRequest(
        METHOD,
        (request: Buffer) => request,
        decode,
        Buffer.alloc(0),
        { deadline: Date.now() + LIMIT_MS },
        (error, reply) => (error === null ? resolve(reply ?? '') : reject(error)),
      );
    });
    return viewIn(node, content);
  } finally {
    client.close();
  }
}
