import { execa } from 'execa';
import { ChaosError } from '../../../domain/errors.js';
import { readTail } from '../../os/files.js';
import { findServer, programProblem } from '../../os/tools.js';
import { fileSha256 } from '../../os/versions.js';
import { brokerTargets, isUp, missingHere, nodeIds } from '../broker-processes.js';
import type { ClusterDriver, ClusterNetwork, Leaders, StartOptions } from '../contract.js';
import { mqttRoundTripMs } from '../mqtt-probe.js';
import { connectedIn } from './connections.js';
import { equipmentProblem, loginOf, mosquittoProcesses, unhealthy } from './lifecycle.js';
import { cannotBe } from './plan.js';
import { DECLARED, LIMITS } from './server-config.js';
import { snapshot } from './snapshot.js';
import { findState, HOST, loadState, mosquittoProxies, type MosquittoNode } from './state.js';

/** It sends nothing again while a client is connected, as MQTT 5 wants it; a client that comes back gets at once what it had not acknowledged. */
const ACK_WAIT_MS = 5000;

/** Who is connected stands in the last part of a log (bytes); a run of hours writes less. */
const LOG_BYTES = 8 * 1024 * 1024;

const clientEndpoint = (node: MosquittoNode): string => `${HOST}:${node.proxiedMqttPort}`;

function binaryProblem(binary: string | undefined): string | undefined {
  if (binary === undefined)
    return 'mosquitto: expected on PATH or in /usr/sbin, found nowhere; install the Debian package mosquitto';
  const problem = programProblem(binary);
  return problem === undefined ? undefined : `mosquitto: ${problem}`;
}

function preflight({ binary = findServer('mosquitto') }: Pick<StartOptions, 'binary'>): Promise<string[]> {
  const problem = binaryProblem(binary);
  return Promise.resolve([...(problem === undefined ? [] : [problem]), ...missingHere(['toxiproxy-server'])]);
}

/** `-h` begins with the version, and ends with status 1 or 3. */
async function versions(binary: string): Promise<Record<string, string>> {
  const { stdout } = await execa(binary, ['-h'], { reject: false, timeout: 10_000, forceKillAfterDelay: 500 });
  const mosquitto = /^mosquitto version (\S+)/.exec(stdout)?.[1] ?? 'unknown';
  return { mosquitto, 'mosquitto sha256': await fileSha256(binary), ...DECLARED };
}

/** It is alone: it leads, and nobody could take over. */
const ALONE: Leaders = { cluster: { group: 'broker', leader: 'n1', term: null }, load: [] };

/** On loopback one interface carries all; through the proxy, an interface stands for the client link. */
function network(dir: string): ClusterNetwork | undefined {
  if (findState(dir) === undefined) return undefined;
  return {
    proxies: mosquittoProxies.of(dir),
    interfaces: () => {
      const ports = loadState(dir).nodes.map(({ mqttPort }) => mqttPort);
      return [{ name: 'lo', node: null, namespace: null, device: 'lo', address: HOST, ports }];
    },
    paths: async () => {
      const state = loadState(dir);
      return state.nodes.map(({ id, proxiedMqttPort: port }) => ({
        name: `clients-${id}`,
        kind: 'client',
        nodes: [id],
        measureRoundTripMs: (limitMs) => mqttRoundTripMs({ host: HOST, port }, loginOf(state), limitMs),
      }));
    },
  };
}

/** One Mosquitto, behind Toxiproxy: no cluster, MQTT 5, and what its settings say that a kill may lose. */
export const mosquittoDriver: ClusterDriver = {
  ...mosquittoProcesses,
  name: 'mosquitto',
  mqttVersion: '5',
  limits: () => LIMITS,
  cannotBe,
  preflight,
  start: async (dir, options) => {
    const binary = options.binary ?? findServer('mosquitto');
    if (binary === undefined) throw new ChaosError('PREFLIGHT_FAILED', binaryProblem(binary) ?? '');
    const { nodes } = await mosquittoProcesses.start(dir, { ...options, binary });
    const endpoints = nodes.map(clientEndpoint);
    const dataDirs = nodes.map(({ dataDir }) => dataDir);
    return { endpoint: endpoints[0] as string, endpoints, dataDirs, versions: await versions(binary) };
  },
  targets: async (cluster) => {
    const nodeCount = typeof cluster === 'string' ? (findState(cluster)?.nodes.length ?? 0) : cluster.nodeCount;
    return { brokers: brokerTargets(nodeIds({ nodeCount })), interfaces: ['eth0', 'lo'] };
  },
  nodes: async (dir) =>
    loadState(dir).nodes.map((node) => ({
      id: node.id,
      process: node.process,
      alive: isUp(node),
      clientEndpoint: clientEndpoint(node),
      brokerPort: node.mqttPort,
      brokerHost: HOST,
    })),
  clientSettings: async (dir) => {
    const { nodes, username, password } = loadState(dir);
    return { endpoints: nodes.map(clientEndpoint), username, password, ackWaitMs: ACK_WAIT_MS };
  },
  leaders: () => Promise.resolve(ALONE),
  placeLeader: () => Promise.resolve('n1'),
  connections: async (dir) => {
    const ids = ({ logFile }: MosquittoNode): string[] => connectedIn(readTail(logFile, LOG_BYTES).split('\n'));
    return Object.fromEntries(loadState(dir).nodes.map((node) => [node.id, isUp(node) ? ids(node) : []]));
  },
  unhealthy,
  snapshot,
  repairEquipment: mosquittoProxies.repairEquipment,
  equipmentDeaths: mosquittoProxies.deaths,
  equipmentProblem,
  network,
};
