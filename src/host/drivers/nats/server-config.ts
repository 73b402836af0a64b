import type { NatsNode, NatsState } from './state.js';

/** The broker redelivers an unacknowledged QoS 1 message after this; the clients' drain is derived from it. */
export const ACK_WAIT_MS = 5000;

/** How long a client may take from its connection to its CONNECT. The default of a second is too short for a JVM on a busy host, or a delayed network. */
const LOGIN_LIMIT_SECONDS = 10;

/**
 * Brokers tell each other the addresses of their peers, and one that has no route to a peer yet dials what it was told: past the proxies. What
 * they tell is therefore an address on which nothing ever listens; the configured routes, through the proxies, are tried again for ever.
 */
const DEAD_END_PORT = 1;

/** Where a node dials its peers: at the proxies, or at the peers themselves. */
function routesOf(state: NatsState, node: NatsNode): string[] {
  if (state.network === 'namespaces') {
    return state.nodes.filter(({ id }) => id !== node.id).map(({ host, routePort }) => `${host}:${routePort}`);
  }
  return state.links
    .filter((link) => link.kind === 'route' && link.name.startsWith(`route-${node.id}-`))
    .map((link) => `127.0.0.1:${link.listenPort}`);
}

/** Older servers than 2.11.1 refuse a config with it. */
export const API_TIMEOUT = 'js_api_timeout: "5s"';

/** Each subscription of QoS 1 or 2 is a consumer of one stream, which has at most a thousand of them since 2.15. Older servers have no limit, and refuse the setting. */
export const MAX_CONSUMERS = 'limits { default_max_consumers: 100000 }';

/**
 * The configuration of one node. Three replicas are asked for in so many words, since the default counts route addresses. `js_api_timeout` of 5 s
 * does not lengthen an outage, and a shorter one refuses subscriptions on a slow network.
 */
export function serverConfig(state: NatsState, node: NatsNode): string {
  const routes = routesOf(state, node).map((place) => `nats://${place}`);
  const replicas = Math.min(3, state.nodes.length);
  const cluster =
    state.nodes.length === 1
      ? ''
      : `cluster {
  name: ${JSON.stringify(state.cluster)}
  listen: "${node.host}:${node.routePort}"
  routes: ${JSON.stringify(routes)}
  advertise: "${state.network === 'proxies' ? `127.0.0.1:${DEAD_END_PORT}` : `${node.host}:${node.routePort}`}"
}
`;
  return `server_name: ${node.id}
listen: "${node.host}:${node.natsPort}"
http: "${node.host}:${node.httpPort}"
jetstream {
  store_dir: ${JSON.stringify(node.dataDir)}
${state.syncs === 'always' ? '  sync_interval: "always"\n' : ''}${state.withoutMaxConsumers === true ? '' : `  ${MAX_CONSUMERS}\n`}}
${cluster}mqtt {
  listen: "${node.host}:${node.mqttPort}"
  stream_replicas: ${replicas}
  ack_wait: "${ACK_WAIT_MS / 1000}s"
${state.withoutApiTimeout === true ? '' : `  ${API_TIMEOUT}\n`}  authorization: { timeout: ${LOGIN_LIMIT_SECONDS} }
}
accounts {
  SYS: { users: [ { user: system, password: ${JSON.stringify(state.password)} } ] }
  LOAD: { jetstream: enabled, users: [ { user: ${state.username}, password: ${JSON.stringify(state.password)} } ] }
}
system_account: SYS
`;
}
