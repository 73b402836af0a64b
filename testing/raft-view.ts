import { Server, ServerCredentials } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { onTestFinished } from 'vitest';

const Reply = new protobuf.Type('ClusterStatusReply').add(new protobuf.Field('content', 1, 'string'));

/** Answers RobustMQ's question for a node's raft groups with this text; ends with the test. Returns its port. */
export async function startRaftView(content: () => string): Promise<number> {
  const server = new Server();
  const same = (bytes: Buffer): Buffer => bytes;
  const path = '/meta.service.common.MetaServiceService/ClusterStatus';
  const plain = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  server.addService(
    { clusterStatus: { path, requestStream: false, responseStream: false, ...plain } },
    {
      clusterStatus: (_call: unknown, done: (error: null, reply: Buffer) => void) =>
        done(null, Buffer.from(Reply.encode(Reply.create({ content: content() })).finish())),
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  onTestFinished(() => server.forceShutdown());
  return port;
}

/** One raft group as a node sees it. */
export const raftGroup = (leader: number | null, voters: readonly number[] = [1, 2, 3], term = 1): object => ({
  current_leader: leader,
  current_term: term,
  membership_config: { membership: { configs: [voters] } },
});
