import { dirname } from 'node:path';
import { HOST, type RobustNode, type RobustState } from './state.js';

/** Smaller pools starve the broker while the processors idle, however few of them there are. */
const WORKER_THREADS = 8;
const HANDLER_THREADS = 64;

/** By itself the broker offers 65,535, which Paho's Java client takes for -1: it then publishes nothing. It reads up to 32,767. */
export const RECEIVE_MAX = 1000;

const quoted = (text: string): string => JSON.stringify(text);

/** What is appended to nobody's log twice: a node's own, one JSON object per line; its console has warnings, and panics beside them. */
export const loggerConfig = ({ logFile }: RobustNode): string => `[stdout]
kind = "console"
ansi = false
targets = [{ path = "", level = "warn" }]

[server]
kind = "rolling_file"
formatter = "json"
ansi = false
rotation = "never"
directory = ${quoted(dirname(logFile))}
prefix = "server"
suffix = "log"
targets = [{ path = "", level = "info" }]
`;

/**
 * The configuration of one node, never the one that the broker comes with: that one cannot start (it names no storage folder), and its cluster ones
 * keep a single replica. Paths are absolute, since the broker takes relative ones from wherever it was started. QUIC is UDP, and its port is MQTT's
 * own, because the broker's readiness check asks for it by TCP.
 */
export function serverConfig(state: RobustState, node: RobustNode): string {
  const { ports } = node;
  const peers = state.nodes.map((peer) => `${peer.brokerId} = "${HOST}:${peer.ports.grpc}"`);
  return `cluster_name = ${quoted(state.cluster)}
broker_id = ${node.brokerId}
broker_ip = "${HOST}"
roles = ["meta", "broker", "engine"]
grpc_port = ${ports.grpc}
http_port = ${ports.http}
meta_addrs = { ${peers.join(', ')} }
data_path = ${quoted(node.dataDir)}

[log]
log_config = ${quoted(node.loggerFile)}
log_path = ${quoted(dirname(node.logFile))}

[runtime]
server_worker_threads = ${WORKER_THREADS}
default_topic_partition_num = 1
default_topic_replica_num = ${Math.min(3, state.nodes.length)}

[broker_network]
tls_cert = ${quoted(state.certFile)}
tls_key = ${quoted(state.keyFile)}
accept_thread_num = 1
handler_thread_num = ${HANDLER_THREADS}
queue_size = 5000

[meta_runtime]
heartbeat_timeout_ms = 30000
heartbeat_check_time_ms = 1000
raft_write_timeout_sec = 30
offset_raft_group_num = 1
data_raft_group_num = 1
meta_worker_threads = ${WORKER_THREADS}

[storage_runtime]
tcp_port = ${ports.engine}
data_path = [${quoted(`${node.dataDir}/engine`)}]

[mqtt_runtime]
broker_worker_threads = ${WORKER_THREADS}

[mqtt_runtime.protocol]
receive_max = ${RECEIVE_MAX}

[mqtt_runtime.auth]
default_user = ${quoted(state.username)}
default_password = ${quoted(state.password)}
durable_sessions_enable = true
secret_free_login = false

[mqtt_runtime.server]
tcp_port = ${ports.mqtt}
tls_port = ${ports.mqttTls}
websocket_port = ${ports.websocket}
websockets_port = ${ports.websockets}
quic_port = ${ports.mqtt}

[nats_runtime]
tcp_port = ${ports.nats}
tls_port = ${ports.natsTls}
ws_port = ${ports.natsWs}
wss_port = ${ports.natsWss}

[kafka_runtime]
tcp_port = ${ports.kafka}

[amqp_runtime]
tcp_port = ${ports.amqp}
`;
}
