import { once } from 'node:events';
import {
  connect,
  createSecureServer,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

/** What stands in front of somebody's Temporal server, as in a cloud. */
export interface Guard {
  /** Parts of the paths of calls that are not for this caller: PERMISSION_DENIED. */
  readonly refuses?: readonly string[];
  /** `Authorization: Bearer` has to be this. */
  readonly apiKey?: string;
  /** TLS, with a certificate of the client's that these know. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa: string };
}

export interface TemporalProxy {
  readonly address: string;
  /** Paths of the calls that were refused. */
  readonly refused: string[];
  /** Headers of the calls that came through. */
  readonly passed: IncomingHttpHeaders[];
  readonly close: () => Promise<void>;
}

const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

function answerError(stream: ServerHttp2Stream, code: number, message: string): void {
  const status = { 'grpc-status': String(code), 'grpc-message': message };
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...status }, { endStream: true });
}

/** A gRPC proxy in front of a real server, which refuses what its guard says and passes on everything else. */
export async function startTemporalProxy(target: string, guard: Guard): Promise<TemporalProxy> {
  const upstream = connect(`http://${target}`);
  upstream.on('error', () => undefined);
  const { tls, apiKey, refuses = [] } = guard;
  const server =
    tls === undefined
      ? createServer()
      : createSecureServer({
          cert: tls.cert,
          key: tls.key,
          ca: tls.clientCa,
          requestCert: true,
          rejectUnauthorized: true,
        });
  const sessions = new Set<ServerHttp2Session>();
  const [refused, passed]: [string[], IncomingHttpHeaders[]] = [[], []];
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => undefined);
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => undefined);
    const path = String(headers[':path']);
    if (apiKey !== undefined && headers.authorization !== `Bearer ${apiKey}`) {
      refused.push(path);
      answerError(stream, UNAUTHENTICATED, 'Jwt is missing or not valid');
      return;
    }
    if (refuses.some((part) => path.includes(part))) {
      refused.push(path);
      answerError(stream, PERMISSION_DENIED, 'Request unauthorized.');
      return;
    }
    passed.push(headers);
    const { ':authority': _authority, ':scheme': _scheme, ...rest } = headers;
    pass(stream, upstream.request({ ...rest, ':scheme': 'http' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused,
    passed,
    close: async () => {
      for (const session of sessions) session.destroy();
      upstream.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function pass(stream: ServerHttp2Stream, call: ReturnType<ReturnType<typeof connect>['request']>): void {
  let trailers: IncomingHttpHeaders = {};
  let isAnswered = false;
  call.on('response', (headers, flags) => {
    isAnswered = true;
    // Without a body its trailers are in its headers.
    const isWhole = (flags & 1) === 1;
    if (stream.destroyed) return;
    stream.respond(headers, isWhole ? { endStream: true } : { waitForTrailers: true });
    if (isWhole) return;
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    call.pipe(stream);
  });
  call.on('trailers', (headers: IncomingHttpHeaders) => {
    trailers = headers;
  });
  call.on('error', () => {
    if (!isAnswered) stream.destroy();
  });
  stream.on('close', () => call.close());
  stream.pipe(call);
}
