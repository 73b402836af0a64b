import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ChaosError } from '../../../domain/errors.js';
import { portBlock } from '../../os/ports.js';
import { nodeIds } from '../broker-processes.js';
import type { CannotBe, NetworkMode, StartOptions } from '../contract.js';
import { passwordLine } from './server-config.js';
import type { MosquittoNode, MosquittoState } from './state.js';

/** Mosquitto knows no cluster, and this driver no namespaces. */
export const cannotBe = (asked: { readonly nodes: number; readonly network: NetworkMode }): CannotBe => ({
  ...(asked.nodes === 1
    ? {}
    : { nodes: `expected 1, got ${asked.nodes}; driver mosquitto is one broker, which knows no cluster` }),
  ...(asked.network === 'proxies'
    ? {}
    : { network: `expected proxies, got ${asked.network}, which driver mosquitto does not support` }),
});

/** Which program is to be started was found before. */
export type MosquittoStart = StartOptions & { readonly binary: string };

/** Everything of a broker before it starts. The login is the run's own: nobody else may know it. */
export function planState(options: MosquittoStart): MosquittoState {
  const { cluster, runId, claim, logDir, nodeCount, network = 'proxies', binary } = options;
  const [problem] = Object.entries(cannotBe({ nodes: nodeCount, network }));
  if (problem !== undefined) throw new ChaosError('CONFIG_INVALID', `cluster.${problem.join(': ')}`);
  const [proxyApiPort = 0, mqttPort = 0, proxiedMqttPort = 0] = portBlock(3);
  const nodes = nodeIds(options).map((id): MosquittoNode => ({
    id,
    ...{ mqttPort, proxiedMqttPort },
    configFile: join(logDir, id, 'mosquitto.conf'),
    passwordFile: join(logDir, id, 'passwords'),
    logFile: join(logDir, id, 'mosquitto.log'),
    dataDir: join(logDir, id, 'data'),
    process: null,
  }));
  const login = { username: 'chaos', password: randomBytes(12).toString('hex') };
  return {
    driver: 'mosquitto',
    ...{ cluster, runId, claim, binary, ...login },
    passwordLine: passwordLine(login, randomBytes(12)),
    nodes,
    proxyApiPort,
    proxyLogFile: join(logDir, 'toxiproxy.log'),
    proxyProcess: null,
    links: nodes.map(({ id }) => ({
      name: `client-${id}`,
      kind: 'client',
      listenPort: proxiedMqttPort,
      upstreamPort: mqttPort,
    })),
  };
}
