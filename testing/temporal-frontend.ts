import { Server, ServerCredentials } from '@grpc/grpc-js';

/** Stands for a Temporal server: it answers what a client or a worker asks when it connects, and nothing else. */
export async function startFrontend(): Promise<{ readonly port: number; readonly close: () => void }> {
  const frontend = new Server();
  const same = (bytes: Buffer): Buffer => bytes;
  const plain = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  const path = '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo';
  frontend.addService(
    { getSystemInfo: { path, requestStream: false, responseStream: false, ...plain } },
    { getSystemInfo: (_call: unknown, done: (error: null, reply: Buffer) => void) => done(null, Buffer.alloc(0)) },
  );
  const port = await new Promise<number>((resolve, reject) => {
    frontend.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, close: () => frontend.forceShutdown() };
}
