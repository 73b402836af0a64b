import { Server, ServerCredentials } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { known } from './admin.js';
import { readShared } from './shared.js';
import { isSet } from './traps.js';
import type { Settings } from './settings.js';

const Reply = new protobuf.Type('ClusterStatusReply').add(new protobuf.Field('content', 1, 'string'));

/** What this node thinks of the raft groups, as openraft's metrics name it. */
function view(settings: Settings): string {
  const shared = readShared(settings);
  const others = settings.peers.filter((id) => id !== shared.leader);
  const wrong = isSet(settings.trapsFile, settings.id, 'wrong-leader');
  const group = {
    current_leader: wrong ? (others[0] ?? null) : shared.leader,
    current_term: shared.term,
    membership_config: { membership: { configs: [known(settings, shared)] } },
  };
  return JSON.stringify({ metadata_0: group, offset_0: group, data_0: group });
}

/** The one gRPC call that the driver makes. */
export async function startGrpc(settings: Settings): Promise<void> {
  const server = new Server();
  const path = '/meta.service.common.MetaServiceService/ClusterStatus';
  const same = (bytes: Buffer): Buffer => bytes;
  server.addService(
    {
      clusterStatus: {
        ...{ path, requestStream: false, responseStream: false, requestSerialize: same, requestDeserialize: same },
        responseSerialize: (content: string) => Buffer.from(Reply.encode(Reply.create({ content })).finish()),
        responseDeserialize: same,
      },
    },
    {
      clusterStatus: (_call: unknown, done: (error: null, content: string) => void) => done(null, view(settings)),
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`0.0.0.0:${settings.grpcPort}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}
