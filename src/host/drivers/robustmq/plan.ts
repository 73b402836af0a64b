import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { portBlock } from '../../os/ports.js';
import type { StartOptions } from '../contract.js';
import { dataDirOf, planDisk } from '../node-disks.js';
import { idOf, type NodePorts, type RobustNode, type RobustState } from './state.js';

const PORT_NAMES = [
  'grpc',
  'http',
  'engine',
  'mqtt',
  'proxiedMqtt',
  'mqttTls',
  'websocket',
  'websockets',
  'nats',
  'natsTls',
  'natsWs',
  'natsWss',
  'kafka',
  'amqp',
] as const satisfies readonly (keyof NodePorts)[];

/** With the cluster's state folder. */
type Start = RobustStart & { readonly dir: string };

function planNode(options: Start, brokerId: number, ports: readonly number[]): RobustNode {
  const id = idOf(brokerId);
  const folder = join(options.logDir, id);
  const disk = planDisk(options.dir, id, options);
  return {
    id,
    brokerId,
    ports: Object.fromEntries(PORT_NAMES.map((name, i) => [name, ports[i]])) as Record<keyof NodePorts, number>,
    configFile: join(folder, 'server.toml'),
    loggerFile: join(folder, 'logger.toml'),
    logFile: join(folder, 'logs', 'server.log'),
    outFile: join(folder, 'stdout-stderr.log'),
    dataDir: dataDirOf(disk, id, options),
    process: null,
    disk,
  };
}

/** This driver brings no broker of its own. */
export type RobustStart = StartOptions & { readonly binary: string };

/** Everything of a cluster before it starts. The login is the run's own: nobody else may know it. */
export async function planState(dir: string, options: RobustStart): Promise<RobustState> {
  const { cluster, runId, claim, logDir, nodeCount, binary } = options;
  const [proxyApiPort = 0, ...ports] = portBlock(nodeCount * PORT_NAMES.length + 1);
  const ids = Array.from({ length: nodeCount }, (_, i) => i + 1);
  const own = (i: number): number[] => ports.slice(i * PORT_NAMES.length, (i + 1) * PORT_NAMES.length);
  const nodes = ids.map((brokerId, i) => planNode({ ...options, dir }, brokerId, own(i)));
  return {
    driver: 'robustmq',
    cluster,
    runId,
    claim,
    binary,
    username: 'chaos',
    password: randomBytes(12).toString('hex'),
    certFile: join(logDir, 'cert.pem'),
    keyFile: join(logDir, 'key.pem'),
    nodes,
    proxyApiPort,
    proxyLogFile: join(logDir, 'toxiproxy.log'),
    proxyProcess: null,
    links: nodes.map(({ id, ports: { mqtt, proxiedMqtt } }) => ({
      name: `client-${id}`,
      kind: 'client',
      listenPort: proxiedMqtt,
      upstreamPort: mqtt,
    })),
    topics: [],
    leader: null,
  };
}
