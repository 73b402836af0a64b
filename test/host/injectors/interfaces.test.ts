import { expect, it } from 'vitest';
import type { FaultCluster, NetworkInterface } from '../../../src/host/drivers/contract.js';
import { rehearsalDriver } from '../../../src/host/drivers/rehearsal.js';
import { interfacesNamed, interfacesOf } from '../../../src/host/injectors/interfaces.js';

const of = (node: string): NetworkInterface => ({
  name: `${node}.eth0`,
  node,
  namespace: `ns-${node}`,
  device: 'eth0',
  address: '10.0.0.1',
  ports: [1883],
});

const cluster: FaultCluster = {
  dir: '/clusters/local',
  driver: {
    ...rehearsalDriver,
    network: () => ({ proxies: null, interfaces: () => [of('n1'), of('n2')], paths: () => Promise.resolve([]) }),
  },
};

it('a target is one interface by its name, or all of a device', () => {
  const named = (target: string) => interfacesNamed(target, cluster).map(({ node }) => node);
  expect(named('n2.eth0')).toEqual(['n2']);
  expect(named('eth0')).toEqual(['n1', 'n2']);
  expect(named('eth7')).toEqual([]);
});

it('a driver without a network has none', () => {
  expect(interfacesOf({ dir: '/', driver: rehearsalDriver })).toEqual([]);
});
