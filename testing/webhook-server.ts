import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer instead of the service's own, none at all, or a message that is shown while its answer is lost. */
export type Trouble = Answer | 'silence' | 'break' | 'lose answer';

/** A request as a service sees it. */
export interface Received {
  readonly url: URL;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** What a service takes, and how it answers; `show` puts a message before its people. */
export interface Rules<M> {
  /** Path and query of the webhook. */
  readonly path: string;
  readonly secret: string;
  readonly take: (received: Received, show: (message: M) => void) => Answer;
}

export interface WebhookServer<M> {
  /** Holds what makes it a secret. */
  readonly webhook: string;
  readonly secret: string;
  /** What people see. */
  readonly shown: M[];
  /** How often it was called. */
  readonly calls: () => number;
  trouble: ((nth: number) => Trouble | undefined) | undefined;
  readonly close: () => Promise<void>;
}

/** Stands for a service that takes messages by a webhook: takes what the service would take, and answers as it does. */
export async function startWebhook<M>({ path, secret, take }: Rules<M>): Promise<WebhookServer<M>> {
  const held = new Set<ServerResponse>();
  let calls = 0;
  const respond = (response: ServerResponse, { status, body, headers }: Answer): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls += 1;
      const trouble = state.trouble?.(calls);
      if (trouble === 'silence') return void held.add(response);
      if (trouble === 'break') return void request.socket.destroy();
      if (typeof trouble === 'object') return respond(response, trouble);
      const { method = '', headers } = request;
      const url = new URL(request.url ?? '', state.webhook);
      const answer = take({ url, method, headers, body: Buffer.concat(chunks) }, (message) =>
        state.shown.push(message),
      );
      if (trouble === 'lose answer') return void request.socket.destroy();
      respond(response, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const state: WebhookServer<M> = {
    webhook: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    secret,
    shown: [],
    calls: () => calls,
    trouble: undefined,
    close: async () => {
      for (const response of held) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;
}
