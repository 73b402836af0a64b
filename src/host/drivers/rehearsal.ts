import { ChaosError } from '../../domain/errors.js';
import type { ClusterDriver } from './contract.js';

const none = (): never => {
  throw new ChaosError('CLUSTER_GONE', 'a rehearsal has no cluster');
};

/** A cluster that never starts, so that everything around a failed round can be seen in seconds: no verdict from it is about a broker. */
export const rehearsalDriver: ClusterDriver = {
  name: 'rehearsal',
  mqttVersion: '5',
  preflight: () => Promise.resolve([]),
  start: () => Promise.reject(new ChaosError('CLUSTER_START_FAILED', 'this is a rehearsal: its cluster never starts')),
  stop: () => Promise.resolve(),
  status: () => Promise.resolve('stopped'),
  targets: () => Promise.resolve({ brokers: [], interfaces: [] }),
  nodes: () => Promise.resolve([]),
  clientSettings: none,
  leaders: none,
  placeLeader: none,
  connections: none,
  killNode: none,
  startNode: none,
  unhealthy: none,
  snapshot: none,
  repairEquipment: () => Promise.resolve(undefined),
  equipmentDeaths: () => [],
  equipmentProblem: () => Promise.resolve(undefined),
  network: () => undefined,
};
