import type { NatsConnection } from '@nats-io/transport-node';
import { monotonicUs } from '../../os/clock.js';
import type { Login } from '../mqtt-probe.js';
import type { NatsNode } from './state.js';

/** Where a node serves its own protocol. */
type Server = Pick<NatsNode, 'host' | 'natsPort'>;

/** How long a request over a route is tried at most. */
const ROUTE_LIMIT_MS = 10_000;

/** Runs `work` on one connection to one broker, and closes it. No reconnect: what is asked here is asked of this broker or not at all. */
export async function withNats<T>(
  { host, natsPort }: Server,
  login: Login,
  work: (nats: NatsConnection) => Promise<T>,
): Promise<T> {
  // Loaded here, because every command loads the drivers.
  const { connect } = await import('@nats-io/transport-node');
  const nats = await connect({
    servers: `${host}:${natsPort}`,
    user: login.username,
    pass: login.password,
    reconnect: false,
    timeout: 5000,
    ignoreClusterUpdates: true,
  });
  try {
    return await work(nats);
  } finally {
    await nats.close();
  }
}

/** A request to the JetStream API; an error in the answer is thrown with its text. */
/** The server does not take this request; an older one does not know a field of it. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

export async function jetStreamRequest(nats: NatsConnection, subject: string, body: unknown): Promise<void> {
  const answer = await nats.request(subject, JSON.stringify(body), { timeout: 5000 });
  const { error } = answer.json<{ error?: { code: number; description: string } }>();
  if (error === undefined) return;
  const message = `${subject}: ${error.code} ${error.description}`;
  throw error.code === 400 ? new BadRequest(message) : new Error(message);
}

/**
 * One request from a client of `fromPort`'s broker to a responder on `toPort`'s and back, in ms: it crosses the route between the two in each
 * direction once. Both connections are direct, so that client links add nothing.
 */
export const routeRoundTripMs = (from: Server, to: Server, login: Login, limitMs = ROUTE_LIMIT_MS): Promise<number> =>
  withNats(to, login, (responder) =>
    withNats(from, login, async (asker) => {
      const subject = `chaos.probe.${process.pid}.${monotonicUs()}`;
      responder.subscribe(subject, { callback: (_error, message) => void message.respond() });
      await responder.flush();
      await answered(asker, subject, limitMs);
      const before = monotonicUs();
      await asker.request(subject, '', { timeout: limitMs });
      return (monotonicUs() - before) / 1000;
    }),
  );

/** Interest crosses the route a moment after the subscription: the first requests may find no responder yet. */
async function answered(asker: NatsConnection, subject: string, limitMs: number): Promise<void> {
  const end = Date.now() + limitMs;
  for (;;) {
    try {
      await asker.request(subject, '', { timeout: Math.min(2000, limitMs) });
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
