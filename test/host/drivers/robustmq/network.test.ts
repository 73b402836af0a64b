import { expect, it } from 'vitest';
import { robustNetwork } from '../../../../src/host/drivers/robustmq/network.js';
import { robustNodes } from '../../../../testing/driver-nodes.js';

it('a cluster that was not started has no network', () => {
  expect(robustNetwork('/nowhere')).toBeUndefined();
});

it('a cluster has a path to each node, and no other, which goes through its proxies', async () => {
  const { dir } = await robustNodes(() => undefined);
  const network = robustNetwork(dir);
  expect(network?.proxies).not.toBeNull();
  const paths = (await network?.paths()) ?? [];
  expect(paths.map(({ name, kind, nodes }) => `${kind} ${name} ${nodes.join()}`)).toEqual([
    ...['client clients-n1 n1', 'client clients-n2 n2', 'client clients-n3 n3'],
  ]);
  expect(await paths[0]!.measureRoundTripMs(5000)).toBeGreaterThan(0);
});

it('a cluster has one interface, with every port by which its brokers hear clients and each other', async () => {
  const { dir, nodes } = await robustNodes(() => undefined);
  expect(robustNetwork(dir)?.interfaces()).toEqual([
    {
      ...{ name: 'lo', node: null, namespace: null, device: 'lo', address: '127.0.0.1' },
      ports: nodes.flatMap(({ ports }) => [ports.mqtt, ports.grpc, ports.engine]),
    },
  ]);
});
