import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../domain/errors.js';
import { whoHolds } from './port-holders.js';

/** What every answer says of who gave it. */
export const SERVER_NAME = 'robustmq-chaos';

export interface HttpServer {
  readonly port: number;
  /** Resolves when nobody is connected any more: whoever still was is cut off. */
  readonly close: () => Promise<void>;
}

/** Answers HTTP on one address. Port 0 takes a free one. Rejects with the kernel's code (EADDRINUSE, EADDRNOTAVAIL, …) where it cannot be had. */
export async function serveHttp(
  answer: RequestListener,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    response.setHeader('server', SERVER_NAME);
    answer(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Why an address cannot be listened on, in words; `text` is the address as a person wrote it. */
export function whyNotServed({ text, port }: { readonly text: string; readonly port: number }, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRNOTAVAIL') return `${text} is no address of this host`;
  if (code !== 'EADDRINUSE') return `${text}: ${messageOf(error)}`;
  const holder = whoHolds({ ports: [port], address: '0.0.0.0', owner: null });
  return `${holder?.who ?? 'another program'} has ${text}`;
}
