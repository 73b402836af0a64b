import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface ConnectProxy {
  readonly port: number;
  /** host:port of everything that it was asked for, and how the asker gave its name. */
  readonly asked: readonly { readonly target: string; readonly login: string | null }[];
  readonly close: () => Promise<void>;
}

/** A company's proxy: connects to the servers that it knows by name, which nobody else here does, and refuses all others. */
export async function startConnectProxy(known: Readonly<Record<string, number>>): Promise<ConnectProxy> {
  const asked: { target: string; login: string | null }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => {
    response.writeHead(405).end();
  });
  server.on('connect', (request, client: Socket, head: Buffer) => {
    const target = request.url ?? '';
    const basic = request.headers['proxy-authorization']?.replace(/^Basic /, '');
    asked.push({ target, login: basic === undefined ? null : Buffer.from(basic, 'base64').toString() });
    client.on('error', () => client.destroy());
    const port = known[target];
    if (port === undefined) return void client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) sockets.add(socket.on('close', () => sockets.delete(socket)));
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Every variable by which programs find a proxy: for tests that set some of them, and have none of the machine's. */
export const PROXY_VARIABLES = ['http', 'https', 'all', 'grpc', 'no', 'no_grpc'].flatMap((name) => [
  `${name}_proxy`,
  `${name}_proxy`.toUpperCase(),
]);
