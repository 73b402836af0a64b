import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { createNamespaces, type NodePlace } from '../../os/namespaces.js';
import { portBlock } from '../../os/ports.js';
import { nodeIds } from '../broker-processes.js';
import { dataDirOf, planDisk } from '../node-disks.js';
import type { StartOptions } from '../contract.js';
import type { ProxyLink } from '../toxiproxy/api.js';
import { API_TIMEOUT, MAX_CONSUMERS } from './server-config.js';
import type { NatsNode, NatsState } from './state.js';

type Ports = Pick<NatsNode, 'mqttPort' | 'natsPort' | 'httpPort' | 'routePort' | 'proxiedMqttPort'>;

/** It reads one line, and may be hung for all we know. */
const PROBE_LIMIT_MS = 10_000;

/** A namespace has all ports to itself. */
const NAMESPACE_PORTS: Ports = {
  mqttPort: 1883,
  natsPort: 4222,
  httpPort: 8222,
  routePort: 6222,
  proxiedMqttPort: 1883,
};

/** With the cluster's state folder. */
type Start = StartOptions & { readonly dir: string };

function nodeOn(options: Start, id: string, ports: Ports, place: NodePlace | null): NatsNode {
  const disk = planDisk(options.dir, id, options);
  return {
    id,
    host: place?.address ?? '127.0.0.1',
    namespace: place?.namespace ?? null,
    ...ports,
    configFile: join(options.logDir, id, 'nats-server.conf'),
    logFile: join(options.logDir, id, 'nats-server.log'),
    dataDir: dataDirOf(disk, id, options),
    process: null,
    disk,
  };
}

const base = (options: StartOptions) => ({
  driver: 'nats' as const,
  cluster: options.cluster,
  runId: options.runId,
  claim: options.claim,
  syncs: options.startedWith?.sync,
  username: 'chaos',
  password: randomBytes(12).toString('hex'),
  proxyLogFile: join(options.logDir, 'toxiproxy.log'),
  proxyProcess: null,
});

type Own = Pick<NatsState, 'binary' | 'withoutApiTimeout' | 'withoutMaxConsumers'>;

/** A program that the run brings, of whatever version: it says itself what it takes. */
async function ownProgram({ binary, logDir }: StartOptions): Promise<Own> {
  if (binary === undefined) return {};
  const probe = join(logDir, 'probe.conf');
  mkdirSync(logDir, { recursive: true });
  writeFileSync(probe, `jetstream { ${MAX_CONSUMERS} }\nmqtt { ${API_TIMEOUT} }\n`);
  const limits = { reject: false, timeout: PROBE_LIMIT_MS, forceKillAfterDelay: 500 } as const;
  const { stderr } = await execa(binary, ['-t', '-c', probe], limits);
  const isUnknown = (setting: string): boolean => stderr.includes(`unknown field "${setting}"`);
  return {
    binary,
    withoutApiTimeout: isUnknown('js_api_timeout'),
    withoutMaxConsumers: isUnknown('default_max_consumers'),
  };
}

/** On loopback, each node's MQTT port and each route behind a proxy of its own. */
async function planProxies(options: Start): Promise<Omit<NatsState, keyof Own>> {
  const ids = nodeIds(options);
  const pairs = ids.flatMap((from) => ids.filter((to) => to !== from).map((to) => [from, to] as const));
  const ports = portBlock(ids.length * 5 + pairs.length + 1);
  const take = (): number => ports.pop() as number;
  const nodes = ids.map((id) => {
    const own = { mqttPort: take(), natsPort: take(), httpPort: take(), routePort: take(), proxiedMqttPort: take() };
    return nodeOn(options, id, own, null);
  });
  const portOf = (id: string): number => nodes.find((node) => node.id === id)?.routePort as number;
  const clientLinks = nodes.map((node): ProxyLink => ({
    name: `client-${node.id}`,
    kind: 'client',
    listenPort: node.proxiedMqttPort,
    upstreamPort: node.mqttPort,
  }));
  const routeLinks = pairs.map(([from, to]): ProxyLink => ({
    name: `route-${from}-${to}`,
    kind: 'route',
    listenPort: take(),
    upstreamPort: portOf(to),
  }));
  return { ...base(options), nodes, network: 'proxies', proxyApiPort: take(), links: [...clientLinks, ...routeLinks] };
}

/** Everything of a cluster before it starts. In `namespaces` these are made here, since their addresses stand in the plan. */
export async function planState(dir: string, options: StartOptions): Promise<NatsState> {
  const own = await ownProgram(options);
  if (options.network !== 'namespaces') return { ...(await planProxies({ ...options, dir })), ...own };
  const places = await createNamespaces(dir, nodeIds(options));
  const nodes = nodeIds(options).map((id) => nodeOn({ ...options, dir }, id, NAMESPACE_PORTS, places[id] ?? null));
  return { ...base(options), nodes, network: 'namespaces', proxyApiPort: 0, links: [], ...own };
}
