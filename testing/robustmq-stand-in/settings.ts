import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';

const port = z.number().int().min(1);

/** What the stand-in needs of a generated `server.toml`. What the broker itself cannot start without is required here, too. */
const serverToml = z.object({
  cluster_name: z.string(),
  broker_id: z.number().int(),
  broker_ip: z.string(),
  roles: z.array(z.string()).refine((roles) => ['meta', 'broker', 'engine'].every((role) => roles.includes(role))),
  grpc_port: port,
  http_port: port,
  meta_addrs: z.record(z.string(), z.string()),
  data_path: z.string().startsWith('/'),
  log: z.object({ log_config: z.string().startsWith('/') }),
  runtime: z.object({ server_worker_threads: z.number().min(8), default_topic_replica_num: z.number() }),
  broker_network: z.object({ tls_cert: z.string(), tls_key: z.string() }),
  storage_runtime: z.object({ tcp_port: port, data_path: z.array(z.string().startsWith('/')).min(1) }),
  mqtt_runtime: z.object({
    auth: z.object({ default_user: z.string(), default_password: z.string() }),
    server: z.object({ tcp_port: port, tls_port: port, websocket_port: port, websockets_port: port }),
  }),
});

const loggerToml = z.object({
  server: z.object({ directory: z.string(), prefix: z.string(), suffix: z.string(), formatter: z.literal('json') }),
});

export interface Settings {
  readonly id: number;
  readonly peers: readonly number[];
  /** gRPC ports by node. */
  readonly grpcPorts: Readonly<Record<number, number>>;
  /** There as soon as this node was once in. */
  readonly joinedFile: string;
  readonly host: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly username: string;
  readonly password: string;
  readonly replicas: number;
  readonly logFile: string;
  /** Shared by all nodes of a cluster: what the real one keeps in raft is here in files. */
  readonly shared: string;
  /** `traps.json` beside the program. */
  readonly trapsFile: string;
}

/** Reads the files that the driver generates; throws where the real broker would not start with them. */
export function readSettings(configFile: string, trapsFile: string): Settings {
  const toml = serverToml.parse(parse(readFileSync(configFile, 'utf8')));
  const logger = loggerToml.parse(parse(readFileSync(toml.log.log_config, 'utf8'))).server;
  for (const file of [toml.broker_network.tls_cert, toml.broker_network.tls_key]) {
    if (!readFileSync(file, 'utf8').startsWith('-----BEGIN')) throw new Error(`${file} is no certificate or key`);
  }
  return {
    id: toml.broker_id,
    peers: Object.keys(toml.meta_addrs).map(Number),
    grpcPorts: Object.fromEntries(Object.entries(toml.meta_addrs).map(([id, at]) => [id, Number(at.split(':')[1])])),
    joinedFile: join(toml.data_path, 'joined'),
    host: toml.broker_ip,
    grpcPort: toml.grpc_port,
    httpPort: toml.http_port,
    mqttPort: toml.mqtt_runtime.server.tcp_port,
    username: toml.mqtt_runtime.auth.default_user,
    password: toml.mqtt_runtime.auth.default_password,
    replicas: toml.runtime.default_topic_replica_num,
    logFile: join(logger.directory, `${logger.prefix}.${logger.suffix}`),
    shared: join(dirname(dirname(toml.data_path)), 'stand-in.json'),
    trapsFile,
  };
}
