import { createServer, type AddressInfo, type Server } from 'node:net';
import { onTestFinished } from 'vitest';

/** Somebody who listens on a port of 127.0.0.1, and hangs up on whoever comes. */
export interface Listener {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

/** Resolves when the port is this process's; rejects if it cannot be had. Port 0 takes any. It ends with the test. */
export async function listenOn(port: number): Promise<Listener> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
  });
  onTestFinished(() => closed(server));
  return { port: (server.address() as AddressInfo).port, close: () => closed(server) };
}
